"""Models side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.errors import LlmSelectError
from llm_select.render.compare_view import comparison_document
from llm_select.render.pictures import of_comparison
from llm_select.web import answers, links
from llm_select.web.fields import COMPARE, MODEL
from llm_select.web.pictures import drawn
from llm_select.web.site import WRONG, page

if TYPE_CHECKING:
    from markupsafe import Markup
    from starlette.responses import Response

    from llm_select.web.site import Site, Visit

ENOUGH = 2
"""Models that a comparison takes at least."""


def answer(site: Site, visit: Visit) -> Response:
    """The page: models to choose, and what differs between them."""
    catalog, asked = site.catalog, visit.asked
    errors: list[LlmSelectError] = []
    document = None
    charts: list[tuple[str, Markup]] = []
    models = asked.many(MODEL.name)
    if not visit.wrong and models:
        try:
            result = answers.comparison(catalog, asked)
            document = comparison_document(result, catalog, rated=asked.one("task") is not None)
            charts = [(one.title, drawn([one])) for one in of_comparison(result)]
        except LlmSelectError as error:
            errors.append(error)
    found = visit.faults(errors)
    values = {
        "here": "compare",
        "faults": found,
        "models": models,
        "removed": [(one, links.compare([m for m in models if m != one], asked)) for one in models],
        "few": len(models) < ENOUGH,
        "blocks": document.blocks if document is not None else (),
        "charts": charts,
        "left_out": [
            f.option for f in visit.fields if asked.many(f.name) and f not in (*COMPARE, MODEL)
        ],
        "command": asked.command("compare", models, more=site.catalog_words),
        "download": f"/download/compare.json{asked.query(visit.fields)}",
    }
    return page(site.render("compare.html", visit, **values), WRONG if found and models else 200)
