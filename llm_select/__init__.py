"""Choose the right language model for a task.

The public functions are loaded when first used: `load_catalog`, `recommend`, `compare`, `estimate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llm_select.catalog.load import load_catalog
    from llm_select.estimates.memory import inference_memory as estimate
    from llm_select.selection.compare import compare
    from llm_select.selection.recommend import recommend

__all__ = ["__version__", "compare", "estimate", "load_catalog", "recommend"]
__version__ = "0.1.0"

_WHERE = {
    "load_catalog": ("llm_select.catalog.load", "load_catalog"),
    "recommend": ("llm_select.selection.recommend", "recommend"),
    "compare": ("llm_select.selection.compare", "compare"),
    "estimate": ("llm_select.estimates.memory", "inference_memory"),
}


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        from importlib import import_module

        module, attribute = _WHERE[name]
        return getattr(import_module(module), attribute)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
