"""Answers as files: the same bytes that the command writes with `-o`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

from llm_select.errors import LlmSelectError
from llm_select.i18n import shown
from llm_select.render.charts.points import recommendation_svg
from llm_select.render.charts.style import CSS
from llm_select.render.csv import render_csv
from llm_select.render.payload import comparison_json, explanation_json, recommendation_json
from llm_select.render.recommend_view import recommendation_document
from llm_select.render.tradeoffs_view import tradeoffs_json
from llm_select.web import answers
from llm_select.web.fields import HOME, SIDE_BY_SIDE
from llm_select.web.pictures import against
from llm_select.web.site import WRONG, visited

if TYPE_CHECKING:
    from starlette.requests import Request

    from llm_select.web.site import Site, Visit

TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "svg": "image/svg+xml",
}


def download(site: Site, request: Request) -> Response:
    """A file named `<command>.<form>`."""
    name = request.path_params["name"]
    make = _FILES.get(name)
    if make is None:
        raise HTTPException(404)

    def answer(visit: Visit) -> Response:
        try:
            if visit.wrong:
                raise visit.wrong[0]
            text = make(site, visit)
        except LlmSelectError as error:
            return PlainTextResponse(shown(error) + "\n", WRONG)
        disposition = f'attachment; filename="{name}"'
        media = TYPES[name.partition(".")[2]]
        return Response(text, media_type=media, headers={"content-disposition": disposition})

    fields = SIDE_BY_SIDE if name.startswith(("compare", "explain")) else HOME
    return visited(site, request, fields, answer)


def _json(payload: object) -> str:
    return json.dumps(payload, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _recommend_json(site: Site, visit: Visit) -> str:
    result = answers.recommendation(site.catalog, visit.asked, whole=True)
    top = answers.top(visit.asked)
    return _json({**recommendation_json(result, site.catalog, top=top), **tradeoffs_json(result)})


def _recommend_csv(site: Site, visit: Visit) -> str:
    result = answers.recommendation(site.catalog, visit.asked)
    document = recommendation_document(
        result,
        site.catalog,
        top=answers.top(visit.asked),
        variants=False,
        explain=False,
        everything=False,
    )
    return render_csv(document.records)


def _recommend_svg(site: Site, visit: Visit) -> str:
    result = answers.recommendation(site.catalog, visit.asked, misses=True)
    chosen = against(visit.asked, result)
    top = answers.top(visit.asked)
    return recommendation_svg(result, site.catalog, chosen, top=top, style=True) + "\n"


def charts_css(_request: Request) -> Response:
    """The sheet that the charts share with every other form of output."""
    return Response(CSS, media_type="text/css", headers={"cache-control": "no-cache"})


def _compare_json(site: Site, visit: Visit) -> str:
    return _json(comparison_json(answers.comparison(site.catalog, visit.asked), site.catalog))


def _explain_json(site: Site, visit: Visit) -> str:
    name = visit.asked.one("model") or ""
    return _json(
        explanation_json(answers.explanation(site.catalog, name, visit.asked), site.catalog)
    )


_FILES: dict[str, Callable[[Site, Visit], str]] = {
    "recommend.json": _recommend_json,
    "recommend.csv": _recommend_csv,
    "recommend.svg": _recommend_svg,
    "compare.json": _compare_json,
    "explain.json": _explain_json,
}
