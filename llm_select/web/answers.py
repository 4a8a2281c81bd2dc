"""From what an address asks to the answers of the pure middle, through the doors every command uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llm_select.errors import UsageError
from llm_select.messages import Message
from llm_select.questions.compare import compare_models
from llm_select.questions.explain import explain_model
from llm_select.questions.names import named
from llm_select.questions.requirements import (
    DEFAULT_PROFILE,
    Hardware,
    Limits,
    positive,
    read_requirements,
)
from llm_select.selection.compare import compare
from llm_select.selection.recommend import SHOWN, UNRATED_SHOWN, recommend

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from llm_select.selection.compare import Comparison
    from llm_select.selection.recommend import Explanation
    from llm_select.selection.types import Item, Recommendation, Requirements
    from llm_select.web.asked import Asked

DEFAULT_TOP = 5
MAX_TOP = 100_000


def recommendation(
    catalog: Catalog, asked: Asked, *, whole: bool = False, misses: bool = False
) -> Recommendation:
    """The answer of `recommend`; with `whole` every unrated model is tried, as for JSON, with `misses` the machine for
    every rejected one, as for a file with pictures.

    Raises UsageError and its kin for anything wrong.
    """
    shown = top(asked)
    requirements = read_requirements(catalog, _task(asked), **_question(asked))
    return recommend(
        catalog,
        requirements,
        near_misses=None if misses else max(SHOWN, shown),
        unrated=None if whole else UNRATED_SHOWN,
    )


def explanation(catalog: Catalog, name: str, asked: Asked) -> Explanation:
    """The answer of `explain`. Raises UsageError and its kin."""
    return explain_model(catalog, named(catalog, "MODEL", name), _task(asked), **_question(asked))


def standing(catalog: Catalog, name: str, asked: Asked) -> tuple[Item, Requirements]:
    """One model's item as `explanation` has it, without its place among the others: cheap enough for every step of a
    slider. Raises UsageError and its kin."""
    model_id = named(catalog, "MODEL", name)
    requirements = read_requirements(catalog, _task(asked), **_question(asked))
    return compare(catalog, [model_id], requirements).items[0], requirements


def comparison(catalog: Catalog, asked: Asked) -> Comparison:
    """The answer of `compare`. Raises UsageError and its kin."""
    return compare_models(
        catalog,
        asked.many("model"),
        task=asked.one("task"),
        languages=asked.many("language"),
        pairs=asked.many("pair"),
        hardware=_hardware(asked),
        engines=asked.many("engine"),
        quantizations=asked.many("quantization"),
        examples=_whole(asked, "examples") or 0,
        exclude_boards=asked.many("exclude-board"),
        **_lengths(asked),
    )


def top(asked: Asked) -> int:
    """How many picks are shown. Raises UsageError."""
    number = _whole(asked, "top")
    positive(number, where="--top", limit=MAX_TOP)
    return DEFAULT_TOP if number is None else number


def _task(asked: Asked) -> str:
    task = asked.one("task")
    if task is None:
        raise UsageError(Message("no task is chosen"), where="--task", remedy=Message("choose one"))
    return task


def _question(asked: Asked) -> dict[str, Any]:
    return {
        "languages": asked.many("language"),
        "pairs": asked.many("pair"),
        "hardware": _hardware(asked),
        "limits": Limits(
            min_accuracy=_number(asked, "min-accuracy"),
            min_speed=_number(asked, "min-speed"),
            max_price=_number(asked, "max-price"),
            commercial=bool(asked.many("commercial")),
            licenses=asked.many("license"),
            weights_access=asked.one("weights-access"),
            privacy=asked.one("privacy") or "any",
            modalities=asked.many("modality"),
            engines=asked.many("engine"),
            quantizations=asked.many("quantization"),
            thinking=asked.one("thinking") or "any",
            families=asked.many("family"),
            examples=_whole(asked, "examples") or 0,
        ),
        "profile": asked.one("profile") or DEFAULT_PROFILE,
        "weights": asked.one("weights"),
        "exclude_boards": asked.many("exclude-board"),
        **_lengths(asked),
    }


def _hardware(asked: Asked) -> Hardware:
    return Hardware(asked.one("gpu"), _whole(asked, "gpus"), asked.one("gpu-mem"), asked.one("ram"))


def _lengths(asked: Asked) -> dict[str, Any]:
    concurrency = _whole(asked, "concurrency")
    return {
        "context": _whole(asked, "context"),
        "generate": _whole(asked, "generate"),
        "concurrency": 1 if concurrency is None else concurrency,
    }


def _whole(asked: Asked, name: str) -> int | None:
    text = asked.one(name)
    if text is None:
        return None
    try:
        return int(text)
    except ValueError:
        raise UsageError(
            Message("{text!r} is no whole number", text=text),
            where=f"--{name}",
            remedy=Message("write digits only, such as 4096"),
        ) from None


def _number(asked: Asked, name: str) -> float | None:
    text = asked.one(name)
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        raise UsageError(
            Message("{text!r} is no number", text=text),
            where=f"--{name}",
            remedy=Message("write it with a point, such as 0.5"),
        ) from None
