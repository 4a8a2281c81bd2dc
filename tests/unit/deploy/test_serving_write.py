"""Writing an export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from llm_select.errors import UsageError
from llm_select.export.serving.project import write
from llm_select.render.deploy_messages import say

if TYPE_CHECKING:
    from llm_select.plan.deploy_types import Deployment


@pytest.fixture(scope="module")
def answer(deploy: Callable[[str], Deployment]) -> Deployment:
    """One answer to write."""
    return deploy("qwen3-32b --gpu H100 --engine vllm")


def test_what_is_written_is_named(answer: Deployment, tmp_path: Path) -> None:
    written = write(answer, tmp_path / "new", say)
    assert sorted(Path(p).name for p in written) == sorted(
        p.name for p in (tmp_path / "new").iterdir()
    )


def test_a_file_that_exists_is_not_overwritten(answer: Deployment, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("mine")
    with pytest.raises(UsageError, match="already has"):
        write(answer, tmp_path, say)
    assert (tmp_path / "compose.yaml").read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 1


def test_other_files_of_a_directory_are_left_alone(answer: Deployment, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    write(answer, tmp_path, say)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_file_in_place_of_the_directory_is_refused(answer: Deployment, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(UsageError, match="is a file"):
        write(answer, tmp_path / "taken", say)
