"""Writes `docs/catalog.md`: what the catalog covers, and what is missing, counted from the catalog itself.

python docs/generate_catalog.py            # write
python docs/generate_catalog.py --check    # exit 1 when the page differs
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS.parent)]

from generated import write_or_check  # noqa: E402

from llm_select.catalog.load import load_catalog  # noqa: E402
from llm_select.catalog.rules.language_names import NAMES  # noqa: E402
from llm_select.evidence.loss import pairs  # noqa: E402
from llm_select.evidence.scores import gather  # noqa: E402

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.model import Model

PAGE = DOCS / "catalog.md"
INTRODUCTION = """\
# What the catalog covers

Generated from the catalog by `docs/generate_catalog.py`; do not edit. `llm-select catalog list -o json` has the same by
card.
"""
WIDE = 10
"""Languages with direct evidence for fewer models than this are listed as thin."""


def evidence(catalog: Catalog) -> dict[str, dict[str | None, set[str]]]:
    """Models with a direct score, by task and language (None: no language)."""
    found: dict[str, dict[str | None, set[str]]] = {}
    for task_id in catalog.tasks:
        by_language: dict[str | None, set[str]] = {}
        for score in gather(catalog, task_id).scores:
            if score.relevance == "direct":
                by_language.setdefault(score.language, set()).add(score.model)
        found[task_id] = by_language
    return found


def page() -> str:
    """The whole page."""
    catalog = load_catalog([DOCS.parent / "catalog"], bundled=False)
    direct = evidence(catalog)
    parts = [INTRODUCTION, _sizes(catalog, direct), _kinds(catalog), _tasks(catalog, direct)]
    parts += [_languages(direct), _families(catalog, direct), _missing(catalog, direct)]
    return "\n".join(parts)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; columns after the first go right."""
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(str(c) for c in row) + " |" for row in rows)])


def _measured(direct: dict[str, dict[str | None, set[str]]]) -> set[str]:
    return {m for by_language in direct.values() for models in by_language.values() for m in models}


def _sizes(catalog: Catalog, direct: dict[str, dict[str | None, set[str]]]) -> str:
    boards = sum(len(board.scores) for board in catalog.boards.values())
    scores = sum(len(rows) for board in catalog.boards.values() for rows in board.scores.values())
    on_cards = sum(len(m.evaluations) for m in catalog.models.values())
    active = [k for k, m in catalog.models.items() if m.status == "active"]
    shown = sum(k in _measured(direct) for k in active)
    losses = sum(1 for _ in pairs(catalog))
    rows = [
        ("model cards", f"{len(catalog.models):,}"),
        ("of these active", f"{len(active):,}"),
        ("active cards with direct evidence for a task", f"{shown:,} ({shown / len(active):.0%})"),
        ("boards (one for each language or pair)", f"{boards:,} in {len(catalog.boards)} files"),
        ("scores on boards", f"{scores:,}"),
        ("scores on cards", f"{on_cards:,}"),
        ("pairs of quantized and unquantized runs", f"{losses:,}"),
        ("devices", f"{len(catalog.devices):,}"),
        ("number formats", f"{len(catalog.quantizations):,}"),
        ("licences", f"{len(catalog.licenses):,}"),
        ("sources", f"{len(catalog.sources):,}"),
    ]
    return "## In numbers\n\n" + table(("", "count"), rows) + "\n"


def _kinds(catalog: Catalog) -> str:
    counts: Counter[tuple[str, str]] = Counter((m.kind, m.weights) for m in catalog.models.values())
    rows: list[tuple[object, ...]] = [
        (f"{kind}, {weights}", n) for (kind, weights), n in counts.most_common()
    ]
    seeing = Counter(
        modality
        for m in catalog.models.values()
        for modality in m.modalities.input
        if modality != "text"
    )
    rows += [(f"reads {modality}", n) for modality, n in seeing.most_common()]
    thinking = sum(m.thinking is not None for m in catalog.models.values())
    rows.append(("can reason first", thinking))
    years = Counter(str(m.released)[:4] for m in catalog.models.values())
    released = table(("released", "cards"), sorted(years.items()))
    return "## Kinds\n\n" + table(("kind, weights", "cards"), rows) + "\n\n" + released + "\n"


def _tasks(catalog: Catalog, direct: dict[str, dict[str | None, set[str]]]) -> str:
    rows = []
    for task_id, task in catalog.tasks.items():
        languages = direct[task_id]
        models = {m for some in languages.values() for m in some}
        own = [k for k in languages if k is not None]
        boards = sum(b.relevance == "direct" for b in task.boards)
        reference = f"`{task.reference.board}`" if task.reference is not None else "none"
        rows.append((f"`{task_id}`", len(models), len(own), boards, reference))
    head = (
        "task",
        "models with direct evidence",
        "languages or pairs",
        "direct boards",
        "reference board",
    )
    return "## Tasks\n\n" + table(head, rows) + "\n"


def _languages(direct: dict[str, dict[str | None, set[str]]]) -> str:
    tasks: dict[str, set[str]] = {}
    models: dict[str, set[str]] = {}
    for task_id, by_language in direct.items():
        for language, some in by_language.items():
            for one in (
                (language or "").split("-", 1) if task_id == "translation" else [language or ""]
            ):
                if one:
                    tasks.setdefault(one, set()).add(task_id)
                    models.setdefault(one, set()).update(some)
    rows = [
        (
            f"{_named(tag)} (`{tag}`)",
            len(tasks[tag]),
            len(models[tag]),
            ", ".join(sorted(tasks[tag])),
        )
        for tag in sorted(tasks, key=lambda t: (-len(tasks[t]), -len(models[t]), t))
    ]
    head = "| language | tasks | models | which tasks |\n| --- | ---: | ---: | --- |"
    body = "\n".join("| " + " | ".join(str(c) for c in row) + " |" for row in rows)
    return f"## Languages\n\n{len(rows)} languages have direct evidence for some task.\n\n{head}\n{body}\n"


def _named(tag: str) -> str:
    names = NAMES.get(tag) or NAMES.get(tag.split("-", maxsplit=1)[0])
    return names[0] if names else tag


def _families(catalog: Catalog, direct: dict[str, dict[str | None, set[str]]]) -> str:
    measured = _measured(direct)
    by_family: dict[str, list[tuple[str, Model]]] = {}
    for key, model in catalog.models.items():
        by_family.setdefault(key.partition("/")[0], []).append((key, model))
    rows = []
    for family, some in sorted(by_family.items()):
        dates = sorted(str(m.released) for _, m in some)
        sizes = [m.parameters.total for _, m in some if m.parameters is not None]
        span = f"{min(sizes) / 1e9:.2g} to {max(sizes) / 1e9:.3g} B" if sizes else "–"
        rows.append(
            (
                family,
                len(some),
                sum(k in measured for k, _ in some),
                span,
                f"{dates[0][:7]} to {dates[-1][:7]}",
            )
        )
    head = ("family", "cards", "with direct evidence", "weights", "released")
    return "## Families\n\n" + table(head, rows) + "\n"


def _missing(catalog: Catalog, direct: dict[str, dict[str | None, set[str]]]) -> str:
    measured = _measured(direct)
    models = catalog.models
    active = {k: m for k, m in models.items() if m.status == "active"}
    opened = {k: m for k, m in models.items() if m.weights == "open"}
    gaps = [
        (
            "active cards without direct evidence for any task",
            [k for k in active if k not in measured],
        ),
        ("open cards without a shape", [k for k, m in opened.items() if m.architecture is None]),
        ("cards without a native context", [k for k, m in models.items() if m.context is None]),
        ("cards that name no language", [k for k, m in models.items() if not m.languages]),
        (
            "hosted cards without a price",
            [k for k, m in models.items() if m.weights == "hosted" and not m.hosted],
        ),
        (
            "reasoning models whose tokens nobody measured",
            [k for k, m in models.items() if m.thinking is not None and not m.thinking.lengths],
        ),
        (
            "open cards without a published file size",
            [k for k, m in opened.items() if not any(a.size_bytes for a in m.artifacts)],
        ),
    ]
    lines = ["## What is missing", ""]
    for title, keys in gaps:
        shown = ", ".join(f"`{k}`" for k in keys[:12])
        more = f" and {len(keys) - 12} more" if len(keys) > 12 else ""
        lines.append(f"- {len(keys)} {title}{': ' + shown + more if keys else ''}.")
    thin = sorted(
        task_id
        for task_id, by_language in direct.items()
        if len({m for some in by_language.values() for m in some}) < WIDE
    )
    lines.append(
        f"- Tasks with direct evidence for fewer than {WIDE} models: {', '.join(thin) or 'none'}."
    )
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` compare it. Returns the exit code."""
    return write_or_check(PAGE, page(), Path(__file__).name, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
