"""`llm-select tasks`."""

from __future__ import annotations

import typer

from llm_select.cli.examples import examples
from llm_select.cli.options import CatalogOption, DebugOption, LocaleOption, OutputOption
from llm_select.i18n import prose, tr
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
    from llm_select.render.labels import explained
    from llm_select.render.list_records import task_record

    form = check_form(output)
    loaded = open_catalog(catalog)
    records: list[dict[str, object]] = []
    rows = []
    for task_id, task in sorted(loaded.tasks.items()):
        record = task_record(loaded, task_id)
        what = explained(task, prose(task.description))
        reference = str(record["reference"]) if record["reference"] else tr("none")
        rows.append((task_id, what, reference, " ".join(task.kinds)))
        if form != "json":
            flat = {k: " ".join(v) for k, v in record.items() if isinstance(v, list)}
            record = {**record, **flat}
            del record["names"]
        records.append(record)
    columns = (
        Column(tr("Task"), keep=True),
        Column(tr("What it is")),
        Column(tr("Reference board"), keep=True),
        Column(tr("Kinds"), wide=True),
    )
    emit_list(form, "tasks", columns, rows, records)
    return 0
