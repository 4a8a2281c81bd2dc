"""Laws that hold for every model, format, engine and machine."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from llm_select.estimates.memory import inference_memory
from llm_select.estimates.speed import speed
from llm_select.estimates.types import Machine, Workload
from llm_select.schema.architecture import Architecture
from llm_select.schema.hardware import Engine, Quantization
from llm_select.schema.model import Model

ENGINES: dict[str, dict[str, Any]] = {
    "llama.cpp": {"multi_gpu": ["layer"], "cpu_offload": True},
    "vllm": {"multi_gpu": ["tensor", "pipeline"]},
    "transformers": {"multi_gpu": ["layer"], "cpu_offload": True},
    "mlx": {},
    "ctranslate2": {},
}


def _engine(name: str) -> Engine:
    base: dict[str, Any] = {
        "name": name,
        "url": "u",
        "version": "1",
        "kinds": [],
        "model_types": [],
        "mixers": [],
        "quantizations": [],
        "vendors": [],
        "kv_types": {"f16": 2},
        "memory_model": name,
        "serves_batches": True,
        "source": "s",
    }
    return Engine(**base, **ENGINES[name])


_ENGINES = {name: _engine(name) for name in ENGINES}


@st.composite
def models(draw: st.DrawFn) -> Model:
    """Decoders of windowed, full, latent and state-space layers, dense or mixture; encoders; encoder-decoders."""
    kv = draw(st.sampled_from([1, 2, 4, 8]))
    heads = kv * draw(st.sampled_from([1, 2, 4]))
    plain = {"kind": "grouped-query", "heads": heads, "kv_heads": kv, "head_dim": 64}
    kinds: list[dict[str, Any]] = [
        plain,
        {**plain, "window": 512},
        {
            "kind": "latent",
            "heads": heads,
            "latent": {"kv_rank": 64, "nope_dim": 32, "rope_dim": 16, "value_dim": 32},
        },
        {
            "kind": "state-space",
            "state": {"variant": "mamba2", "heads": 8, "head_dim": 32, "state_size": 16},
        },
    ]
    groups = [
        {**k, "layers": draw(st.integers(1, 40))}
        for k in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=3))
    ]
    stack: dict[str, Any] = {
        "layers": sum(g["layers"] for g in groups),
        "attention": groups,
        "ffn": {"size": draw(st.integers(64, 20000)), "gated": draw(st.booleans())},
    }
    if draw(st.booleans()):
        stack["experts"] = {"count": 16, "active": 2, "size": 512}
    kind = draw(st.sampled_from(["decoder", "encoder", "encoder-decoder"]))
    shape = {"encoder": stack, "decoder": stack} if kind == "encoder-decoder" else stack
    arch = Architecture(
        model_type="m",
        hidden_size=draw(st.sampled_from([256, 1024, 4096])),
        vocab_size=draw(st.integers(100, 200_000)),
        tied_embeddings=draw(st.booleans()),
        position="rope",
        **shape,
    )
    return Model(
        name="M",
        developer="D",
        released="2024",
        generation="transformer",
        kind=kind,
        license="mit",
        weights="open",
        architecture=arch,
    )


formats = st.builds(
    lambda bits, head: Quantization(
        name="Q", format="safetensors", bits=bits, output_bits=head, source="s"
    ),
    st.sampled_from([3.5, 4.5, 8.0, 16.0]),
    st.sampled_from([None, 16.0]),
)
engines = st.sampled_from(sorted(_ENGINES)).map(_ENGINES.__getitem__)
workloads = st.builds(
    Workload,
    context=st.integers(1, 200_000),
    prompt_tokens=st.integers(1, 50_000),
    generate_tokens=st.integers(1, 4000),
    batch=st.integers(1, 64),
    kv_type=st.none(),
    ubatch=st.sampled_from([None, 64, 2048]),
    flash_attention=st.sampled_from([None, True, False]),
    split=st.none(),
    engine_version=st.none(),
)


def machine_of(gib: float, devices: int, ram: float | None) -> Machine:
    return Machine(
        "m", None, "nvidia", devices, gib, gib, "gddr", 900.0, {"bf16": 100.0}, None, ram
    )


machines = st.builds(
    machine_of, st.floats(1, 200), st.integers(1, 4), st.sampled_from([None, 16.0, 128.0])
)
_quick = settings(max_examples=60, deadline=None)
_rank = {"no": 0, "tight": 1, "fits": 2}


@_quick
@given(models(), formats, engines, workloads, machines)
def test_estimates_are_finite_and_positive_and_parts_sum(
    model: Model, quantization: Quantization, engine: Engine, work: Workload, machine: Machine
) -> None:
    e = inference_memory(model, quantization, engine, work, machine)
    assert e.total == e.weights + e.kv_cache + e.activations + e.overhead
    assert all(math.isfinite(x) and x >= 0 for x in e[:9])
    assert e.low <= e.total <= e.high
    assert e.device_expected <= e.device_high
    s = speed(model, quantization, engine, work, machine, e)
    for found in (s.decode, s.decode_total, s.prefill):
        if found is not None:
            assert 0 < found.low <= found.expected <= found.high < math.inf


@_quick
@given(models(), formats, engines, workloads, machines, st.floats(0, 100))
def test_more_memory_never_loses_a_fit(
    model: Model,
    quantization: Quantization,
    engine: Engine,
    work: Workload,
    machine: Machine,
    more: float,
) -> None:
    bigger = machine._replace(
        nominal_gib=machine.nominal_gib + more, usable_gib=machine.usable_gib + more
    )
    a = inference_memory(model, quantization, engine, work, machine).verdict
    b = inference_memory(model, quantization, engine, work, bigger).verdict
    assert a is not None
    assert b is not None
    assert _rank[b] >= _rank[a]


@_quick
@given(models(), formats, engines, workloads, st.integers(0, 100_000))
def test_a_longer_context_never_needs_less(
    model: Model, quantization: Quantization, engine: Engine, work: Workload, more: int
) -> None:
    a = inference_memory(model, quantization, engine, work, None)
    b = inference_memory(
        model, quantization, engine, work._replace(context=work.context + more), None
    )
    assert b.total >= a.total
    assert b.device_high >= a.device_high


@_quick
@given(models(), formats, engines, workloads, st.integers(0, 64))
def test_a_larger_batch_never_needs_less(
    model: Model, quantization: Quantization, engine: Engine, work: Workload, more: int
) -> None:
    a = inference_memory(model, quantization, engine, work, None)
    b = inference_memory(model, quantization, engine, work._replace(batch=work.batch + more), None)
    assert b.total >= a.total
    assert b.device_high >= a.device_high


@_quick
@given(models(), formats, engines, workloads, machines)
def test_more_bandwidth_never_slows_decoding(
    model: Model, quantization: Quantization, engine: Engine, work: Workload, machine: Machine
) -> None:
    faster = machine._replace(bandwidth_gb_s=1800.0)
    a = speed(model, quantization, engine, work, machine, None).decode
    b = speed(model, quantization, engine, work, faster, None).decode
    assert (a is None) == (b is None)
    if a is not None and b is not None:
        assert b.expected >= a.expected
