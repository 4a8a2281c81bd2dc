"""Whether the evidence orders models as a board that was left out does."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

import ranking

from sections.section import Section, percent, prose, table

if TYPE_CHECKING:
    from ranking import Summary

    from llm_select.schema.catalog import Catalog

TITLE = "Ranking"
WORST = 0.6
"""Boards whose order is foretold worse than this are named."""


STORE = Path(__file__).resolve().parents[2] / "tests" / "measurements" / "ranking.json"
"""Results with the hash of what they were computed from: they take minutes, so a check compares the hash only."""
CODE = ("evidence/*.py",)
FOLDERS = ("evaluations", "benchmarks")
TASK_FIELDS = ("boards", "reference", "kinds", "finetune_kinds", "paired", "monolingual")
"""What of a task the results depend on: not its prompts, names and typical lengths."""


class StaleError(Exception):
    """The stored results are of other evidence."""


def inputs(catalog: Catalog) -> str:
    """Hash of what the results depend on: the evidence code, boards, tests, tasks, and what cards say of models."""
    root = STORE.parents[2]
    digest = hashlib.sha256()
    files = [p for pattern in CODE for p in (root / "llm_select").glob(pattern)]
    files += [p for folder in FOLDERS for p in (root / "catalog" / folder).glob("*.yaml")]
    for path in sorted([*files, root / "benchmarks" / "ranking.py"]):
        digest.update(path.name.encode() + path.read_bytes())
    for key, task in sorted(catalog.tasks.items()):
        digest.update(repr((key, [getattr(task, field) for field in TASK_FIELDS])).encode())
    for key, model in sorted(catalog.models.items()):
        total = model.parameters.total if model.parameters is not None else None
        said = (key, total, str(model.released), sorted(dict(model.languages).items()))
        digest.update(repr((said, [repr(e) for e in model.evaluations])).encode())
    return digest.hexdigest()


def results(catalog: Catalog, *, recompute: bool = True) -> ranking.Ranking:
    """The stored results, computed anew when they are of other evidence. Raises StaleError when that is not allowed."""
    now = inputs(catalog)
    stored = json.loads(STORE.read_text(encoding="utf-8")) if STORE.exists() else {}
    if stored.get("inputs") != now:
        if not recompute:
            raise StaleError
        found = ranking.ranking_results(catalog)
        stored = {
            "inputs": now,
            "rows": [_plain(row) for row in found.rows],
            "summaries": [summary._asdict() for summary in found.summaries],
        }
        STORE.write_text(json.dumps(stored, indent=0) + "\n", encoding="utf-8")
        stored = json.loads(STORE.read_text(encoding="utf-8"))
    rows = tuple(
        ranking.Row(
            **{
                **row,
                **{k: ranking.Baseline(**row[k]) if row[k] else None for k in ranking.BASELINES},
            }
        )
        for row in stored["rows"]
    )
    return ranking.Ranking(rows, tuple(ranking.Summary(**one) for one in stored["summaries"]))


def _plain(row: ranking.Row) -> dict[str, object]:
    own = row._asdict()
    return {**own, **{k: own[k]._asdict() if own[k] else None for k in ranking.BASELINES}}


def section(catalog: Catalog, *, recompute: bool = True) -> Section:
    """Spearman's rho by task, beside two baselines and the plain additive model."""
    result = results(catalog, recompute=recompute)
    parts = []
    for protocol in ranking.PROTOCOLS:
        found = [s for s in result.summaries if s.protocol == protocol]
        if not found:
            continue
        mean, plain = fmean(s.rho for s in found), fmean(s.plain for s in found)
        parts.append(
            f"**{protocol[:1].upper()}{protocol[1:]}**, mean rho {mean:.2f} (plain additive model {plain:.2f}):\n\n"
            + _table(found)
        )
    low = sorted((r for r in result.rows if r.rho < WORST), key=lambda r: r.rho)
    boards = table(
        ("board", "protocol", "models", "rho", "plain", "parameters", "date"),
        [
            (
                r.board,
                r.protocol,
                r.models,
                f"{r.rho:.2f}",
                f"{r.plain:.2f}",
                f"{r.parameters.rho:.2f}" if r.parameters else "–",
                f"{r.released.rho:.2f}" if r.released else "–",
            )
            for r in low
        ],
    )
    first = [s for s in result.summaries if s.protocol == ranking.PROTOCOLS[0]]
    beaten = [s for s in first if s.above_baselines is not None]
    above = sum(bool(s.above_baselines) for s in beaten)
    both = "\n\n".join(parts)
    text = f"""{
        prose(
            f'''
Evidence is left out, the rest ranks the models, and the order is compared with the one left out (Spearman's rho, 80 %
intervals from resampling models). Beside it: the plain additive model without slopes, noise by board, settings and
skills; the order by parameter count; by release date; and by the mean of both. "Own setting" counts only the rows in
the board's own setting and split; "kept" the half of the boards that no constant was chosen on; "ceiling" is what a
repetition of the board would reach by the standard errors it prints. What was tried and what it gained is in
[How scoring works](how-scoring-works.md). {above} of {len(beaten)} tasks are above every baseline beyond the
interval.'''
        )
    }

{both}

Orders foretold with a rho below {WORST}: {len(low)} of {
        len(result.rows)
    }. Causes by task: settings that change places
between boards (sentiment), one metric against a single reference (summarization), few systems a pair (translation), a
reference that only strong models sat (coding), a release that splits on reasoning (instruction following).

{boards}
"""
    mean = fmean(s.rho for s in first)
    inside = [s.inside for s in first if s.inside is not None]
    figure = (
        f"board left out: mean rho {mean:.2f}, least task {min(s.rho for s in first):.2f}; "
        f"{percent(fmean(inside), 0)} in range"
    )
    return Section(TITLE, (TITLE, figure, "0.92, no task under 0.80"), text)


def _table(found: list[Summary]) -> str:
    return table(
        (
            "task", "boards", "models", "rho", "80 % interval", "least", "own setting", "kept", "ceiling", "plain",
            "gain over plain", "in range", "parameters", "date", "both", "above all",
        ),
        [
            (
                s.task,
                s.boards,
                f"{s.models[0]} to {s.models[1]}",
                f"{s.rho:.2f}",
                f"{s.low:.2f} to {s.high:.2f}",
                f"{s.least:.2f}",
                *(f"{x:.2f}" if x is not None else "–" for x in (s.own_setting, s.kept, s.ceiling, s.plain)),
                f"{s.gain[0]:+.2f} to {s.gain[1]:+.2f}",
                percent(s.inside, 0),
                *(f"{x:.2f}" if x is not None else "–" for x in (s.parameters, s.released, s.bigger_and_newer)),
                "–" if s.above_baselines is None else "yes" if s.above_baselines else "no",
            )
            for s in found
        ],
    )  # fmt: skip
