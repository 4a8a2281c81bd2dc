"""`llm-select hardware list` and `llm-select hardware detect`."""

from __future__ import annotations

import typer

from llm_select.cli.examples import examples
from llm_select.cli.options import CatalogOption, DebugOption, LocaleOption, OutputOption
from llm_select.i18n import tr
from llm_select.messages import Message

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.callback()
def hardware() -> None:
    """List devices, or show this machine."""


@app.command(
    "list",
    epilog=examples(
        (Message("Devices that `--gpu` knows"), "llm-select hardware list"),
        (Message("As a sheet, with sources"), "llm-select hardware list -o csv"),
    ),
)
def list_devices(
    output: OutputOption = "table",
    catalog: CatalogOption = None,
    locale: LocaleOption = None,
    debug: DebugOption = False,
) -> int:
    """List devices with their memories, bandwidth and throughput."""
    from llm_select.cli.lists import emit_list
    from llm_select.cli.output import check_form, open_catalog
    from llm_select.render.document import Column
    from llm_select.render.list_records import device_records

    form = check_form(output)
    loaded = open_catalog(catalog)
    records: list[dict[str, object]] = []
    rows = []
    for device_id, device in sorted(loaded.devices.items()):
        compute = device.compute
        tflops = (compute.bf16 or compute.fp16) if compute is not None else None
        records += device_records(loaded, device_id)
        sizes = ", ".join(f"{m.gib:g}" for m in device.memory)
        speeds = "/".join(
            dict.fromkeys(f"{m.bandwidth_gb_s:g}" for m in device.memory if m.bandwidth_gb_s)
        )
        rows.append(
            (device.name, device.form, sizes, speeds or "–", f"{tflops:g}" if tflops else "–")
        )
    columns = (
        Column(tr("Device"), keep=True),
        Column(tr("Form"), wide=True),
        Column("GiB", right=True),
        Column("GB/s", right=True, keep=True),
        Column(tr("TFLOPS 16-bit"), right=True),
    )
    emit_list(form, "devices", columns, rows, records)
    return 0


@app.command(
    "detect",
    epilog=examples(
        (Message("What models would run on here"), "llm-select hardware detect"),
        (Message("For another program"), "llm-select hardware detect -o json"),
    ),
)
def detect(
    output: OutputOption = "table",
    catalog: CatalogOption = None,
    locale: LocaleOption = None,
    debug: DebugOption = False,
) -> int:
    """Show what models would run on here."""
    from llm_select.cli.lists import emit_list
    from llm_select.cli.output import check_form, open_catalog
    from llm_select.hardware.detect import look, machine
    from llm_select.render.document import Column
    from llm_select.render.hardware_view import record, rows

    form = check_form(output)
    loaded = open_catalog(catalog)
    seen = look()
    found = machine(loaded, seen)
    columns = (Column(tr("What"), keep=True), Column(tr("Found")))
    emit_list(form, "machine", columns, rows(found, seen), [record(found, seen)])
    return 0
