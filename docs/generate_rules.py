"""Writes `docs/rules.md` from the docstrings of the rules, and says whether it is up to date.

python docs/generate_rules.py            # write
python docs/generate_rules.py --check    # exit 1 when the page differs
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from generated import write_or_check

from llm_select.catalog.rules.registry import RULES, Rule

DOCS = Path(__file__).resolve().parent
PAGE = DOCS / "rules.md"

_INTRODUCTION = """\
# Rules of `catalog check`

Generated from the rules by `docs/generate_rules.py`; do not edit. [Checking](adding-a-model.md#checking) shows how the
check is run, and [in CI](adding-a-model.md#in-ci) a workflow.

An **error** makes `catalog check` exit 1; a **warning** does so with `--strict`. Rules marked *plausibility* are rules
of thumb: a figure they doubt may be right. Then the card or board says so, and why:

```yaml
checks:
  ignore: [LS027]
  because: the developer's terms are narrower than those of the base, which apply as well
```

The other rules hold always, and an exemption that nothing needs is reported ([LS029](#ls029-needless-exemption)).
"""


def page() -> str:
    """The whole page."""
    rows = [
        f"| [{rule.code}](#{rule.anchor}) | {_kind(rule)} | {_cell(rule.summary)} |"
        for rule in RULES
    ]
    table = "\n".join(["| rule | kind | what it finds |", "| --- | --- | --- |", *rows])
    return "\n".join([_INTRODUCTION, table, "", *map(_section, RULES)])


def _kind(rule: Rule) -> str:
    return f"{rule.severity}, plausibility" if rule.plausibility else rule.severity


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _section(rule: Rule) -> str:
    """The docstring: its headings one level down, its indented examples as YAML."""
    lines = [f"## {rule.code} {rule.name}", "", f"*{_kind(rule)}*", ""]
    heading, open_block = "", False
    for line in rule.text.splitlines():
        title = re.match(r"## (.+)", line)
        indented = line.startswith("    ") and heading in ("Example", "Use instead")
        if open_block and not indented:
            lines.append("```")
            open_block = False
        if title:
            heading = title[1]
            lines += [f"### {heading}", ""]
            continue
        if indented and not open_block:
            if lines[-1]:
                lines.append("")
            lines.append("```yaml")
            open_block = True
        lines.append(line.removeprefix("    ") if indented else line)
    if open_block:
        lines.append("```")
    return "\n".join([*lines, ""])


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` compare it. Returns the exit code."""
    return write_or_check(PAGE, page(), Path(__file__).name, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
