"""Writing a project: all of it, or nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from llm_select.errors import UsageError
from llm_select.export.training import write
from llm_select.export.training.write import write_project
from llm_select.plan.types import TrainingPlan
from tests.unit.export.plans import BY_FOLDER, DECODER, ENCODER, TRANSLATOR


@pytest.mark.parametrize("folder", BY_FOLDER)
def test_the_files_named_are_the_files_written(folder: str, tmp_path: Path) -> None:
    """The answer lists what is in the folder."""
    named = write_project(tmp_path / "new", BY_FOLDER[folder])
    found = sorted(
        path.relative_to(tmp_path / "new").as_posix()
        for path in (tmp_path / "new").rglob("*")
        if path.is_file()
    )
    assert named == found
    assert {"README.md", "settings.yaml", "requirements.txt", "train.py", "data.py"} < set(found)


@pytest.mark.parametrize("folder", BY_FOLDER)
def test_code_is_copied_as_it_is(folder: str, tmp_path: Path) -> None:
    """No Python file differs from its source, whatever the plan says."""
    write_project(tmp_path / "new", BY_FOLDER[folder], name='"""\nimport os')
    for path in (tmp_path / "new").glob("*.py"):
        sources = [write.SOURCE / part / path.name for part in ("shared", folder)]
        assert path.read_bytes() in [source.read_bytes() for source in sources if source.exists()]


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    """The error lists what is in the way; nothing is written."""
    for number in range(7):
        (tmp_path / f"mine{number}").write_text("mine")
    with pytest.raises(UsageError, match=r"not empty: it holds mine0, .* and 2 more"):
        write_project(tmp_path, DECODER)
    assert len(list(tmp_path.iterdir())) == 7


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    """A folder made beforehand serves."""
    (tmp_path / "made").mkdir()
    write_project(tmp_path / "made", DECODER)
    assert (tmp_path / "made" / "train.py").is_file()


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A file is not written over."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="cannot be used"):
        write_project(tmp_path / "file", DECODER)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full in the middle, neither a part of the project nor a new parent folder stays."""
    real = Path.write_bytes
    written: list[Path] = []

    def full(path: Path, data: bytes) -> int:
        written.append(path)
        if len(written) > 5:
            raise OSError(28, "No space left on device")
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UsageError, match="No space left"):
        write_project(tmp_path / "a" / "b" / "new", DECODER)
    assert list(tmp_path.iterdir()) == []


def test_missing_parent_folders_are_made(tmp_path: Path) -> None:
    """A path of new folders serves."""
    write_project(tmp_path / "a" / "b", DECODER)
    assert (tmp_path / "a" / "b" / "train.py").is_file()


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"optimizer": "muon"}, "--optimizer"),
        ({"method": "boft"}, "--method"),
        ({"precision": "fp8"}, "--precision"),
        ({"sharding": "zero9"}, "--sharding"),
        ({"schedule": "cyclic"}, "--schedule"),
        ({"trainer": "litgpt"}, "--trainer"),
        ({"trainer": "llama-factory", "method": "ia3"}, "--trainer"),
        ({"trainer": "axolotl", "label_smoothing": 0.1}, "--trainer"),
        ({"method": "qlora", "quantization": "gptq-int4"}, "--quantization"),
        ({"head": "embedding", "loss": "contrastive"}, "--export"),
        ({"loss": "mse"}, "--export"),
        ({"repository": None}, "--export"),
        ({"method": "prefix-tuning", "checkpointing": True}, "--checkpointing"),
    ],
)
def test_what_a_project_cannot_do_is_refused(
    change: dict[str, object], where: str, tmp_path: Path
) -> None:
    """The option is named, and nothing is written."""
    with pytest.raises(UsageError) as refused:
        write_project(tmp_path / "new", DECODER._replace(**change))  # type: ignore[arg-type]
    assert refused.value.where == where
    assert list(tmp_path.iterdir()) == []


HOSTILE = [
    'it\'s "quoted"',
    "two\nlines: {a: b}\n- c",
    "数据 ✓ e\u0301",
    "yes",
    "`ticks` ``` | <b> # [x](y)",
    "\udc80 no text",
    "*alias &anchor !!python/object:os.system",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    """Quotes, line ends and signs of YAML are values in every file, never structure."""
    write_project(tmp_path / "new", DECODER._replace(repository=name), name=name)
    settings = yaml.safe_load((tmp_path / "new" / "settings.yaml").read_bytes())
    assert settings["model"]["name"] == name
    factory = yaml.safe_load((tmp_path / "new" / "llamafactory.yaml").read_bytes())
    assert factory["model_name_or_path"] == name
    axolotl = yaml.safe_load((tmp_path / "new" / "axolotl.yaml").read_bytes())
    assert axolotl["base_model"] == name


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_breaks_no_line_of_the_readme(name: str, tmp_path: Path) -> None:
    """The title stays one line."""
    write_project(tmp_path / "plain", DECODER)
    write_project(tmp_path / "new", DECODER, name=name)
    heads = [
        [line for line in (tmp_path / f / "README.md").read_text("utf-8").splitlines()
         if line.startswith("## ")]
        for f in ("plain", "new")
    ]  # fmt: skip
    assert heads[0] == heads[1]


def test_requirements_name_what_the_project_imports_and_no_more(tmp_path: Path) -> None:
    """An encoder's project needs neither TRL nor sacrebleu; versions are pinned."""
    write_project(tmp_path / "e", ENCODER)
    write_project(tmp_path / "t", TRANSLATOR._replace(optimizer="adamw-8bit"))
    encoder = (tmp_path / "e" / "requirements.txt").read_text().split()
    translator = (tmp_path / "t" / "requirements.txt").read_text().split()
    assert all("==" in line for line in encoder + translator)
    names = [{line.partition("==")[0] for line in found} for found in (encoder, translator)]
    assert names[0] - names[1] == {"scikit-learn"}
    assert names[1] - names[0] == {"sacrebleu", "bitsandbytes"}


def test_several_gpus_get_launch_files(tmp_path: Path) -> None:
    """ZeRO 3 on four GPUs: Accelerate starts four processes by DeepSpeed's file, and says so in the README."""
    write_project(tmp_path / "z", DECODER._replace(gpus=4, sharding="zero3"))
    accelerate = yaml.safe_load((tmp_path / "z" / "accelerate.yaml").read_text())
    assert accelerate["num_processes"] == 4
    assert accelerate["deepspeed_config"]["deepspeed_config_file"] == "deepspeed.json"
    deepspeed = json.loads((tmp_path / "z" / "deepspeed.json").read_text())
    assert deepspeed["zero_optimization"]["stage"] == 3
    assert "accelerate launch --config_file accelerate.yaml train.py" in (
        tmp_path / "z" / "README.md"
    ).read_text("utf-8")


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        (ENCODER, "they train decoders that write text"),
        (DECODER._replace(method="ia3"), "they do not have the method ia3"),
        (DECODER._replace(optimizer="adam"), "they do not have the optimizer adam"),
    ],
)
def test_a_plan_that_other_trainers_cannot_follow_gets_no_file_for_them(
    plan: TrainingPlan, reason: str, tmp_path: Path
) -> None:
    """The README says why instead."""
    named = write_project(tmp_path / "new", plan)
    assert not {"llamafactory.yaml", "axolotl.yaml", "dataset_info.json"} & set(named)
    assert reason in (tmp_path / "new" / "README.md").read_text("utf-8")


def test_axolotl_gets_no_file_for_smoothed_labels(tmp_path: Path) -> None:
    """Its schema drops the key in silence, so the run would be another."""
    named = write_project(tmp_path / "new", DECODER._replace(label_smoothing=0.1))
    assert "llamafactory.yaml" in named
    assert "axolotl.yaml" not in named
    assert "it does not smooth labels" in (tmp_path / "new" / "README.md").read_text("utf-8")


@pytest.mark.parametrize("folder", BY_FOLDER)
def test_the_readme_states_the_plan(folder: str, tmp_path: Path) -> None:
    """Values stand where their names would, on one and on several GPUs."""
    for gpus in (1, 4):
        plan = BY_FOLDER[folder]._replace(gpus=gpus, sharding="ddp" if gpus > 1 else "none")
        write_project(tmp_path / str(gpus), plan)
        text = (tmp_path / str(gpus) / "README.md").read_text("utf-8")
        assert "settings." not in text.replace("settings.yaml", "")
        assert f"4 × 4 × {gpus} sequences of up to 1024 tokens" in text
