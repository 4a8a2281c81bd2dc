"""Which recipe a run follows, and the values it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.errors import UsageError
from llm_select.messages import Message, listed

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.model import Model
    from llm_select.schema.strategy import Recipe


class NoRecipeError(UsageError):
    """No recipe serves a method on a kind of model."""


class Values(NamedTuple):
    """A recipe's values for one model and number of examples."""

    learning_rate: float
    epochs: float | None
    """None for a recipe that counts steps."""
    rank: int | None
    alpha: float | None
    fields: tuple[str, ...]
    """Fields of the recipe that the values come from."""


def find_recipe(catalog: Catalog, model: Model, method: str) -> tuple[str, Recipe]:
    """The recipe for a method on a kind of model, the one for its architecture first.

    Raises NoRecipeError when the catalog has none: a rate is not made up.
    """
    model_type = model.architecture.model_type if model.architecture is not None else ""
    serving = [
        (key, recipe)
        for key, recipe in catalog.recipes.items()
        if method in recipe.methods
        and model.kind in recipe.kinds
        and (not recipe.model_types or model_type in recipe.model_types)
    ]
    if not serving:
        known = {m for r in catalog.recipes.values() if model.kind in r.kinds for m in r.methods}
        if not known:
            raise NoRecipeError(
                Message("the catalog has no recipes.yaml"),
                remedy=Message("use the bundled catalog, or add one"),
            )
        raise NoRecipeError(
            Message(
                "no recipe says how {method} is trained on a model of kind {kind}",
                method=method,
                kind=model.kind,
            ),
            where="--method",
            remedy=Message("there are recipes for {methods}", methods=listed(sorted(known))),
        )
    return max(serving, key=lambda pair: bool(pair[1].model_types))


def values(recipe: Recipe, parameters: int, examples: int) -> Values:
    """The recipe's values for a model of so many parameters and so many examples."""
    fields = []
    rate, which = recipe.learning_rate, "learning_rate"
    if recipe.learning_rate_large and recipe.large and parameters > recipe.large:
        rate, which = recipe.learning_rate_large, "learning_rate_large"
    fields.append(which)
    many = recipe.many is not None and examples >= recipe.many
    epochs, rank = recipe.epochs, recipe.rank
    if many and recipe.epochs_many:
        epochs = recipe.epochs_many
        fields.append("epochs_many")
    else:
        fields.append("epochs" if recipe.epochs else "steps")
    if many and recipe.rank_many:
        rank = recipe.rank_many
        fields.append("rank_many")
    elif recipe.rank:
        fields.append("rank")
    alpha = recipe.alpha
    if many and recipe.alpha_many:
        alpha = recipe.alpha_many
        fields.append("alpha_many")
    elif alpha:
        fields.append("alpha")
    return Values(rate, epochs, rank, alpha, tuple(fields))


def source_of(recipe: Recipe, field: str) -> str | None:
    """Source id of a field's value."""
    return recipe.sources.get(field, recipe.sources.get("otherwise"))
