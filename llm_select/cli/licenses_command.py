"""`llm-select licenses`."""

from __future__ import annotations

import typer

from llm_select.cli.examples import examples
from llm_select.cli.options import CatalogOption, DebugOption, LocaleOption, OutputOption
from llm_select.i18n import clauses, prose, tr
from llm_select.messages import Message

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.command(
    epilog=examples(
        (Message("Which licences allow commercial use"), "llm-select licenses"),
        (Message("With their conditions, for another program"), "llm-select licenses -o json"),
    )
)
def licenses(
    output: OutputOption = "table",
    catalog: CatalogOption = None,
    locale: LocaleOption = None,
    debug: DebugOption = False,
) -> int:
    """List licences: whether commercial use is allowed and under which conditions."""
    from llm_select.cli.lists import emit_list
    from llm_select.cli.output import check_form, open_catalog
    from llm_select.render.document import Column
    from llm_select.render.labels import explained
    from llm_select.render.words import word

    form = check_form(output)
    loaded = open_catalog(catalog)
    records: list[dict[str, object]] = []
    rows = []
    for license_id, terms in sorted(loaded.licenses.items()):
        models = sum(1 for model in loaded.models.values() if model.license == license_id)
        records.append(
            {
                "id": license_id,
                "name": terms.name,
                **({"names": dict(terms.names)} if form == "json" else {}),
                "kind": terms.kind,
                "commercial": terms.commercial,
                "conditions": list(terms.conditions)
                if form == "json"
                else "; ".join(terms.conditions),
                "user_limit": terms.user_limit,
                "models": models,
                "url": terms.url,
            }
        )
        said = explained(terms, clauses(map(prose, terms.conditions)))
        rows.append((license_id, word(terms.commercial), said, str(models)))
    columns = (
        Column(tr("Licence"), keep=True),
        Column(tr("Commercial"), keep=True),
        Column(tr("Conditions")),
        Column(tr("Models"), right=True),
    )
    emit_list(form, "licenses", columns, rows, records)
    return 0
