"""A project reads back what was planned, and says what is wrong with what was changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llm_select.export.training import settings_file
from llm_select.export.training.checks import METHODS, OPTIMIZERS, PRECISIONS
from llm_select.plan.types import TrainingPlan
from tests.unit.export.plans import BY_FOLDER, DECODER


@pytest.mark.parametrize("folder", BY_FOLDER)
def test_the_project_reads_the_plan(folder: str, load: Any) -> None:
    """Every value written comes back from the project's own reader."""
    plan = BY_FOLDER[folder]
    module = load(plan, "settings")
    assert module.load().model_dump(mode="json") == settings_file.values(plan, plan.model_id)


@pytest.mark.parametrize(
    "change",
    [
        *({"optimizer": name} for name in OPTIMIZERS),
        *({"method": name, "checkpointing": False} for name in METHODS if name != "qlora"),
        *({"precision": name} for name in PRECISIONS),
    ],
    ids=lambda change: next(iter(change.values())),
)
def test_whatever_the_export_allows_the_project_reads(change: dict[str, Any], load: Any) -> None:
    """The two lists of choices agree."""
    load(DECODER._replace(**change), "settings").load()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("learning_rate: 0.0002", "learning_rate: -1", "training.learning_rate: Input should be"),
        ("batch: 4", "bach: 4", "training.bach: Extra inputs are not permitted (found 4)"),
        ("method: lora", "method: lorra", "training.method: Input should be 'full', 'lora'"),
        ("train: 0.8", "train: 0.7", "data.shares: Value error, the three shares must sum to 1"),
        ("rank: 16", "rank: null", "method lora needs adapter.rank and adapter.alpha"),
        ("loss: cross-entropy", "loss: mse", "loss mse belongs to head number"),
        ("test: null", "test: t.csv", "`test` is given without `validation`"),
    ],
)
def test_a_wrong_value_is_named_with_its_line(
    old: str, new: str, said: str, load: Any, tmp_path: Path
) -> None:
    """File, line, key and what is allowed."""
    module = load(DECODER, "settings")
    path = tmp_path / "project" / "settings.yaml"
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(module.SettingsError) as wrong:
        module.load()
    assert said in str(wrong.value)
    assert str(wrong.value).startswith(f"{path}:")


def test_the_line_is_that_of_the_key(load: Any, tmp_path: Path) -> None:
    """An editor that follows the message lands on the fault."""
    module = load(DECODER, "settings")
    path = tmp_path / "project" / "settings.yaml"
    lines = path.read_text("utf-8").replace("epochs: 3.0", "epochs: none").splitlines()
    path.write_text("\n".join(lines), "utf-8")
    number = lines.index("  epochs: none") + 1
    with pytest.raises(module.SettingsError, match=f"settings.yaml:{number}: training.epochs"):
        module.load()


def test_all_faults_are_told_at_once(load: Any, tmp_path: Path) -> None:
    """One run tells them all."""
    module = load(DECODER, "settings")
    path = tmp_path / "project" / "settings.yaml"
    text = path.read_text("utf-8").replace("batch: 4", "batch: 0").replace("seed: 7", "seed: x")
    path.write_text(text, "utf-8")
    with pytest.raises(module.SettingsError) as wrong:
        module.load()
    assert len(str(wrong.value).splitlines()) == 2


@pytest.mark.parametrize("text", ["a: [", "just words", "", "\x00"])
def test_a_file_that_is_no_settings_is_an_error(text: str, load: Any, tmp_path: Path) -> None:
    """Broken YAML and YAML of another kind are both refused."""
    module = load(DECODER, "settings")
    (tmp_path / "project" / "settings.yaml").write_text(text)
    with pytest.raises(module.SettingsError, match=r"settings\.yaml:"):
        module.load()


def test_a_pair_is_put_into_the_instruction() -> None:
    """A decoder is asked in the names of the languages; T5 by the words of its pretraining."""
    plan = DECODER._replace(task="translation", pairs=("en-zh",))
    assert settings_file.values(plan, plan.model_id)["data"]["instruction"] == (
        "Translate from English into Chinese."
    )
    t5: TrainingPlan = plan._replace(kind="encoder-decoder", model_type="t5", target_len=9)
    assert (
        settings_file.values(t5, t5.model_id)["data"]["instruction"]
        == "translate English to Chinese: "
    )
