"""What every page shares: the catalog, the templates, and how a visit is read and answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from llm_select import __version__, i18n
from llm_select.errors import LlmSelectError, UsageError
from llm_select.i18n import listing, tr, translated, trn
from llm_select.web import links
from llm_select.web.asked import Asked, read
from llm_select.web.choices import Choices
from llm_select.web.faults import Fault, faults
from llm_select.web.fields import LOCALE
from llm_select.web.words import NAMES, locale_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from llm_select.schema.catalog import Catalog
    from llm_select.web.fields import Field

WRONG = 422
"""The status of a page whose question is wrong."""


class Site:
    """One catalog behind one server."""

    def __init__(
        self, catalog: Catalog, *, directories: tuple[str, ...] = (), locale: str = "en"
    ) -> None:
        self.catalog = catalog
        self.choices = Choices(catalog)
        self.locale = locale
        self.catalog_words = tuple(w for one in directories for w in ("--catalog", one))
        """What every command needs to see the same catalog."""
        self.templates = Environment(
            loader=PackageLoader("llm_select.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.globals.update(
            tr=tr,
            trn=trn,
            listing=listing,
            links=links,
            version=__version__,
            locale_names=NAMES,
            current_locale=i18n.current,
        )
        self.templates.filters.update(translated=translated, linked=linked)

    def render(self, template: str, visit: Visit, **values: object) -> str:
        """A page or a part of one."""
        shared = {
            "visit": visit,
            "asked": visit.asked,
            "choices": self.choices,
            "oob": False,
            "home_link": links.home(visit.asked),
            "compare_link": links.compare(visit.asked.many("model"), visit.asked),
            "here": "",
        }
        return self.templates.get_template(template).render({**shared, **values})


class Visit(NamedTuple):
    """One request, read."""

    path: str
    fields: Sequence[Field]
    asked: Asked
    wrong: tuple[LlmSelectError, ...]
    """What is wrong with how it asks."""
    live: bool
    """True when the page's script asks for the part that changes."""
    trigger: str
    """The field that was changed, for a live visit."""

    def faults(self, errors: Iterable[LlmSelectError] = ()) -> list[Fault]:
        """What is wrong, in the reader's language."""
        names = [field.name for field in self.fields]
        return faults((*self.wrong, *errors), self.asked, names)

    def here(self, asked: Asked) -> str:
        """The address of this page for another question."""
        return self.path + asked.query(self.fields)


def visited(
    site: Site, request: Request, fields: Sequence[Field], answer: Callable[[Visit], Response]
) -> Response:
    """Read a request, choose the language, and answer in it. Empty fields of a plain form leave the address."""
    query = request.url.query
    asked, wrong = read(query, fields)
    errors: list[LlmSelectError] = list(wrong)
    accepted = request.headers.get("accept-language", "")
    try:
        locale = locale_of(asked.one(LOCALE.name), accepted, site.locale)
    except UsageError as error:
        errors.append(error)
        locale = locale_of(None, accepted, site.locale)
    live = request.headers.get("hx-request") == "true"
    trigger = request.headers.get("x-changed", "")
    path = (
        request.scope["raw_path"].decode("ascii", "replace")
        if "raw_path" in request.scope
        else request.url.path
    )
    visit = Visit(path.partition("?")[0], fields, asked, tuple(errors), live, trigger)
    if not live and not errors and not asked.asked_by(query):
        return RedirectResponse(visit.here(asked), 303)
    with i18n.using(locale):
        return answer(visit)


def page(text: str, status: int = 200, **headers: str) -> HTMLResponse:
    """A page of which other languages and parts may be asked for at the same address."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HTMLResponse(text, status, {"vary": "Accept-Language, HX-Request", **named})


def linked(text: Any) -> Markup:
    """A text whose addresses of the web are links; everything else is escaped."""
    made = Markup()
    for part, address in links.parts(str(text)):
        if address is None:
            made += part
        else:
            made += Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(address, part)
    return made
