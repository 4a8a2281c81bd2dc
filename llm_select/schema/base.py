"""What every catalog object shares: one strict, frozen base model and the small value types.

Attribute docstrings are the field descriptions: `llm_select.catalog.json_schema` reads them from the
source when it writes the JSON Schema, so that start-up does not pay for parsing them.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

PARTIAL_DATE = r"^(19|20)\d{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"
LANGUAGE_TAG = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?$"
SLUG = r"^[a-z0-9][a-z0-9._-]*$"

PartialDate = Annotated[str, StringConstraints(pattern=PARTIAL_DATE)]
"""A date known to the day, month or year: `2024-07-23`, `2024-07` or `2024`."""
LanguageTag = Annotated[str, StringConstraints(pattern=LANGUAGE_TAG)]
"""A BCP-47 tag of language, optional script, optional region: `de`, `zh-Hans`, `pt-BR`."""
Slug = Annotated[str, StringConstraints(pattern=SLUG)]
"""A lower-case identifier."""
SourceId = Annotated[str, StringConstraints(pattern=SLUG)]
"""The id of an entry in `catalog/sources/`."""
ModelId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*/[a-z0-9][a-z0-9._-]*$")]
"""`<family>/<model>`, from the path of the card."""

MOST = 2**63 - 1
"""Largest whole number: beyond it other readers of the JSON lose digits."""
Count = Annotated[int, Field(gt=0, le=MOST)]
Layers = Annotated[int, Field(gt=0, le=100_000)]
"""Layers: formulas walk over them one by one."""
NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class Strict(BaseModel):
    """Frozen, closed to unknown fields, built only when first used."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        allow_inf_nan=False,
        strict=False,
        coerce_numbers_to_str=False,
    )


class Checks(Strict):
    """Plausibility rules of `catalog check` that an object breaks for a good reason."""

    ignore: tuple[Annotated[str, StringConstraints(pattern=r"^LS[0-9]{3}$")], ...]
    """Codes of the rules."""
    because: str = Field(min_length=1)
    """The reason, for the next reader."""
