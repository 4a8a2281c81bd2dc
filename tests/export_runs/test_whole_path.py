"""Each kind of project from data to use: killed in the middle, resumed, evaluated, used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.export_runs.projects import PLANS, export, lora
from tests.export_runs.running import killed, losses, resumed, script

RUNS = {
    "decoder-llama-lora": ("llama", lora(PLANS["chat"])),
    "decoder-qwen3-full": ("qwen3", PLANS["chat"]),
    "labels-xlmr-lora": ("xlm-roberta", lora(PLANS["labels"], learning_rate=3e-3, epochs=20)),
    "names-modernbert-full": ("modernbert", PLANS["names"]),
    "span-xlmr-full": ("xlm-roberta", PLANS["span"]),
    "translation-marian-full": ("marian", PLANS["translation"]._replace(epochs=30)),
    "summary-t5-lora": ("t5", lora(PLANS["summary"])),
}
"""Labels with full training are the tutorial's example, run by test_tutorial.py."""


@pytest.mark.parametrize("name", RUNS)
def test_a_project_runs_from_data_to_use_across_a_kill(
    name: str, tmp_path: Path, base: Any, record_property: Any
) -> None:
    """Data are checked; a killed training goes on from its last whole checkpoint, and only the missing steps are done;
    the loss falls; metrics are computed; the saved model answers."""
    architecture, plan = RUNS[name]
    project = export(tmp_path / "project", plan, base(architecture))
    if plan.method == "full":  # an adapter changes nothing about the data
        assert "train" in script(project, "data.py")

    saved = killed(project)
    # As a kill in the middle of saving would leave it: a newer checkpoint without its last file.
    (project / "output" / "checkpoint-9999").mkdir()
    (project / "output" / "checkpoint-9999" / "model.safetensors").write_bytes(b"half")
    run = resumed(project)
    assert saved <= run.checkpoint < 9999
    assert run.done == run.end - run.checkpoint > 0

    found = losses(project)
    first, last = found[0][1], min(loss for _, loss in found[-3:])
    assert last < 0.9 * first

    script(project, "evaluate.py")
    results = json.loads((project / "output" / "evaluation.json").read_text())
    assert set(results["metrics"]) >= set(plan.metrics)
    assert all(value["low"] <= value["high"] for value in results["metrics"].values())

    context = ["--context", "The bridge was built in 1894."] if plan.head == "span" else []
    answer = script(project, "predict.py", *context, "When was the bridge built?")
    assert (
        len(answer.splitlines()) == 1
    )  # what it says after seconds of training is no matter, and may be nothing
    metrics = ", ".join(f"{key} {value['value']:.3g}" for key, value in results["metrics"].items())
    record_property("loss", f"{first:.3f} to {last:.3f}")
    record_property(
        "steps", f"killed after {saved}, then {run.checkpoint} to {run.end}, {run.done} done"
    )
    record_property("metrics", metrics)
    record_property("answer", repr(answer.strip()[:60]))


def test_a_resumed_run_ends_where_an_unbroken_one_does(
    tmp_path: Path, base: Any, record_property: Any
) -> None:
    """Weights after a kill and a resume are those of a run without a break, dropout and order of rows included."""
    from safetensors.torch import load_file

    plan = PLANS["labels"]
    broken = export(tmp_path / "broken", plan, base("bert"))
    whole = export(tmp_path / "whole", plan, base("bert"))
    saved = killed(broken)
    run = resumed(broken)
    script(whole, "train.py")
    weights = [load_file(p / "output" / "model" / "model.safetensors") for p in (broken, whole)]
    assert all(weights[0][key].equal(weights[1][key]) for key in weights[1])
    assert losses(broken)[-1] == losses(whole)[-1]
    found = losses(whole)
    record_property("steps", f"killed after {saved}, then {run.checkpoint} to {run.end}")
    record_property("loss", f"{found[0][1]:.3f} to {found[-1][1]:.3f}, to the last digit in both")
