"""`llm-select catalog list`, `check`, `schema`, `import` and `import-evaluations`."""

# Plain paths: a finding's file is text.
# ruff: noqa: PTH100

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from llm_select.cli.examples import examples
from llm_select.cli.options import CatalogOption, DebugOption, LocaleOption, OutputOption
from llm_select.i18n import tr
from llm_select.messages import Message

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.callback()
def catalog() -> None:
    """List, check, describe and fill catalogs."""


@app.command(
    "list",
    epilog=examples(
        (Message("All models"), "llm-select catalog list"),
        (Message("As a sheet"), "llm-select catalog list -o csv"),
        (Message("With your own cards"), "llm-select catalog list --catalog my-cards"),
    ),
)
def list_models(
    output: OutputOption = "table",
    catalog: CatalogOption = None,
    locale: LocaleOption = None,
    debug: DebugOption = False,
) -> int:
    """List the models of the catalog."""
    from llm_select.cli.lists import emit_list
    from llm_select.cli.output import check_form, open_catalog
    from llm_select.render.card_view import count_text
    from llm_select.render.document import Column
    from llm_select.render.list_records import model_record, scores_by_model

    form = check_form(output)
    loaded = open_catalog(catalog)
    counted = scores_by_model(loaded)
    records: list[dict[str, object]] = []
    rows = []
    for model_id, model in sorted(loaded.models.items()):
        scores = counted.get(model_id, 0)
        records.append(model_record(loaded, model_id, scores))
        rows.append(
            (model_id, model.kind, count_text(model), model.released, model.license, str(scores))
        )
    columns = (
        Column(tr("Model"), keep=True),
        Column(tr("Kind"), wide=True),
        Column(tr("Parameters"), right=True),
        Column(tr("Released"), keep=True),
        Column(tr("Licence"), wide=True),
        Column(tr("Scores"), right=True),
    )
    emit_list(form, "models", columns, rows, records, lambda: {"catalog_hash": loaded.content_hash})
    return 0


@app.command(
    "check",
    epilog=examples(
        (Message("The bundled catalog"), "llm-select catalog check"),
        (
            Message("Your own cards, warnings count too"),
            "llm-select catalog check my-cards --strict",
        ),
        (Message("For a code scanner"), "llm-select catalog check my-cards -o sarif"),
    ),
)
def check(
    directories: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[DIR]…", help="Catalog directories; default the bundled one."),
    ] = None,
    catalog: CatalogOption = None,
    alone: Annotated[
        bool,
        typer.Option("--alone", help="Do not let it refer to the bundled catalog."),
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 for warnings as well as for errors.")
    ] = False,
    output: Annotated[
        str,
        typer.Option("--output", "-o", help="table, plain, json, csv, markdown, sarif or github."),
    ] = "table",
    locale: LocaleOption = None,
    debug: DebugOption = False,
) -> int:
    """Check catalog files: every problem at once, with file:line and remedy. Exit 1 when there is an error."""
    import os
    import sys
    from datetime import UTC, datetime

    from llm_select import __version__
    from llm_select.catalog.check import check as check_catalog
    from llm_select.catalog.rules.registry import RULES
    from llm_select.cli.output import check_form, emit
    from llm_select.render.check_view import check_document, check_json
    from llm_select.render.github import github
    from llm_select.render.sarif import sarif

    form = check_form(output, ("sarif", "github"))
    today = datetime.now(UTC).date().isoformat()
    asked = [*(directories or ()), *(catalog or ())]
    findings = check_catalog(asked, today=today, bundled=not alone)
    if form in ("github", "sarif"):
        # A runner of workflows says where the sources are; elsewhere that is where one stands.
        root = os.path.abspath(os.environ.get("GITHUB_WORKSPACE") or os.curdir)
        placed = [f._replace(file=os.path.abspath(f.file)) for f in findings]
        if form == "github":
            sys.stdout.write(github(placed, root=root))
        else:
            log = sarif(placed, RULES, root=root, version=__version__, home=_home())
            emit(form, lambda: check_document(findings), lambda: log)
    else:
        emit(form, lambda: check_document(findings), lambda: check_json(findings))
    failing = ("error", "warning") if strict else ("error",)
    return 1 if any(f.severity in failing for f in findings) else 0


def _home() -> str:
    """Address of the source repository, where the installed package names one."""
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        urls = metadata("llm-select").get_all("Project-URL") or []
    except PackageNotFoundError:
        return ""
    named = dict(url.split(", ", 1) for url in urls if ", " in url)
    return next((named[name] for name in ("Repository", "Source", "Homepage") if name in named), "")


@app.command(
    "schema",
    epilog=examples(
        (Message("What there are schemas of"), "llm-select catalog schema"),
        (Message("For an editor"), "llm-select catalog schema model > model.json"),
        (Message("Of an answer in JSON"), "llm-select catalog schema recommend"),
    ),
)
def schema(
    kind: Annotated[
        str | None,
        typer.Argument(
            help="A catalog file kind (model, board, …) or a command's answer (recommend, estimate, …)."
        ),
    ] = None,
    debug: DebugOption = False,
) -> int:
    """Print the JSON Schema that editors check and complete a catalog file with."""
    import json
    import sys

    from llm_select.catalog.json_schema import json_schema, kinds
    from llm_select.errors import UnknownNameError
    from llm_select.render.contract import CONTRACTS

    known = [*kinds(), *CONTRACTS]
    if kind is None:
        sys.stdout.write("\n".join(known) + "\n")
        return 0
    if kind not in known:
        raise UnknownNameError(Message("schema"), kind, known, where="KIND")
    found = CONTRACTS[kind] if kind in CONTRACTS else json_schema(kind)
    sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    return 0


AcceptOption = Annotated[
    list[str] | None,
    typer.Option("--accept", help="Field to take although the card differs, or all; repeatable."),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Write nothing.")]
IntoOption = Annotated[
    Path | None,
    typer.Option(
        "--catalog", help="Catalog directory to write into; without it nothing is written."
    ),
]


@app.command(
    "import",
    epilog=examples(
        (
            Message("Draft a card from a configuration"),
            "llm-select catalog import config.json --id acme/tickets-7b",
        ),
        (
            Message("From a repository on the hub, written into your own catalog"),
            "llm-select catalog import hf:Qwen/Qwen3-8B --catalog my-cards --dry-run",
        ),
    ),
)
def import_(
    source: Annotated[
        str,
        typer.Argument(
            help="config.json, .safetensors, .gguf, README.md, a price table, a directory of these, or hf:OWNER/NAME."
        ),
    ],
    model_id: Annotated[
        str | None, typer.Option("--id", help="Card to compare with or to make, family/name.")
    ] = None,
    catalog: IntoOption = None,
    accept: AcceptOption = None,
    dry_run: DryRunOption = False,
    repository: Annotated[
        str | None,
        typer.Option("--repository", help="Repository on the hub that local files are from."),
    ] = None,
    revision: Annotated[
        str | None, typer.Option("--revision", help="Commit that local files are of.")
    ] = None,
    url: Annotated[str | None, typer.Option("--url", help="Where local files are from.")] = None,
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="Field no file holds: released=2026-07-23, developer, name or license; repeatable.",
        ),
    ] = None,
    price_source: Annotated[
        str | None, typer.Option("--source", help="Of a price table: its id in sources/.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Of a price table: the day it was read.")
    ] = None,
    output: OutputOption = "table",
    locale: LocaleOption = None,
    debug: DebugOption = False,
) -> int:
    """Draft a card from published files, or compare them with the card there is."""
    from llm_select.cli.catalog_import import import_card, import_price_table, is_price_table
    from llm_select.cli.output import check_form

    form = check_form(output)
    taken = tuple(accept or ())
    if is_price_table(source):
        unused = {"--repository": repository, "--revision": revision, "--url": url, "--set": given}
        return import_price_table(
            form, source, unused, model_id, catalog, taken, dry_run, price_source, as_of
        )
    return import_card(
        form, source, model_id, catalog, taken, dry_run, (repository, revision, url), given,
        {"--source": price_source, "--as-of": as_of},
    )  # fmt: skip


@app.command(
    "import-evaluations",
    epilog=examples(
        (
            Message("What a table would change of a board"),
            "llm-select catalog import-evaluations table.csv --board squad-v2 --dry-run",
        ),
        (
            Message("A board of your own"),
            "llm-select catalog import-evaluations table.csv --board my-board \\\n"
            "  --benchmark squad-v2 --source my-table --date 2026-07-01 \\\n"
            "  --reported-by third-party --setting zero-shot --catalog my-cards",
        ),
    ),
)
def import_evaluations(
    table: Annotated[
        Path,
        typer.Argument(metavar="CSV", help="entry, language and score, or a column a language."),
    ],
    board: Annotated[str, typer.Option("--board", help="Board to fill: its file in evaluations/.")],
    benchmark: Annotated[
        str | None, typer.Option("--benchmark", help="Benchmark of a new board; default its id.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="Id in sources/ of the table.")
    ] = None,
    date: Annotated[
        str | None, typer.Option("--date", help="When the table was published.")
    ] = None,
    reported_by: Annotated[
        str | None,
        typer.Option("--reported-by", help="developer, third-party, organisers or users."),
    ] = None,
    setting: Annotated[
        str | None,
        typer.Option("--setting", help="fine-tuned, few-shot, zero-shot, prompted or preference."),
    ] = None,
    catalog: IntoOption = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Take scores that differ from those of the board.")
    ] = False,
    dry_run: DryRunOption = False,
    output: OutputOption = "table",
    locale: LocaleOption = None,
    debug: DebugOption = False,
) -> int:
    """Fill a board from a CSV: names to cards, scores by language, differences said."""
    from llm_select.cli.catalog_import import import_board_table
    from llm_select.cli.output import check_form

    form = check_form(output)
    facts = (benchmark, source, date, reported_by, setting)
    return import_board_table(form, table, board, facts, catalog, accept, dry_run)
