"""`llm-select hardware list` and `llm-select hardware detect`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from llm_select.cli.options import CatalogOption, DebugOption, LocaleOption, OutputOption

if TYPE_CHECKING:
    from llm_select.estimates.types import Machine

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
_VENDORS = {
    "nvidia": "NVIDIA",
    "amd": "AMD",
    "apple": "Apple",
    "intel": "Intel",
    "cpu": "none, it is the processor",
}


@app.callback()
def hardware() -> None:
    """List devices, or show this machine."""


@app.command("list", epilog="Example: llm-select hardware list -o csv")
def list_devices(
    output: OutputOption = "table",
    catalog: CatalogOption = None,
    locale: LocaleOption = "en",
    debug: DebugOption = False,
) -> int:
    """List devices with their memories, bandwidth and throughput."""
    from llm_select.cli.lists import emit_list
    from llm_select.cli.output import check_form, open_catalog
    from llm_select.render.document import Column

    form = check_form(output, locale)
    loaded = open_catalog(catalog)
    records: list[dict[str, object]] = []
    rows = []
    for device_id, device in sorted(loaded.devices.items()):
        compute = device.compute
        tflops = (compute.bf16 or compute.fp16) if compute is not None else None
        for memory in device.memory:
            records.append(
                {
                    "id": device_id,
                    "name": device.name,
                    "vendor": device.vendor,
                    "form": device.form,
                    "memory_class": device.memory_class,
                    "memory_gib": memory.gib,
                    "bandwidth_gb_s": memory.bandwidth_gb_s,
                    "tflops_16bit": tflops,
                    "released": device.released,
                    "source": memory.source or device.sources.get("memory"),
                }
            )
        sizes = ", ".join(f"{m.gib:g}" for m in device.memory)
        speeds = "/".join(
            dict.fromkeys(f"{m.bandwidth_gb_s:g}" for m in device.memory if m.bandwidth_gb_s)
        )
        rows.append(
            (device.name, device.form, sizes, speeds or "–", f"{tflops:g}" if tflops else "–")
        )
    columns = (
        Column("Device", keep=True),
        Column("Form", wide=True),
        Column("GiB", right=True),
        Column("GB/s", right=True, keep=True),
        Column("TFLOPS 16-bit", right=True),
    )
    emit_list(form, "devices", columns, rows, records)
    return 0


def _found(machine: Machine) -> list[tuple[str, str]]:
    """What was found, in words; the records keep the numbers."""
    from llm_select.render.numbers import gib
    from llm_select.units import GIB

    each = " of each" if machine.devices > 1 else ""
    speed = machine.bandwidth_gb_s
    rows = [
        ("machine", machine.name),
        ("device in the catalog", machine.device or "none"),
        ("vendor", _VENDORS.get(machine.vendor or "", "unknown")),
        ("number of devices", str(machine.devices)),
        (f"memory{each}", gib(machine.nominal_gib * GIB)),
        (f"usable{each}", gib(machine.usable_gib * GIB)),
        (f"bandwidth{each}", "unknown" if speed is None else f"{speed:g} GB/s"),
    ]
    if machine.ram_gib is not None:
        rows.append(("main memory", gib(machine.ram_gib * GIB)))
    return rows


@app.command("detect", epilog="Example: llm-select hardware detect -o json")
def detect(
    output: OutputOption = "table",
    catalog: CatalogOption = None,
    locale: LocaleOption = "en",
    debug: DebugOption = False,
) -> int:
    """Show what models would run on here."""
    from llm_select.cli.lists import emit_list
    from llm_select.cli.output import check_form, open_catalog
    from llm_select.hardware.detect import look, machine
    from llm_select.render.document import Column

    form = check_form(output, locale)
    loaded = open_catalog(catalog)
    found = machine(loaded, look())
    record: dict[str, object] = {
        "name": found.name,
        "device": found.device,
        "vendor": found.vendor,
        "devices": found.devices,
        "nominal_gib": found.nominal_gib,
        "usable_gib": found.usable_gib,
        "bandwidth_gb_s": found.bandwidth_gb_s,
        "ram_gib": found.ram_gib,
    }
    emit_list(
        form, "machine", (Column("What", keep=True), Column("Found")), _found(found), [record]
    )
    return 0
