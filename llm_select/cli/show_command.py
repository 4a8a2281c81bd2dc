"""`llm-select show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from llm_select.cli.examples import examples
from llm_select.cli.options import CatalogOption, DebugOption, LocaleOption, OutputOption
from llm_select.messages import Message

if TYPE_CHECKING:
    from llm_select.render.document import Document

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.command(
    epilog=examples(
        (Message("By id, name, alias or repository"), "llm-select show gemma-3-27b-it"),
        (Message("By the name that Ollama has for it"), "llm-select show llama3.1:8b"),
        (
            Message("Everything, with the source of each figure"),
            "llm-select show gemma-3-27b-it -o json",
        ),
    )
)
def show(
    model: Annotated[str, typer.Argument(help="Model id, name, alias or repository.")],
    output: OutputOption = "table",
    catalog: CatalogOption = None,
    locale: LocaleOption = None,
    debug: DebugOption = False,
) -> int:
    """Print a card with its sources and scores."""
    from llm_select.cli.output import check_form, emit, open_catalog
    from llm_select.questions.names import named

    form = check_form(output)
    loaded = open_catalog(catalog)
    model_id = named(loaded, "MODEL", model)
    card = loaded.models[model_id]

    def document() -> Document:
        from llm_select.render.card_view import card_document

        return card_document(model_id, card, loaded)

    def payload() -> object:
        from llm_select.render.payload import card_json

        return card_json(model_id, card, loaded)

    emit(form, document, payload)
    return 0
