"""The files that spread a run over GPUs, read by Accelerate itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_select.export.training.write import write_project
from tests.export_runs.projects import PLANS

KINDS = {
    "ddp": "MULTI_GPU",
    "zero1": "DEEPSPEED",
    "zero2": "DEEPSPEED",
    "zero3": "DEEPSPEED",
    "fsdp": "FSDP",
}


@pytest.mark.parametrize("sharding", KINDS)
def test_accelerate_reads_its_file(sharding: str, tmp_path: Path) -> None:
    """Four processes on one machine, divided as planned; an unknown key would be refused."""
    from accelerate.commands.config.config_args import load_config_from_file

    plan = PLANS["chat"]._replace(gpus=4, sharding=sharding, precision="bf16-mixed", repository="x")
    write_project(tmp_path / "project", plan)
    found = load_config_from_file(str(tmp_path / "project" / "accelerate.yaml"))
    assert found.num_processes == 4
    assert found.distributed_type == KINDS[sharding]
    if sharding == "fsdp":
        assert found.fsdp_config["fsdp_version"] == 2
    if sharding.startswith("zero"):
        assert found.deepspeed_config["deepspeed_config_file"] == "deepspeed.json"


@pytest.mark.parametrize("stage", [1, 2, 3])
def test_accelerate_reads_the_deepspeed_file(stage: int, tmp_path: Path) -> None:
    """The class that Accelerate and Transformers read it with finds the stage."""
    from accelerate.utils.deepspeed import HfDeepSpeedConfig

    plan = PLANS["chat"]._replace(gpus=2, sharding=f"zero{stage}", repository="x")
    write_project(tmp_path / "project", plan)
    config = HfDeepSpeedConfig(str(tmp_path / "project" / "deepspeed.json"))
    assert config.config["zero_optimization"]["stage"] == stage
    assert config.is_zero3() is (stage == 3)
