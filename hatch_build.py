"""Build hook: the wheel carries the catalog compiled, so that no user pays for parsing YAML.

The build fails when the catalog cannot be loaded or refers to something it does not have.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogHook(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles `catalog/` into `llm_select/data/catalog.json`."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds the compiled catalog to a wheel; an editable installation reads the YAML itself."""
        if self.target_name != "wheel" or version == "editable":
            return
        data = _compiled(Path(self.root))
        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name) / "catalog.json"
        path.write_bytes(data)
        build_data["force_include"][str(path)] = "llm_select/data/catalog.json"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Removes the temporary file."""
        folder = getattr(self, "_folder", None)
        if folder is not None:
            folder.cleanup()


def _compiled(root: Path) -> bytes:
    sys.path.insert(0, str(root))
    try:
        from llm_select.catalog.load import compile_whole

        return compile_whole(str(root / "catalog"))
    finally:
        sys.path.remove(str(root))
