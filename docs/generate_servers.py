"""Writes `docs/servers.md` from `catalog/serving.yaml` and what `benchmarks/engine_flags.py` found.

python docs/generate_servers.py            # write
python docs/generate_servers.py --check    # exit 1 when the page differs
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generated import write_or_check

from llm_select.catalog.load import load_catalog

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.serving import Serving

DOCS = Path(__file__).resolve().parent
PAGE = DOCS / "servers.md"
FOUND = DOCS.parent / "tests" / "serving" / "options.json"

_INTRODUCTION = """\
# Settings of servers

Generated from `catalog/serving.yaml` by `docs/generate_servers.py`; do not edit. What each setting is set to, and why,
is in [deploying](deploy.md).

`parser`: the engine's own argument parser took the command lines of the plans in `tests/serving/cases.txt`
(`python benchmarks/engine_flags.py ENGINE` repeats it). `source`: the names stand in its source; nothing was run.
"""


def page() -> str:
    """The whole page."""
    catalog = load_catalog()
    found = json.loads(FOUND.read_text(encoding="utf-8"))
    rows = [_row(catalog, name, one, found.get(name)) for name, one in catalog.serving.items()]
    head = "| engine | version | how | command lines | options it knows | read in |"
    table = "\n".join([head, "| --- | --- | --- | --- | --- | --- |", *rows])
    sections = [_section(catalog, name, one) for name, one in catalog.serving.items()]
    return "\n".join([_INTRODUCTION, table, "", *sections])


def _row(catalog: Catalog, name: str, one: Serving, found: dict[str, Any] | None) -> str:
    lines = str(found["plans"]) if found else "–"
    options = f"{len(found['options'])}" if found else "–"
    source = catalog.sources[one.source]
    link = f"[{source.title}]({source.url})"
    engine = catalog.engines[name].name
    return f"| {engine} | {one.version} | {one.validated} | {lines} | {options} | {link} |"


def _section(catalog: Catalog, name: str, one: Serving) -> str:
    lines = [f"## {catalog.engines[name].name}", "", one.checked, ""]
    if one.options or one.environment:
        lines += ["| for | setting |", "| --- | --- |"]
        settings = {**one.options, **one.environment}
        lines += [f"| {role.replace('-', ' ')} | `{option}` |" for role, option in settings.items()]
    lines += [f"| private | `{key}={value}` |" for key, value in one.private.items()] + [""]
    for title, formats in (
        ("Loads as released", one.direct),
        ("Makes while loading", tuple(one.loading)),
        ("Made beforehand", tuple(n for p in one.prepare for n in p.formats)),
    ):
        if formats:
            names = ", ".join(catalog.quantizations[n].name for n in formats)
            lines += [f"{title}: {names}.", ""]
    if one.parsers:
        lines += ["| repository | tool calls | reasoning | template |", "| --- | --- | --- | --- |"]
        for entry in one.parsers:
            cells = (
                ", ".join(f"`{glob}`" for glob in entry.repositories),
                entry.tool or "",
                entry.reasoning or "",
                entry.template or "",
            )
            lines.append("| " + " | ".join(cells) + " |")
        source = catalog.sources[one.sources["parsers"]]
        lines += ["", f"From [{source.title}]({source.url}).", ""]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` compare it. Returns the exit code."""
    return write_or_check(PAGE, page(), Path(__file__).name, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
