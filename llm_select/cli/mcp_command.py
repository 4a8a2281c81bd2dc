"""`llm-select mcp`."""

from __future__ import annotations

import typer

from llm_select.cli.examples import examples
from llm_select.cli.options import CatalogOption, DebugOption, LocaleOption
from llm_select.messages import Message

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.command(
    epilog=examples(
        (Message("What an agent's settings call"), "llm-select mcp"),
        (Message("With your own cards"), "llm-select mcp --catalog my-cards"),
    )
)
def mcp(
    catalog: CatalogOption = None,
    locale: LocaleOption = None,
    debug: DebugOption = False,
) -> int:
    """Serve the questions as tools to an agent, over standard input and output (Model Context Protocol)."""
    import gc
    from importlib.util import find_spec

    from llm_select.cli.output import open_catalog
    from llm_select.errors import UsageError

    if find_spec("mcp") is None:
        raise UsageError(
            Message("the server needs the SDK of the Model Context Protocol"),
            where="mcp",
            remedy=Message("pip install 'llm-select[mcp]'"),
        )
    loaded = open_catalog(catalog)
    # One answer and out needs no collector (see main); a server that answers for days does.
    gc.freeze()
    gc.enable()
    from llm_select.mcp.server import serve

    serve(loaded)
    return 0
