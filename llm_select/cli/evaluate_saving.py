"""Results of `evaluate` into a catalog of the user's own, and the prompt in the form that `--template` takes."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llm_select.cli.evaluate_options import LOCAL
from llm_select.errors import UsageError
from llm_select.messages import Message
from llm_select.schema.base import SLUG

if TYPE_CHECKING:
    from llm_select.cli.evaluate_run import Prepared, Question
    from llm_select.evaluation.prompts import Template
    from llm_select.evaluation.results import Evaluation, Result
    from llm_select.evaluation.statistics import Interval

_WIDTH_IN_ERRORS = 2 * 1.96
"""Standard errors in the width of a 95 % interval."""


def print_template(template: Template) -> None:
    """As a YAML file; a block keeps the lines of a prompt."""
    for name, text in (("system", template.system), ("prompt", template.prompt)):
        if text is not None:
            body = "".join(f"  {line}\n" if line else "\n" for line in text.split("\n"))
            sys.stdout.write(f"{name}: |-\n{body}")


def check_place(directory: Path, board: str | None) -> None:
    """Raises UsageError when results could not be saved there, before anything is asked and paid for."""
    if board is not None and not re.fullmatch(SLUG, board):
        raise UsageError(
            Message("{id!r} is no id", id=board),
            where="--board",
            remedy=Message("write lower case, digits and dashes"),
        )
    there = next(
        place for place in (directory.absolute(), *directory.absolute().parents) if place.exists()
    )
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise UsageError(
            Message("{path} is no folder that can be written to", path=there),
            where="--save-to",
            remedy=Message("name the folder of a catalog, or a new one"),
        )


def save(
    directory: Path,
    board: str | None,
    question: Question,
    prepared: Prepared,
    evaluation: Evaluation,
    template: Template,
    changed: bool,
    catalogs: Sequence[Path],
    seed: int,
) -> tuple[str, ...]:
    """Write the models whose every example has an answer. Returns the paths; none when there is no such model.

    Raises UsageError and SourceError when the evidence does not belong to what is there.
    """
    from llm_select.catalog.importers.evaluated import Evidence, save_evidence
    from llm_select.evaluation.metrics import UNITS

    whole = [result for result in evaluation.results if result.scores and not result.failed]
    if not whole:
        return ()
    name = board or f"own-{_slug(prepared.data.name)}"
    subjects = {subject.asking.label: subject for subject in prepared.subjects}
    local = all(s.asking.place.startswith(LOCAL) for s in prepared.subjects)
    scores: dict[str, dict[str, float]] = {}
    errors: dict[str, dict[str, float]] = {}
    entries: dict[str, dict[str, str]] = {}
    for result in whole:
        subject = subjects[result.label]
        entry: dict[str, str] = {}
        if subject.card is not None:
            entry["model"] = subject.card
            entry["mode"] = _mode(subject.modes, result)
        if subject.quantization is not None:
            entry["quantization"] = subject.quantization
        if subject.asking.place.startswith(LOCAL) and not local:
            entry["setting"] = "fine-tuned"
        entries[result.label] = entry
        for row, interval in _rows(result, question, prepared):
            scores.setdefault(row, {})[result.label] = round(interval.value, 4)
            error = (interval.high - interval.low) / _WIDTH_IN_ERRORS
            errors.setdefault(row, {})[result.label] = round(error, 4)
    chance = 100 / len(prepared.data.labels) if evaluation.metric == "accuracy" else 0.0
    words = "\n".join((str(template.system), template.prompt, *prepared.data.labels))
    prompt = sha256(words.encode()).hexdigest()[:12]
    count = f"{len(prepared.data.examples)} examples"
    if any(note.code == "sampled" for note in prepared.data.notes):
        count += f" drawn with seed {seed}"
    evidence = Evidence(
        question.task,
        name,
        prepared.data.name,
        prepared.data.digest,
        UNITS[evaluation.metric],
        chance,
        "fine-tuned" if local else "prompted" if changed else "zero-shot",
        f"{whole[0].scores[0].signature}; prompt {prompt}; {count}",
        date.today().isoformat(),
        entries,
        scores,
        errors,
    )
    return save_evidence(directory, evidence, catalogs)


def _mode(modes: Sequence[str], result: Result) -> str:
    """The mode it ran in: thinking when most answers came with reasoning, as far as the card has such modes."""
    seen = "thinking" if result.reasoned * 2 > result.answered else "direct"
    return seen if seen in modes or not modes else modes[0]


def _rows(result: Result, question: Question, prepared: Prepared) -> Sequence[tuple[str, Interval]]:
    """Score by language; `all` where no language is known."""
    if result.languages:
        return [(group.language or "all", group.score) for group in result.languages]
    own: Any = prepared.data.examples[0].language or question.language or "all"
    return [(own, result.scores[0].interval)]


def _slug(name: str) -> str:
    stem = Path(name).stem.lower()
    return re.sub(r"[^a-z0-9._-]+", "-", stem).strip("-._") or "data"
