"""`llm-select tasks`."""

from __future__ import annotations

import typer

from llm_select.cli.examples import examples
from llm_select.cli.options import CatalogOption, DebugOption, LocaleOption, OutputOption
from llm_select.messages import Message

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.command(
    epilog=examples(
        (Message("What can be asked for"), "llm-select tasks"),
        (Message("With description and boards, for another program"), "llm-select tasks -o json"),
        (Message("For a page"), "llm-select tasks -o markdown"),
    )
)
def tasks(
    output: OutputOption = "table",
    catalog: CatalogOption = None,
    locale: LocaleOption = None,
    debug: DebugOption = False,
) -> int:
    """List tasks, the model kinds that do them and the boards that show it."""
    from llm_select.cli.lists import emit_list
    from llm_select.cli.output import check_form, open_catalog
    from llm_select.render.document import Column

    form = check_form(output)
    loaded = open_catalog(catalog)
    records: list[dict[str, object]] = []
    rows = []
    for task_id, task in sorted(loaded.tasks.items()):
        reference = task.reference.board if task.reference is not None else None
        direct = [use.board for use in task.boards if use.relevance == "direct"]
        records.append(
            {
                "id": task_id,
                "name": task.name,
                "description": task.description,
                "kinds": list(task.kinds) if form == "json" else " ".join(task.kinds),
                "reference": reference,
                "direct_boards": direct if form == "json" else " ".join(direct),
                "prompt_tokens": task.lengths.prompt,
                "generate_tokens": task.lengths.generate,
            }
        )
        rows.append((task_id, task.description, reference or "none", " ".join(task.kinds)))
    columns = (
        Column("Task", keep=True),
        Column("What it is"),
        Column("Reference board", keep=True),
        Column("Kinds", wide=True),
    )
    emit_list(form, "tasks", columns, rows, records)
    return 0
