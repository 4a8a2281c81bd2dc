"""The rules of `catalog check`: one function each, its docstring is its page in the
documentation."""

from __future__ import annotations

from llm_select.catalog.rules import boards, losses, names, ranges, references, shape
from llm_select.catalog.rules.found import Rule, rule
from llm_select.catalog.rules.reading import READING

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
            rule("LS009", references.unused_source),
            rule("LS010", boards.inconsistent_board),
            rule("LS011", names.wrong_language),
            rule("LS012", ranges.unbalanced_scoring),
            rule("LS014", names.contradictory_card),
            rule("LS015", names.indistinct_memory),
            rule("LS016", losses.inconsistent_losses),
        ),
        key=lambda rule: rule.code,
    )
)
"""Every rule, by code."""

__all__ = ["RULES", "Rule"]
