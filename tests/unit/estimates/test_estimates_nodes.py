"""Devices spread over several machines."""

from __future__ import annotations

import csv
from pathlib import Path

from llm_select.estimates.memory import inference_memory
from llm_select.estimates.sizing import architecture_sizing
from llm_select.estimates.speed import speed
from llm_select.estimates.speed_calibration import MEASURED_BATCH
from llm_select.estimates.split import plan_split
from llm_select.estimates.types import Machine, Workload
from llm_select.schema.hardware import Engine, Quantization
from llm_select.units import GIB
from tests.unit.estimates.estimate_builders import attention, decoder, model

SHAPE = decoder(64, 8192, 32000, [attention(64, 64, 8, 128)], 28672)
ENGINE = Engine.model_validate(
    {
        "name": "vLLM",
        "url": "https://example.org",
        "version": "1",
        "kinds": ["decoder"],
        "model_types": ["test"],
        "mixers": ["grouped-query"],
        "quantizations": ["bf16"],
        "vendors": ["nvidia"],
        "kv_types": {"auto": 2},
        "memory_model": "vllm",
        "serves_batches": True,
        "multi_gpu": ["tensor", "pipeline"],
        "source": "src",
    }
)
BF16 = Quantization.model_validate(
    {
        "name": "BF16",
        "format": "safetensors",
        "bits": 16,
        "native_16bit": True,
        "source": "src",
    }
)
WORK = Workload(2000, 1000, 1000)


def machine(devices: int, nodes: int) -> Machine:
    """Cards of 80 GiB."""
    return Machine(
        "card",
        "card",
        "nvidia",
        devices,
        80,
        78,
        "hbm",
        3350,
        {"bf16": 989},
        450,
        None,
        nodes=nodes,
    )


def test_a_tensor_split_stays_inside_a_node() -> None:
    split = plan_split(architecture_sizing(SHAPE), "tensor", 16, 2)
    assert (split.tensor, split.stages) == (8, 2)


def test_one_node_is_split_as_before() -> None:
    size = architecture_sizing(SHAPE)
    assert plan_split(size, "tensor", 16) == plan_split(size, "tensor", 16, 1)
    assert plan_split(size, "tensor", 16).tensor == 16


def test_two_nodes_halve_what_a_device_holds_of_the_layers() -> None:
    """64 layers: 32 of them, and one end of the network, on each stage."""
    card = model(SHAPE)
    one = inference_memory(card, BF16, ENGINE, WORK, machine(8, 1))
    two = inference_memory(card, BF16, ENGINE, WORK, machine(16, 2))
    weights = one.weights / 8
    assert weights * 0.45 < one.device_expected - two.device_expected < weights * 0.55
    assert two.weights / GIB == one.weights / GIB


def test_no_speed_is_claimed_over_a_network_that_was_not_measured() -> None:
    found = speed(model(SHAPE), BF16, ENGINE, WORK, machine(16, 2), None)
    assert (found.decode, found.prefill, found.missing) == (None, None, "network-unmeasured")


def test_batches_are_claimed_as_far_as_rows_were_measured() -> None:
    """The largest batch of each engine in `tests/measurements/speed.csv`."""
    text = (Path(__file__).parents[2] / "measurements" / "speed.csv").read_text("utf-8")
    largest: dict[str, int] = {}
    for row in csv.DictReader(text.splitlines()):
        largest[row["engine"]] = max(largest.get(row["engine"], 1), int(row["batch"] or 1))
    assert {name: largest[name] for name in MEASURED_BATCH} == MEASURED_BATCH
