"""Writes `docs/strategies.md` from the rules and recipes of the catalog, and says whether it is up to date.

python docs/generate_strategies.py            # write
python docs/generate_strategies.py --check    # exit 1 when the page differs
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from generated import write_or_check

from llm_select.catalog.load import read_directory
from llm_select.plan.draft import DEFAULTS

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.strategy import Recipe, StrategyRule

DOCS = Path(__file__).resolve().parent
PAGE = DOCS / "strategies.md"

_INTRODUCTION = """\
# Rules and recipes of fine-tuning

Generated from `catalog/strategies.yaml` and `catalog/recipes.yaml` by `docs/generate_strategies.py`; do not edit.
[Fine-tuning](finetuning.md) says how they are used.

## Rules

In the order of their rank. *For* are strategies that a rule proposes, *against* those that it rules out.
"""
_SETTINGS = (
    "optimizer", "learning_rate", "learning_rate_large", "schedule", "warmup_ratio", "weight_decay", "max_grad_norm",
    "label_smoothing", "batch", "epochs", "epochs_many", "steps", "rank", "rank_many", "alpha", "alpha_many", "dropout",
)  # fmt: skip
_RATES = ("learning_rate", "learning_rate_large")


def page() -> str:
    """The whole page."""
    catalog = read_directory(str(DOCS.parent / "catalog")).catalog
    rules = sorted(catalog.strategies.items(), key=lambda pair: pair[1].rank)
    parts = [_INTRODUCTION]
    parts += [_rule(name, rule, catalog) for name, rule in rules]
    parts.append("## Recipes\n\nA starting point with a source for each value, not a search.\n")
    parts += [_recipe(name, recipe, catalog) for name, recipe in catalog.recipes.items()]
    return "\n".join(parts)


def _rule(name: str, rule: StrategyRule, catalog: Catalog) -> str:
    lines = [f"### {name}", "", f"*{rule.title}* {rule.finding}", ""]
    said = []
    if rule.proposes:
        said.append(f"For: {', '.join(rule.proposes)}.")
    if rule.rules_out:
        said.append(f"Against: {', '.join(rule.rules_out)}.")
    if rule.adds_retrieval:
        said.append("For retrieval, whatever the strategy.")
    if rule.thresholds:
        limits = ", ".join(f"{key} {value:,g}" for key, value in rule.thresholds.items())
        said.append(f"Thresholds: {limits}.")
    said.append(f"Basis: {rule.basis}.")
    if rule.sources:
        said.append(f"Sources: {_links(dict.fromkeys(rule.sources.values()), catalog)}.")
    return "\n".join([*lines, " ".join(said), ""])


def _links(keys: dict[str, None], catalog: Catalog) -> str:
    return ", ".join(f"[{key}]({catalog.sources[key].url})" for key in keys)


def _recipe(name: str, recipe: Recipe, catalog: Catalog) -> str:
    types = f" ({', '.join(recipe.model_types)})" if recipe.model_types else ""
    lines = [
        f"### {name}",
        "",
        f"{recipe.name}: {', '.join(recipe.methods)}, for {', '.join(recipe.kinds)}{types}.",
        "",
        "| setting | value | source |",
        "| --- | --- | --- |",
    ]
    for field in _SETTINGS:
        value = getattr(recipe, field)
        if value is None or (value == 0 and field in ("label_smoothing", "warmup_ratio")):
            continue
        source = recipe.sources.get(field, recipe.sources.get("otherwise", ""))
        if DEFAULTS.get(field) == value and field not in recipe.sources:
            source = ""
        shown = (
            f"{value:.0e}"
            if field in _RATES
            else f"{value:g}"
            if isinstance(value, float)
            else str(value)
        )
        link = f"[{source}]({catalog.sources[source].url})" if source else "Transformers' default"
        lines.append(f"| {_label(field, recipe)} | {shown} | {link} |")
    if recipe.note:
        lines += ["", recipe.note]
    return "\n".join([*lines, ""])


def _label(field: str, recipe: Recipe) -> str:
    if field.endswith("_many"):
        return f"{field.removesuffix('_many')}, from {recipe.many:,} examples on"
    if field.endswith("_large"):
        return f"learning rate, above {(recipe.large or 0) / 1e9:g} billion weights"
    return {"batch": "sequences of a step", "max_grad_norm": "gradient norm"}.get(
        field, field.replace("_", " ")
    )


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` compare it. Returns the exit code."""
    return write_or_check(PAGE, page(), Path(__file__).name, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
