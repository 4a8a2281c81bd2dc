"""`llm-select tasks`."""

from __future__ import annotations

import typer

from llm_select.cli.options import CatalogOption, DebugOption, LocaleOption, OutputOption

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.command(epilog="Example: llm-select tasks -o markdown")
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
    from llm_select.render.list_records import task_record

    form = check_form(output)
    loaded = open_catalog(catalog)
    records: list[dict[str, object]] = []
    rows = []
    for task_id, task in sorted(loaded.tasks.items()):
        record = task_record(loaded, task_id)
        rows.append(
            (task_id, task.description, str(record["reference"] or "none"), " ".join(task.kinds))
        )
        if form != "json":
            flat = {k: " ".join(v) for k, v in record.items() if isinstance(v, list)}
            record = {**record, **flat}
        records.append(record)
    columns = (
        Column("Task", keep=True),
        Column("What it is"),
        Column("Reference board", keep=True),
        Column("Kinds", wide=True),
    )
    emit_list(form, "tasks", columns, rows, records)
    return 0
