"""Which boards an answer is given on: the task's reference board in the languages asked for, or the next best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from llm_select.evidence.languages import covers, pair_covers, split_pair
from llm_select.evidence.links import Link
from llm_select.evidence.scores import ALL, board_id

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.evaluation import Benchmark


class Target(NamedTuple):
    """The boards that quality is expressed on."""

    stem: str
    benchmark_id: str
    benchmark: Benchmark
    boards: tuple[str, ...]
    """Board ids averaged over."""
    ends: Mapping[str, tuple[str, ...]]
    """For each board the language, or the two of its pair; empty for a board without language."""
    exact: bool
    """False when no board exists in the language asked for and the family's mean stands in for it."""
    languages_asked: tuple[str, ...]
    """Languages a model must support, from --language and --pair."""
    substitute: bool
    """True when another board stands in for the task's own reference."""
    direct: bool
    """False when the reference is the board of a near task: then nothing on it counts as measured."""
    label: str
    """`wmt25.en-zh`, or `wmt25 (27 boards)`."""


def language_matches(
    board_language: str | None, languages: Sequence[str], pairs: Sequence[str]
) -> bool:
    """True when a board speaks about the languages or pairs asked for; a board without language always does."""
    if board_language is None or not (languages or pairs):
        return True
    if split_pair(board_language) is not None:
        if any(pair_covers(board_language, pair) for pair in pairs):
            return True
        ends = split_pair(board_language) or ()
        return any(covers(end, language) for end in ends for language in languages)
    ends_asked = [end for pair in pairs for end in (split_pair(pair) or ())]
    return any(covers(board_language, language) for language in [*languages, *ends_asked])


def find_target(
    catalog: Catalog,
    task_id: str,
    languages: Sequence[str],
    pairs: Sequence[str],
    links: Mapping[str, Link],
) -> Target | None:
    """The reference boards; None when the task names none or all its boards were left out.

    When the reference board has no list in the language asked for, or was left out, the first direct board in the
    same unit that has one stands in, then the first bounded one: the anchors of the task hold for the former, floor
    and ceiling serve for the latter. When none has one, the mean over the reference's languages is shown.
    """
    task = catalog.tasks[task_id]
    if task.reference is None:
        return None
    wanted = task.reference.board
    board = catalog.boards.get(wanted)
    unit = catalog.benchmarks[board.benchmark].unit if board is not None else None
    others = [use.board for use in task.boards if use.relevance == "direct" and use.board != wanted]
    # A stable order: same unit as the reference first.
    others.sort(key=lambda stem: _unit(catalog, stem) != unit)
    # First a board in the language asked for, be it another test than the reference; then the reference's mean.
    for exact in (True, False):
        for stem in [wanted, *others]:
            held = catalog.boards.get(stem)
            if held is None:
                continue
            benchmark = catalog.benchmarks[held.benchmark]
            if stem != wanted and benchmark.scale != "bounded" and benchmark.unit != unit:
                continue
            own = task.reference.languages if stem == wanted else ()
            left = {
                board_id(stem, key): key
                for key in own or held.scores
                if board_id(stem, key) in links
                and (not exact or _speaks(key, languages, pairs, stem == wanted))
            }
            if not left:
                continue
            direct = any(use.board == stem and use.relevance == "direct" for use in task.boards)
            return _target(
                stem, held.benchmark, benchmark, left, languages, pairs, stem != wanted, direct
            )
    return None


def _speaks(key: str, languages: Sequence[str], pairs: Sequence[str], own: bool) -> bool:
    """True when a list answers in the language asked; one list for all languages does so only for the reference."""
    if key == ALL:
        return own or not (languages or pairs)
    return language_matches(key, languages, pairs)


def _unit(catalog: Catalog, stem: str) -> str | None:
    board = catalog.boards.get(stem)
    return catalog.benchmarks[board.benchmark].unit if board is not None else None


def _target(
    stem: str,
    benchmark_id: str,
    benchmark: Benchmark,
    keys: Mapping[str, str],
    languages: Sequence[str],
    pairs: Sequence[str],
    substitute: bool,
    direct: bool,
) -> Target:
    asked = tuple(
        dict.fromkeys([*languages, *(end for pair in pairs for end in (split_pair(pair) or ()))])
    )
    matching = {
        name: key
        for name, key in keys.items()
        if language_matches(None if key == ALL else key, languages, pairs)
    }
    exact = bool(matching)
    chosen = matching or dict(keys)
    ends = {name: () if key == ALL else (split_pair(key) or (key,)) for name, key in chosen.items()}
    names = tuple(sorted(chosen))
    label = names[0] if len(names) == 1 else f"{stem} ({len(names)} boards)"
    return Target(
        stem, benchmark_id, benchmark, names, ends, exact, asked, substitute, direct, label
    )
