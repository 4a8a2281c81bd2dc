"""The rules of `catalog check`: one function each, its docstring is its page in the
documentation."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from llm_select.catalog.rules import (
    boards,
    context,
    counts,
    exemptions,
    lineage,
    losses,
    names,
    provenance,
    ranges,
    references,
    shape,
    trend,
    units,
)
from llm_select.catalog.rules.found import Found, Rule, Subject, rule
from llm_select.catalog.rules.reading import READING


def _plausible(code: str, check: Callable[[Subject], Iterable[Found]]) -> Rule:
    return rule(code, check, "warning", plausibility=True)


RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *READING,
            rule("LS002", references.unknown_reference),
            rule("LS003", shape.impossible_shape),
            rule("LS004", shape.parameter_mismatch),
            rule("LS005", ranges.out_of_range),
            rule("LS006", ranges.impossible_date),
            rule("LS007", names.ambiguous_name),
            rule("LS008", references.missing_source),
            rule("LS009", references.unused_source, "warning"),
            rule("LS010", boards.inconsistent_board),
            rule("LS011", names.wrong_language),
            rule("LS012", ranges.unbalanced_scoring),
            rule("LS014", names.contradictory_card),
            rule("LS015", names.indistinct_memory),
            rule("LS016", losses.inconsistent_losses),
            _plausible("LS017", context.library_default_context),
            _plausible("LS018", counts.extra_layers_counted),
            _plausible("LS019", counts.tokenizer_vocabulary),
            _plausible("LS020", counts.packed_parameters),
            _plausible("LS021", provenance.mirror_source),
            _plausible("LS022", provenance.stale_price),
            _plausible("LS023", units.unit_slip),
            _plausible("LS024", units.implausible_file_size),
            _plausible("LS025", trend.score_off_trend),
            rule("LS026", lineage.impossible_lineage),
            _plausible("LS027", lineage.license_not_inherited),
            rule("LS028", lineage.repeated_alias, "warning"),
            rule("LS029", exemptions.needless_exemption, "warning"),
        ),
        key=lambda rule: rule.code,
    )
)
"""Every rule, by code."""

PLAUSIBILITY = frozenset(rule.code for rule in RULES if rule.plausibility)
"""Codes that `checks` may set aside."""

__all__ = ["PLAUSIBILITY", "RULES", "Rule"]
