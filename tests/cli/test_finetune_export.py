"""`finetune --export DIR` writes the plan it prints, or nothing."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml

from llm_select.render.contract import CONTRACTS
from tests.cli.conftest import Call, Refused

QUESTION = (
    "finetune", "qwen3-8b", "--task", "coding", "--examples", "2000", "--gpu", "RTX 4090",
)  # fmt: skip


def test_the_project_follows_the_plan_printed(tmp_path: Path, call: Call) -> None:
    place = tmp_path / "project"
    answer = call(*QUESTION, "--export", str(place), "-o", "json")
    assert answer.code == 0, answer
    settings = yaml.safe_load((place / "settings.yaml").read_text(encoding="utf-8"))
    planned = answer.json()["plan"]["settings"]
    assert settings["training"]["learning_rate"] == planned["learning_rate"]
    assert settings["training"]["method"] == planned["method"]


def test_the_answer_lists_the_files_written(tmp_path: Path, call: Call) -> None:
    place = tmp_path / "project"
    answer = call(*QUESTION, "--export", str(place), "-o", "json").json()
    jsonschema.validate(answer, CONTRACTS["finetune"])
    written = sorted(str(p.relative_to(place)) for p in place.rglob("*") if p.is_file())
    assert answer["exported"] == {"directory": str(place), "files": written}


def test_a_folder_with_files_is_refused_and_left_alone(tmp_path: Path, refused: Refused) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert "mine.txt" in refused(*QUESTION, "--export", str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("--examples", "0"), "nothing is to be trained"),
        (("--method", "full", "--gpu", "RTX 4060"), "does not fit"),
    ],
)
def test_without_a_plan_that_fits_nothing_is_written(
    change: tuple[str, ...], said: str, tmp_path: Path, refused: Refused
) -> None:
    place = tmp_path / "project"
    assert said in refused(*QUESTION, *change, "--export", str(place))
    assert not place.exists()


def test_a_project_needs_a_task(tmp_path: Path, refused: Refused) -> None:
    assert "--export" in refused("finetune", "qwen3-8b", "--export", str(tmp_path / "project"))
