"""The files for LLaMA-Factory and Axolotl, given to the packages' own parsers. Each package wants versions of its own,
so `.ci/export_runs` runs this once in an environment of each; where neither is installed, all is skipped."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from llm_select.export.training.write import write_project
from tests.export_runs.projects import PLANS, export, lora
from tests.export_runs.running import script

CHAT = PLANS["chat"]
PLAN = {
    "full": CHAT,
    "lora": lora(CHAT),
    "qlora": lora(CHAT, method="qlora", quantization="nf4", precision="bf16-mixed"),
    "dora": lora(CHAT, method="dora", lora_targets=("q_proj", "v_proj")),
    "rslora": lora(CHAT, method="rslora"),
    "pissa": lora(CHAT, method="pissa", modules_to_save=("lm_head",)),
    "plain": CHAT._replace(chat=False),
    "packing": lora(CHAT, packing=True, precision="bf16-mixed"),
    "checkpointing": lora(CHAT, checkpointing=True, accumulation=4, revision="abc"),
    "constant": lora(CHAT, schedule="constant"),
    "adafactor": CHAT._replace(optimizer="adafactor"),
    "momentum": CHAT._replace(optimizer="momentum"),
    "adamw-8bit": lora(CHAT, optimizer="adamw-8bit"),
    "paged-adamw-8bit": lora(CHAT, optimizer="paged-adamw-8bit"),
    "lion": CHAT._replace(optimizer="lion"),
    "galore": CHAT._replace(optimizer="galore"),
    "bf16": CHAT._replace(precision="bf16"),
    "fp16-mixed": lora(CHAT, precision="fp16-mixed"),
    "label-smoothing": CHAT._replace(label_smoothing=0.1),
}
SHARDED = {
    "zero2": CHAT._replace(gpus=2, sharding="zero2", precision="bf16-mixed"),
    "zero3": lora(CHAT, gpus=4, sharding="zero3", precision="bf16-mixed"),
    "fsdp": CHAT._replace(gpus=4, sharding="fsdp", precision="bf16-mixed"),
}


def written(directory: Path, plan: Any, name: str) -> dict[str, Any]:
    """One of the files of a project, read."""
    write_project(directory / "project", plan._replace(repository="acme/base"))
    found: dict[str, Any] = yaml.safe_load((directory / "project" / name).read_text("utf-8"))
    return found


@pytest.fixture
def factory(monkeypatch: pytest.MonkeyPatch) -> Any:
    """LLaMA-Factory's parser. torchaudio has no build for the pinned torch; it is needed for speech only."""
    pytest.importorskip("llamafactory", reason="LLaMA-Factory is not installed")
    if "torchaudio" not in sys.modules:
        stub = ModuleType("torchaudio")
        stub.__spec__ = ModuleSpec("torchaudio", None)
        monkeypatch.setitem(sys.modules, "torchaudio", stub)
    from llamafactory.hparams import parser

    # The parser asks the machine for what a plan for a GPU takes for granted.
    monkeypatch.setattr(parser, "is_torch_bf16_gpu_available", lambda: True)
    monkeypatch.setattr(parser, "_check_extra_dependencies", lambda *_: None)
    return parser


@pytest.mark.parametrize("name", PLAN)
def test_llama_factory_reads_the_plan(name: str, tmp_path: Path, factory: Any) -> None:
    """Its parser takes every key, and understands what was planned."""
    plan = PLAN[name]
    config = written(tmp_path, plan, "llamafactory.yaml")
    model, data, training, tuning, _ = factory.get_train_args(config | {"use_cpu": True})
    assert model.model_name_or_path == "acme/base"
    assert model.model_revision == (plan.revision or "main")
    assert model.disable_gradient_checkpointing is not plan.checkpointing
    assert (model.quantization_bit == 4) is (plan.method == "qlora")
    # When it packs it takes one token less.
    assert (data.cutoff_len, data.packing) == (plan.seq_len - plan.packing, plan.packing)
    assert data.template == (None if plan.chat else "empty")
    assert training.learning_rate == plan.learning_rate
    assert training.warmup_steps == plan.warmup_ratio
    assert training.num_train_epochs == plan.epochs
    assert training.gradient_accumulation_steps == plan.accumulation
    assert training.label_smoothing_factor == plan.label_smoothing
    assert tuning.finetuning_type == ("full" if plan.method == "full" else "lora")
    assert tuning.pure_bf16 is (plan.precision == "bf16")
    assert training.bf16 is (plan.precision == "bf16-mixed")
    assert training.fp16 is (plan.precision == "fp16-mixed")
    if plan.lora_rank:
        assert (tuning.lora_rank, tuning.lora_alpha) == (plan.lora_rank, plan.lora_alpha)
        assert (tuning.use_dora, tuning.use_rslora, tuning.pissa_init) == tuple(
            plan.method == method for method in ("dora", "rslora", "pissa")
        )


@pytest.mark.usefixtures("factory")
@pytest.mark.parametrize("name", ["lora", "full", "plain"])
def test_llama_factory_trains_the_plan(
    name: str, tmp_path: Path, base: Any, record_property: Any
) -> None:
    """It reads the prepared data, and its loss falls."""
    project = export(tmp_path / "project", PLAN[name], base("llama"))
    script(project, "data.py")
    config = yaml.safe_load((project / "llamafactory.yaml").read_text("utf-8"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        from llamafactory.train.tuner import run_exp

        run_exp(config | {"use_cpu": True, "logging_steps": 1})
    state = yaml.safe_load((project / "output-llamafactory" / "trainer_state.json").read_text())
    found = [line["loss"] for line in state["log_history"] if "loss" in line]
    assert found[-1] < 0.95 * found[0]
    record_property("loss", f"{found[0]:.3f} to {found[-1]:.3f}")


@pytest.mark.parametrize("name", [name for name in PLAN | SHARDED if name != "label-smoothing"])
def test_axolotl_reads_the_plan(name: str, tmp_path: Path) -> None:
    """Its schema takes every key, and keeps it as it was written."""
    pytest.importorskip("axolotl", reason="Axolotl is not installed")
    from axolotl.utils.config import validate_config
    from axolotl.utils.dict import DictDefault

    plan = (PLAN | SHARDED)[name]
    config = written(tmp_path, plan, "axolotl.yaml")
    capabilities = {"bf16": True, "fp8": False, "compute_capability": "sm_90"}
    capabilities |= {"n_gpu": plan.gpus, "n_node": 1}
    environment = {"torch_version": "2.13.0"}
    found = validate_config(
        DictDefault(config), capabilities=capabilities, env_capabilities=environment
    )
    for key, value in config.items():
        if key == "fsdp_config":
            assert value.items() <= found[key].items()
        elif not key.endswith("datasets"):
            assert found.get(key) == value, key
    assert [dataset.path for dataset in found.datasets] == ["prepared/train.jsonl"]
