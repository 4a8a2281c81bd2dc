"""Names a user types, resolved. An error names the option, and says where to look when no name is near."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.catalog import resolve
from llm_select.errors import UnknownNameError, UsageError
from llm_select.messages import Message, listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from llm_select.schema.catalog import Catalog

_FIND: dict[str, Callable[..., str]] = {
    "MODEL": resolve.model,
    "--task": resolve.task,
    "--language": resolve.language,
    "--pair": resolve.pair,
    "--gpu": resolve.device,
    "--engine": resolve.engine,
    "--quantization": resolve.quantization,
    "--license": resolve.license,
    "--family": resolve.family,
}
_LISTED = {
    "MODEL": "llm-select catalog list",
    "--task": "llm-select tasks",
    "--language": "llm-select benchmarks -o json",
    "--pair": "llm-select benchmarks -o json",
    "--gpu": "llm-select hardware list",
    "--license": "llm-select licenses",
    "--family": "llm-select catalog list",
}


def named(catalog: Catalog, option: str, name: str) -> str:
    """The id that `name`, given with `option`, leads to. Raises UsageError or one of its kin."""
    try:
        return _FIND[option](catalog, name, where=option)
    except UnknownNameError as error:
        if error.nearest:
            raise
        if option in _LISTED:
            remedy = Message("`{command}` shows what there is", command=_LISTED[option])
        else:
            known = catalog.engines if option == "--engine" else catalog.quantizations
            remedy = Message("it takes {choices}", choices=listed(known))
        raise UsageError(error.message, where=option, remedy=remedy) from None
