"""The ranking page: the question as a form, the answer below it, live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.errors import LlmSelectError
from llm_select.i18n import listing, sentences, tr, translated
from llm_select.messages import Message
from llm_select.questions.requirements import DEFAULT_PROFILE
from llm_select.web import answers, links
from llm_select.web.asked import Asked
from llm_select.web.pictures import plot, score_parts
from llm_select.web.ranking import ranking
from llm_select.web.site import WRONG, page

if TYPE_CHECKING:
    from starlette.responses import Response

    from llm_select.schema.catalog import Catalog
    from llm_select.schema.evaluation import Task
    from llm_select.web.faults import Fault
    from llm_select.web.ranking import Ranking
    from llm_select.web.site import Site, Visit

EXAMPLES = (
    {"task": ("translation",), "pair": ("en-zh",), "gpu-mem": ("24",)},
    {"task": ("ner",), "language": ("de",), "gpu": ("RTX 4090",), "examples": ("2000",)},
    {"task": ("coding",), "gpu": ("RTX 4090",), "commercial": ("on",)},
    {"task": ("dialogue",), "language": ("zh",), "gpu": ("M4 Max",), "gpu-mem": ("64",)},
)
"""Questions to begin with."""
PROFILES = {
    "quality": Message("quality above all"),
    "speed": Message("speed"),
    "frugal": Message("a small budget or machine"),
}
"""What the bundled profiles are called in the form; another is called by its id."""
FORMS = ("json", "csv", "svg")


def answer(site: Site, visit: Visit) -> Response:
    """The whole page, or the part of it that a change of the question changes."""
    visit, dropped = _for_task(site, visit)
    asked = visit.asked
    errors: list[LlmSelectError] = []
    shown = plotted = bars = None
    if not visit.wrong and asked.one("task") is not None:
        try:
            top = answers.top(asked)
            result = answers.recommendation(site.catalog, asked)
            plotted = plot(result, site.catalog, asked, top)
            bars = score_parts(result, site.catalog, top)
            shown = ranking(result, site.catalog, asked, top)
        except LlmSelectError as error:
            errors.append(error)
    elif not visit.wrong and asked.only(f for f in visit.fields if f.name != "locale").values:
        # Something is asked, only not for what.
        try:
            answers.recommendation(site.catalog, asked)
        except LlmSelectError as error:
            errors.append(error)
    found = visit.faults(errors)
    task = site.catalog.tasks.get(asked.one("task") or "")
    values = {
        "here": "home",
        "title": f"{shown.headline} – llm-select" if shown is not None else "llm-select",
        "summary": sentences((*dropped, _summary(shown, found))),
        "faults": found,
        "task": task,
        "task_id": asked.one("task"),
        "accuracy_hint": _accuracy_hint(site.catalog, task),
        "profiles": [
            (name, translated(PROFILES.get(name, name)))
            for name in site.choices.profiles
            if name != DEFAULT_PROFILE
        ],
        "ranking": shown,
        "plot": plotted,
        "terms_chart": bars,
        "examples": [links.home(_in(Asked(one), asked)) for one in EXAMPLES],
        "command": asked.command("recommend", more=site.catalog_words),
        "downloads": [
            (form, f"/download/recommend.{form}{asked.query(visit.fields)}") for form in FORMS
        ],
    }
    if not visit.live:
        return page(site.render("home.html", visit, **values), WRONG if found else 200)
    text = site.render("home_live.html", visit, **values)
    if found:
        # What is shown still answers the address that is shown.
        return page(text, hx_reswap="none", hx_push_url="false")
    return page(text, hx_push_url=visit.here(asked))


def _for_task(site: Site, visit: Visit) -> tuple[Visit, tuple[str, ...]]:
    """When another task is chosen, languages it has no use for go, which is said; typed with it, they are an error."""
    task = site.catalog.tasks.get(visit.asked.one("task") or "")
    if visit.trigger != "task" or task is None:
        return visit, ()
    said, asked = [], visit.asked
    for name, has in (("pair", task.paired), ("language", not task.monolingual)):
        if asked.many(name) and not has:
            given = listing(asked.many(name))
            said.append(tr("{given} left out: this task has no such choice.", given=given))
            asked = asked.having(name)
    return visit._replace(asked=asked), tuple(said)


def _summary(shown: Ranking | None, found: list[Fault]) -> str:
    """What changed, for who cannot see it change."""
    if found:
        return tr("Not shown: {fault}", fault=found[0].text)
    if shown is None:
        return ""
    if not shown.rows:
        return tr("Nothing to rank; {n} models rejected.", n=shown.rejected)
    return tr(
        "{first} leads {picks} that fit; {rejected} rejected.",
        first=shown.rows[0].name,
        picks=shown.picks,
        rejected=shown.rejected,
    )


def _accuracy_hint(catalog: Catalog, task: Task | None) -> str:
    """The unit that a least quality is given in."""
    if task is None:
        return tr("in the unit of the task's board")
    if task.reference is None:
        return tr("no board ranks models for this task")
    board = catalog.boards[task.reference.board]
    return tr("{unit}, at the low end", unit=catalog.benchmarks[board.benchmark].unit)


def _in(example: Asked, asked: Asked) -> Asked:
    """An example in the language of the page."""
    return example.having("locale", *asked.many("locale"))
