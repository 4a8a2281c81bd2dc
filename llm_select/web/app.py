"""The pages and where they are."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from llm_select.web import compare, downloads, home, model
from llm_select.web.fields import EXPLAIN, HOME, SIDE_BY_SIDE
from llm_select.web.security import Guard
from llm_select.web.site import Site, page, visited

if TYPE_CHECKING:
    from starlette.requests import Request

    from llm_select.schema.catalog import Catalog
    from llm_select.web.fields import Field

STATIC = Path(__file__).parent / "static"


def application(
    catalog: Catalog,
    *,
    port: int,
    directories: tuple[str, ...] = (),
    locale: str = "en",
    debug: bool = False,
) -> Starlette:
    """The pages of a catalog for a server on this port of the loopback address."""
    site = Site(catalog, directories=directories, locale=locale)

    def lost(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        return visited(
            site, request, HOME, lambda visit: page(site.render("lost.html", visit), status)
        )

    def broken(_request: Request, error: Exception) -> Response:
        if debug:
            traceback.print_exception(error)
        said = f"A defect in llm-select: {type(error).__name__}: {error}\n"
        return PlainTextResponse(
            said + "Start it with --debug and please report what it prints.\n", 500
        )

    return Starlette(
        routes=[
            Route("/", _at(site, HOME, home.answer)),
            Route("/model/{model:path}", _at(site, EXPLAIN, model.answer)),
            Route("/memory/{model:path}", _at(site, EXPLAIN, model.memory)),
            Route("/compare", _at(site, SIDE_BY_SIDE, compare.answer)),
            Route("/download/{name}", partial(downloads.download, site)),
            Route("/static/charts.css", downloads.charts_css),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(Guard, port=port)],
        exception_handlers={404: lost, 500: broken},
    )


def _at(
    site: Site, fields: Sequence[Field], answer: Callable[..., Response]
) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        return visited(site, request, fields, partial(answer, site, **request.path_params))

    return endpoint
