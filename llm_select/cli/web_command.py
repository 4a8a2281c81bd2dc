"""`llm-select web`."""

from __future__ import annotations

from typing import Annotated

import typer

from llm_select.cli.examples import examples
from llm_select.cli.options import CatalogOption, DebugOption, LocaleOption
from llm_select.messages import Message, listed

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)

NEEDED = ("starlette", "uvicorn", "jinja2")
"""What the extra brings."""


@app.command(
    epilog=examples(
        (Message("The page, in the browser"), "llm-select web"),
        (
            Message("On a port of your choice, with your own cards, in Chinese"),
            "llm-select web --port 8080 --no-open --catalog my-cards --locale zh",
        ),
    )
)
def web(
    port: Annotated[
        int, typer.Option("--port", help="Port on this computer's loopback address; 0: any free.")
    ] = 8642,
    open_: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in the browser.")
    ] = True,
    catalog: CatalogOption = None,
    locale: LocaleOption = None,
    debug: DebugOption = False,
) -> int:
    """Show it as a page on this computer: choose, see the ranking change, look at plots, compare."""
    from importlib.util import find_spec

    from llm_select import i18n
    from llm_select.cli.output import open_catalog
    from llm_select.errors import UsageError

    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise UsageError(
            Message("the page needs {missing}", missing=listed(missing)),
            where="web",
            remedy=Message("install it: {command}", command="pip install 'llm-select[web]'"),
        )
    from llm_select.web.serve import serve

    serve(
        open_catalog(catalog),
        port=port,
        browse=open_,
        directories=tuple(map(str, catalog or ())),
        locale=i18n.current(),
        debug=debug,
    )
    return 0
