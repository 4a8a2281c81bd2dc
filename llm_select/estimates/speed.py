"""Tokens per second: decoding is bound by memory bandwidth, reading the prompt by arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates import speed_calibration as c
from llm_select.estimates.activations import before, engine_build
from llm_select.estimates.kv_cache import stored_shape
from llm_select.estimates.memory_calibration import (
    LLAMACPP_LAYER_SPLIT_BUILD,
    TRANSFORMERS_GROUPED,
)
from llm_select.estimates.sizing import Sizing, sizing
from llm_select.estimates.speed_terms import (
    DecodeTerms,
    Work,
    decode_terms,
    decode_work,
    exchange_seconds,
    matrix_tflops,
    pass_seconds,
    prefill_flops,
    prefill_work,
    prompt_passes,
    reading_layers,
)
from llm_select.estimates.split import ONE, Split, plan_split
from llm_select.estimates.types import (
    Assumption,
    Machine,
    MemoryEstimate,
    Range,
    SpeedEstimate,
    Workload,
)

if TYPE_CHECKING:
    from llm_select.schema.hardware import Engine, Quantization
    from llm_select.schema.model import Model

__all__ = ["DecodeTerms", "decode_terms", "prefill_flops", "speed"]

LLAMACPP_UBATCH = 512
"""llama.cpp's default physical batch."""


class Job(NamedTuple):
    """One model, format, engine and machine, ready to be timed."""

    size: Sizing
    quantization: Quantization
    engine: Engine
    workload: Workload
    machine: Machine
    split: Split
    peak_tflops: float | None
    """Throughput of the format's arithmetic; None when unknown."""
    kv_bytes: float
    """Bytes per value of the cache."""

    @property
    def watts_per_tflops(self) -> float | None:
        """What prompts run into."""
        if self.machine.tdp_w is None or not self.peak_tflops:
            return None
        return self.machine.tdp_w / self.peak_tflops

    @property
    def kind(self) -> str:
        """Key of the constants."""
        return c.memory_kind(self.machine.memory_class, self.machine.vendor)


def job(
    size: Sizing,
    quantization: Quantization,
    engine: Engine,
    workload: Workload,
    machine: Machine,
) -> Job:
    """Resolves split, throughput and cache type."""
    size = size._replace(cache=stored_shape(size.cache, engine.memory_model, size.heads))
    split = ONE
    build = engine_build(workload.engine_version) if engine.memory_model == "llama.cpp" else None
    if machine.devices > 1:
        kind = workload.split or next(iter(engine.multi_gpu), None)
        split = plan_split(size, "layer" if kind == "row" else kind, machine.devices, machine.nodes)
        if build is not None and build < LLAMACPP_LAYER_SPLIT_BUILD and split.kind == "layer":
            split = split._replace(kind="row")
    kv = float(engine.kv_types.get(workload.kv_type or next(iter(engine.kv_types), ""), 2.0))
    if quantization.compute == "fp32" and workload.kv_type is None:
        kv = 4.0
    if engine.memory_model != "llama.cpp":
        workload = workload._replace(ubatch=None)
    elif workload.ubatch is None:
        workload = workload._replace(ubatch=LLAMACPP_UBATCH)
    peak = matrix_tflops(
        machine.tflops, quantization, engine.memory_model, machine.memory_class, machine.vendor
    )
    return Job(size, quantization, engine, workload, machine, split, peak, kv)


def periods(j: Job) -> tuple[str, str]:
    """Which measurements of decoding and of prefill describe the version asked for. Only llama.cpp's builds,
    vLLM's and SGLang's versions are told apart; Ollama counts otherwise and is taken as current. Processors have too
    few rows to tell them apart."""
    engine, workload = j.engine, j.workload
    name = engine.name.lower()
    if j.kind == "ddr":
        return "new", "new"
    if name == "llama.cpp":
        build = engine_build(workload.engine_version)
        if build is None:
            return "new", "new"
        prefill = "2023" if build < c.LLAMACPP_PREFILL_BUILD else "2024"
        if build >= c.LLAMACPP_INTEGER_BUILD:
            prefill = "new"
        return "old" if build < c.LLAMACPP_STEP_BUILD else "new", prefill
    if name == "vllm" and before(workload.engine_version, c.VLLM_STEP_VERSION):
        return "old", "new"
    since = {"vllm": c.VLLM_ENGINE_VERSION, "sglang": c.SGLANG_STEP_VERSION}.get(name)
    if since is not None and before(workload.engine_version, since):
        return "2024", "new"
    return "new", "new"


def job_pace(j: Job, tables: c.Tables = c.SHIPPED) -> c.Pace:
    """The constants of a job."""
    return c.pace(
        j.engine.memory_model,
        j.kind,
        j.quantization,
        periods(j),
        mixture=bool(j.size.expert_count),
        watts_per_tflops=j.watts_per_tflops,
        tables=tables,
    )


def step_work(j: Job) -> Work:
    """One step of decoding for all sequences that run together."""
    return decode_work(
        j.size,
        j.quantization,
        j.engine.memory_model,
        j.workload,
        j.machine,
        j.split,
        j.kv_bytes,
        j.peak_tflops,
    )


def step_extra(j: Job) -> float:
    """Seconds of a step spent among devices, and on Python loops over experts."""
    message = j.workload.batch * j.size.hidden * 2.0
    extra = exchange_seconds(j.split, j.machine, j.size.decode_layers, message)
    if (
        j.engine.memory_model == "transformers"
        and j.size.expert_count
        and before(j.workload.engine_version, TRANSFORMERS_GROUPED)
    ):
        extra += j.size.decode_layers * j.size.expert_count * c.TRANSFORMERS_EXPERT_S
    return extra


def step_seconds(j: Job, work: Work, extra: float, pace: c.Pace) -> float:
    """Seconds of one decoding step."""
    memory_model = j.engine.memory_model
    launch, share = pace.launch_s, pace.prefill.utilization
    if (
        memory_model == "vllm"
        and periods(j)[0] == "old"
        and j.workload.context > c.VLLM_CAPTURED_TOKENS
    ):
        launch = c.VLLM_EAGER_S
    if 1 < j.workload.batch <= c.VECTOR_TOKENS and _as_vectors(j):
        share = c.VECTOR_UTILIZATION
    seconds = pass_seconds(
        work,
        pace.decode,
        share,
        scale=pace.scale,
        cache_efficiency=c.CACHE_EFFICIENCY.get(memory_model, 0.6),
        launch_s=launch,
    )
    return seconds + extra


def _as_vectors(j: Job) -> bool:
    return j.engine.memory_model == "llama.cpp" and j.kind == "gddr" and j.quantization.bits < 16


def prompt_work(j: Job) -> tuple[Work, float] | None:
    """Reading the prompt, and the seconds of exchange; None without a known throughput."""
    if j.peak_tflops is None or j.workload.prompt_tokens < 1:
        return None
    work = prefill_work(j.size, j.quantization, j.workload, j.machine, j.split, j.peak_tflops)
    message = j.workload.prompt_tokens * j.size.hidden * 2.0
    return work, exchange_seconds(j.split, j.machine, reading_layers(j.size), message)


def prompt_layers(j: Job) -> float:
    """Layers that pay the fixed cost of a prompt: once for every 512 tokens, whatever the physical batch."""
    return reading_layers(j.size) * max(1.0, j.workload.prompt_tokens / LLAMACPP_UBATCH)


def prompt_seconds(j: Job, work: Work, extra: float, pace: c.Pace) -> float:
    """Seconds to read one prompt. llama.cpp's stages work on different physical batches at once."""
    share = pace.prefill.utilization
    if 1 < min(j.workload.prompt_tokens, j.workload.ubatch or 512) <= c.VECTOR_TOKENS:
        share = c.VECTOR_UTILIZATION if _as_vectors(j) else share
    seconds = pass_seconds(work, pace.decode, share, scale=pace.scale, launch_s=pace.launch_s)
    seconds += prompt_layers(j) * pace.prefill.layer_s
    if j.engine.memory_model == "llama.cpp" and j.split.kind == "layer":
        passes, stages = prompt_passes(j.workload), j.split.stages
        seconds *= (passes + stages - 1) / (passes * stages)
    return seconds + extra


def speed(
    model: Model,
    quantization: Quantization,
    engine: Engine,
    workload: Workload,
    machine: Machine | None,
    memory: MemoryEstimate | None,
    *,
    size: Sizing | None = None,
) -> SpeedEstimate:
    """Tokens per second with 80 % ranges. Where something needed is unknown nothing is claimed and `missing` says
    what: `no-machine`, `network-unmeasured` (several nodes), `does-not-fit`, `bandwidth-unknown`,
    `host-bandwidth-unknown`, `reads-only` (an encoder writes nothing), `compute-unknown` (decode is claimed, prefill is
    not)."""
    if machine is None:
        return SpeedEstimate(None, None, None, (), "no-machine")
    if machine.nodes > 1:
        return SpeedEstimate(None, None, None, (), "network-unmeasured")
    if memory is not None and memory.verdict == "no":
        return SpeedEstimate(None, None, None, (), "does-not-fit")
    if memory is not None and memory.offloaded_layers:
        return SpeedEstimate(None, None, None, (), "host-bandwidth-unknown")
    together = workload.batch if engine.serves_batches else 1
    j = job(size or sizing(model), quantization, engine, workload._replace(batch=together), machine)
    pace, said = job_pace(j), list[Assumption]()
    unmeasured = engine.name.lower() not in c.MEASURED_ENGINES or _converted_on_loading(j)
    prefill = _prefill(j, pace, unmeasured, said)
    if not j.size.generates:
        return SpeedEstimate(
            None, None, prefill, tuple(said), "reads-only" if prefill else "compute-unknown"
        )
    if machine.bandwidth_gb_s is None:
        return SpeedEstimate(None, None, prefill, tuple(said), "bandwidth-unknown")
    measured = pace.decode_measured and not unmeasured
    low, high = _width(j, measured, pace)
    seconds = step_seconds(j, step_work(j), step_extra(j), pace)
    said.append(
        Assumption(
            "decode-efficiency",
            {
                "efficiency": pace.decode.efficiency,
                "layer_us": max(pace.decode.layer_s, pace.launch_s) * 1e6,
                "measured": int(measured),
            },
        )
    )
    if j.size.expert_count:
        said.append(
            Assumption(
                "uniform-routing", {"experts": j.size.expert_count, "visits": j.size.expert_visits}
            )
        )
    if j.split.tensor > 1:
        each = exchange_seconds(j.split, machine, 1, 0.0) / 2
        said.append(Assumption("all-reduce", {"us": each * 1e6, "tensor": j.split.tensor}))
    each_stream = 1 / seconds if engine.serves_batches else 1 / (seconds * workload.batch)
    return SpeedEstimate(
        _range(each_stream, low, high),
        _range(together / seconds, low, high),
        prefill,
        tuple(said),
        None if prefill else "compute-unknown",
    )


def _converted_on_loading(j: Job) -> bool:
    """Transformers' formats made while loading (bitsandbytes): GPTQ and AWQ were measured, these were not."""
    return (
        j.engine.memory_model == "transformers"
        and j.quantization.bits < 16
        and not j.quantization.needs_calibration
    )


def _width(j: Job, measured: bool, pace: c.Pace) -> tuple[float, float]:
    """The range of decoding: the constants' own, that of several devices or of a batch, or the fallback where nothing
    was measured."""
    low, high = pace.decode.low, pace.decode.high
    if measured and j.split.devices > 1:
        low, high = _several(j, "decode")
    elif measured and j.workload.batch > 1:
        low, high = c.BATCH.get(j.engine.memory_model, (c.FALLBACK_LOW, c.FALLBACK_HIGH))
    if measured:
        return low, high
    return min(low, c.FALLBACK_LOW), max(high, c.FALLBACK_HIGH)


def _several(j: Job, phase: str) -> tuple[float, float]:
    key = (j.engine.memory_model, phase, j.split.kind)
    return c.SEVERAL.get(key, (c.FALLBACK_LOW, c.FALLBACK_HIGH))


def _prefill(j: Job, pace: c.Pace, unmeasured: bool, said: list[Assumption]) -> Range | None:
    found = prompt_work(j)
    if found is None:
        return None
    seconds = prompt_seconds(j, *found, pace)
    measured = pace.prefill_measured and not unmeasured
    low, high = pace.prefill.low, pace.prefill.high
    if j.split.devices > 1:
        low, high = _several(j, "prefill")
    if not measured:
        low, high = min(low, c.FALLBACK_LOW), max(high, c.FALLBACK_HIGH)
    said.append(
        Assumption(
            "prefill-utilization",
            {
                "utilization": pace.prefill.utilization,
                "tflops": j.peak_tflops or 0.0,
                "measured": int(measured),
            },
        )
    )
    return _range(j.workload.prompt_tokens / seconds, low, high)


def _range(expected: float, low: float, high: float) -> Range:
    return Range(expected * low, expected, expected * high)
