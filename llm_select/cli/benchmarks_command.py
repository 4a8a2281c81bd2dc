"""`llm-select benchmarks`."""

from __future__ import annotations

import typer

from llm_select.cli.examples import examples
from llm_select.cli.options import CatalogOption, DebugOption, LocaleOption, OutputOption
from llm_select.i18n import tr
from llm_select.messages import Message

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.command(
    epilog=examples(
        (Message("Boards with their languages and numbers of models"), "llm-select benchmarks"),
        (Message("As a sheet, with sources"), "llm-select benchmarks -o csv"),
        (Message("With your own boards"), "llm-select benchmarks --catalog my-cards"),
    )
)
def benchmarks(
    output: OutputOption = "table",
    catalog: CatalogOption = None,
    locale: LocaleOption = None,
    debug: DebugOption = False,
) -> int:
    """List boards: what they measure, in which languages, how many models, from where."""
    from llm_select.cli.lists import emit_list
    from llm_select.cli.output import check_form, open_catalog
    from llm_select.render.document import Column

    form = check_form(output)
    loaded = open_catalog(catalog)
    records: list[dict[str, object]] = []
    rows = []
    for stem, board in sorted(loaded.boards.items()):
        benchmark = loaded.benchmarks[board.benchmark]
        languages = [key for key in board.scores if key != "all"]
        scores = sum(len(column) for column in board.scores.values())
        source = loaded.sources.get(board.source)
        records.append(
            {
                "board": stem,
                "benchmark": board.benchmark,
                "name": benchmark.name,
                "metric": benchmark.metric,
                "unit": benchmark.unit,
                "direction": benchmark.direction,
                "automatic": benchmark.automatic,
                "languages": languages if form == "json" else " ".join(languages),
                "entries": len(board.entries),
                "scores": scores,
                "date": board.date,
                "reported_by": board.reported_by,
                "source": board.source,
                "url": source.url if source is not None else None,
            }
        )
        shown = " ".join(languages[:4]) + (f" +{len(languages) - 4}" if len(languages) > 4 else "")
        rows.append((stem, benchmark.metric, shown or "–", str(len(board.entries)), board.date))
    columns = (
        Column(tr("Board"), keep=True),
        Column(tr("Metric")),
        Column(tr("Languages")),
        Column(tr("Entries"), right=True),
        Column(tr("Date"), keep=True, wide=True),
    )
    emit_list(form, "benchmarks", columns, rows, records)
    return 0
