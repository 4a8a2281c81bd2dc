"""Fits the constants of `llm_select/estimates/speed_calibration.py` and reports the errors.

    python benchmarks/calibrate_speed.py            errors, and the constants to paste
    python benchmarks/calibrate_speed.py --misses   every miss worse than twice the aim, too

Reads the rows of `tests/measurements` marked `used`. Every error is that of a row which its constants have not seen:
with its model left out (all models of the same shape), and with its device left out (all variants of the same chip).
`left_out_rows` gives both predictions for every row.
"""

from __future__ import annotations

import math
import sys
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "measurements")]

import measurement_rows as m  # noqa: E402
from quantiles import quantile  # noqa: E402

from llm_select.estimates import speed as s  # noqa: E402
from llm_select.estimates import speed_calibration as c  # noqa: E402
from llm_select.estimates.speed_terms import Work  # noqa: E402
from llm_select.estimates.types import Range  # noqa: E402

V = TypeVar("V")

AIMS = {"decode": 0.10, "generation": 0.10, "prefill": 0.25}
"""The median error aimed at; a row worse than twice the 90th percentile aimed at (30 %) is a miss."""


class Case(NamedTuple):
    """A measured row with what it costs at full rate."""

    row: m.Row
    job: s.Job
    step: Work
    step_extra: float
    prompt: tuple[Work, float] | None
    seconds: float
    """Measured: of a step, of a prompt, or of the whole generation."""

    @property
    def phase(self) -> str:
        """decode, prefill, or generation (prompt and decoding together)."""
        return self.row["phase"]

    @property
    def engine(self) -> str:
        """Whose constants."""
        return self.job.engine.memory_model

    @property
    def single(self) -> bool:
        """One device."""
        return self.row["devices"] == "1"

    @property
    def decode_key(self) -> c.DecodeKey:
        """Key of the constants of decoding."""
        period = s.periods(self.job)[0]
        return self.engine, self.job.kind, self.job.quantization.bits >= 16, period

    @property
    def prefill_key(self) -> c.PrefillKey:
        """Key of the constants of prefill."""
        period = s.periods(self.job)[1]
        return self.engine, self.job.kind, self.job.quantization.bits >= 16, period

    @property
    def cell(self) -> tuple[str, str, str]:
        """Rows of one cell are repeats of each other at other lengths: together they count as one."""
        return self.row["model"], self.row["device"], self.row["quantization"]


def case(row: m.Row) -> Case:
    """A row's case."""
    j = s.job(
        m.sized(row["model"]),
        m.quantization(row["quantization"]),
        m.engine(row["engine"]),
        m.workload(row),
        m.machine(row["device"], int(row["devices"])),
    )
    rate = float(row["tokens_per_s"])
    tokens = {"decode": 1, "prefill": int(row["prompt_tokens"])}.get(row["phase"])
    seconds = (tokens or int(row["generate_tokens"])) / rate
    return Case(row, j, s.step_work(j), s.step_extra(j), s.prompt_work(j), seconds)


@cache
def cases() -> tuple[Case, ...]:
    """Every row in use."""
    return tuple(case(r) for r in m.rows("speed") if r["split"] == "used")


def predicted_seconds(k: Case, tables: c.Tables) -> float | None:
    """What `seconds` should be; None where the device's throughput is unknown and matters."""
    pace = s.job_pace(k.job, tables)
    step = s.step_seconds(k.job, k.step, k.step_extra, pace)
    if k.phase == "decode":
        return step
    if k.prompt is None:
        return None
    prompt = s.prompt_seconds(k.job, *k.prompt, pace)
    if k.phase == "prefill":
        return prompt
    # A batch is read one prompt after the other, then written together.
    return prompt * int(k.row["batch"]) + step * int(k.row["generate_tokens"])


def fit(some: Sequence[Case]) -> c.Tables:
    """All tables from these rows. Two passes: what one table gives, the others take."""
    decoding = [k for k in some if k.phase == "decode" and k.single]
    weight = _weights(decoding)
    decode: dict[c.DecodeKey, c.Decode] = {
        ("transformers", "hbm", True, "new"): c.Decode(0.0, TRANSFORMERS_WIDE, 1.0, 1.0),
        ("transformers", "hbm", False, "new"): c.Decode(0.0, TRANSFORMERS_NARROW, 1.0, 1.0),
    }
    tables = c.Tables(decode, {}, {}, _launches(decoding), {})
    for _ in range(2):
        for key in {k.decode_key for k in decoding if k.engine != "transformers"}:
            decode[key] = _fit_decode(key, decoding, weight, tables)
        tables = tables._replace(scale=_scales(decoding, tables))
        tables = tables._replace(prefill=_prefills(some, tables))
        tables = tables._replace(mixture=_mixtures(some, tables))
    return tables


TRANSFORMERS_WIDE, TRANSFORMERS_NARROW = 0.8, 0.25
"""Share of the bandwidth Transformers reaches where the host does not set the pace. Fitted on the 72B rows alone; not
refitted when a model is left out."""


def _weights(some: Iterable[Case]) -> dict[tuple[str, str, str], float]:
    count: dict[tuple[str, str, str], int] = defaultdict(int)
    for k in some:
        count[k.cell] += 1
    return {cell: 1 / n for cell, n in count.items()}


def _launches(some: Iterable[Case]) -> dict[tuple[str, str], float]:
    """Seconds per layer of the host, by format: the median of Transformers' steps, which it paces."""
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for k in some:
        if k.engine == "transformers":
            group = c.family(k.job.quantization)
            found[k.engine, group].append((k.seconds - k.step_extra) / k.step.layers)
    return {key: quantile(values, 0.5) for key, values in found.items()}


def _fit_decode(
    key: c.DecodeKey,
    decoding: Iterable[Case],
    weight: dict[tuple[str, str, str], float],
    tables: c.Tables,
) -> c.Decode:
    """Fixed cost and efficiency by least absolute deviations of relative time (iteratively reweighted), the rows of
    the engine's other widths and periods on this memory kind counting a twentieth or less: a key with few rows leans
    on them."""
    points = []
    for k in decoding:
        if (k.engine, k.job.kind) != key[:2]:
            continue
        pace = s.job_pace(k.job, tables)
        w = k.step
        seconds = (
            k.seconds
            - k.step_extra
            - w.compute_s / pace.prefill.utilization
            - w.cache_s / c.CACHE_EFFICIENCY.get(k.engine, 0.6)
        )
        if seconds > 0.05 * k.seconds:
            counts = 1.0 if k.decode_key == key else 0.05 if k.decode_key[2] == key[2] else 0.02
            fixed, read = w.layers * pace.scale / seconds, w.weights_s * pace.scale / seconds
            points.append((fixed, read, weight[k.cell] * counts))
    return _least_deviations(points)


MOST = 0.97
"""No engine beats the memory."""


def _least_deviations(points: Sequence[tuple[float, float, float]]) -> c.Decode:
    weights = [w for _, _, w in points]
    fixed, inverse = 0.0, 1.2
    for _ in range(8):
        aa = sum(w * a * a for (a, _, _), w in zip(points, weights, strict=True))
        ab = sum(w * a * b for (a, b, _), w in zip(points, weights, strict=True))
        bb = sum(w * b * b for (_, b, _), w in zip(points, weights, strict=True))
        a1 = sum(w * a for (a, _, _), w in zip(points, weights, strict=True))
        b1 = sum(w * b for (_, b, _), w in zip(points, weights, strict=True))
        det = aa * bb - ab * ab
        fixed, inverse = 0.0, b1 / bb
        if det > 1e-9 * aa * bb:
            fixed, inverse = (a1 * bb - b1 * ab) / det, (b1 * aa - a1 * ab) / det
        if inverse < 1 / MOST:
            inverse = 1 / MOST
            fixed = max(0.0, (a1 - ab * inverse) / aa)
        if fixed < 0:
            fixed, inverse = 0.0, max(1 / MOST, b1 / bb)
        weights = [
            w / max(0.05, abs(math.log(max(1e-9, a * fixed + b * inverse)))) for a, b, w in points
        ]
    return c.Decode(fixed, 1 / inverse, 1.0, 1.0)


def _scales(decoding: Iterable[Case], tables: c.Tables) -> dict[tuple[str, str, str], float]:
    """Step time of a format family over the average of its width: the median over cells of n, drawn to 1 as if two
    more cells showed nothing."""
    logs: dict[tuple[str, str, str], dict[tuple[str, str], list[float]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for k in decoding:
        if k.job.quantization.bits < 16 and k.engine != "transformers" and k.row["batch"] == "1":
            expected = predicted_seconds(k, tables)
            assert expected is not None
            key = (k.engine, k.job.kind, c.family(k.job.quantization))
            logs[key][k.cell[:2]].append(math.log(k.seconds / expected))
    found = dict(tables.scale)
    for key, cells in logs.items():
        middles = [sum(v) / len(v) for v in cells.values()]
        drawn = quantile(middles, 0.5) * len(middles) / (len(middles) + 2)
        found[key] = found.get(key, 1.0) * math.exp(drawn)
    return found


SHAPES = 4
"""Fewer shapes of dense models do not tell a fixed cost from utilization. vLLM's prompts were seen only inside whole
generations."""
LONG_PROMPT = 14336
"""From here on a generation says something about reading its prompt."""


def _prompt_point(k: Case, tables: c.Tables) -> tuple[float, float, float] | None:
    """Layers passed, arithmetic in seconds at full throughput, and the seconds left for both; None where something
    else takes nearly all the time."""
    if k.prompt is None or (not k.single and k.row["device"] != "mi300x"):
        return None
    work, extra = k.prompt
    pace = s.job_pace(k.job, tables)
    if k.phase == "prefill":
        if int(k.row["ubatch"] or 512) <= c.VECTOR_TOKENS:
            return None
        left = k.seconds - extra
    elif k.phase == "generation" and k.engine == "vllm":
        batch, steps = int(k.row["batch"]), int(k.row["generate_tokens"])
        if batch < 32 and int(k.row["prompt_tokens"]) < LONG_PROMPT:
            return None
        work = work._replace(compute_s=work.compute_s * batch + k.step.compute_s * steps)
        step = s.step_seconds(k.job, k.step._replace(compute_s=0.0), k.step_extra, pace)
        left = k.seconds - step * steps
    else:
        return None
    fixed = work.layers * pace.decode.layer_s + work.weights_s / pace.decode.efficiency
    left -= pace.scale * fixed
    if left < 0.15 * k.seconds:
        return None
    power = c.power_factor(k.engine, k.job.kind, k.job.watts_per_tflops)
    return s.prompt_layers(k.job), work.compute_s / power, left


def _prefills(some: Iterable[Case], tables: c.Tables) -> dict[c.PrefillKey, c.Prefill]:
    """Utilization and fixed cost of dense models, by least absolute deviations of relative time; other periods and
    widths of the memory kind count a twentieth or less."""
    rows = [k for k in some if k.phase != "decode" and not k.job.size.expert_count]
    weight = _weights(rows)
    points = [(k, p) for k in rows if (p := _prompt_point(k, tables)) is not None]
    found = {}
    for key in {k.prefill_key for k, _ in points}:
        some_points = [
            (
                layers / left,
                compute / left,
                weight[k.cell]
                * (1.0 if k.prefill_key == key else 0.05 if k.prefill_key[2] == key[2] else 0.02),
            )
            for k, (layers, compute, left) in points
            if k.prefill_key[:2] == key[:2]
        ]
        shapes = {shape(k) for k, _ in points if k.prefill_key[:2] == key[:2]}
        if key[0] == "vllm" or len(shapes) < SHAPES:
            some_points = [(0.0, read, w) for _, read, w in some_points]
        fitted = _least_deviations(some_points)
        found[key] = c.Prefill(fitted.efficiency, fitted.layer_s, 1.0, 1.0)
    return found


def _mixtures(some: Iterable[Case], tables: c.Tables) -> dict[tuple[str, str], float]:
    """Utilization of mixtures over that of dense models, by engine and memory kind, drawn to 1."""
    ratios: dict[tuple[str, str], list[float]] = defaultdict(list)
    for k in some:
        if k.job.size.expert_count and k.prefill_key in tables.prefill:
            point = _prompt_point(k, tables)
            if point is not None:
                layers, compute, left = point
                dense = tables.prefill[k.prefill_key]
                alone = max(left - layers * dense.layer_s, 0.1 * left)
                ratios[k.engine, k.job.kind].append(math.log(compute / alone / dense.utilization))
    return {key: math.exp(quantile(v, 0.5) * len(v) / (len(v) + 2)) for key, v in ratios.items()}


# What is left out.


def shape(k: Case) -> Hashable:
    """Models of one shape are one model: LLaMA 1 and 2 7B, Qwen2 and Qwen2.5 7B."""
    z = k.job.size
    return z.layers, z.hidden, z.inner, z.heads, z.expert_count


def chip(k: Case) -> Hashable:
    """Variants of one chip are one device."""
    return m.table("devices", "device")[k.row["device"]]["chip"]


@cache
def left_out_ratios(unit: Callable[[Case], Hashable]) -> tuple[float | None, ...]:
    """Measured over expected tokens per second of every case, fitted without its unit."""
    every, whole = cases(), fit(cases())
    found: list[float | None] = [None] * len(every)
    members: dict[Hashable, list[int]] = defaultdict(list)
    for i, k in enumerate(every):
        members[unit(k)].append(i)
    for out, indices in members.items():
        # Tables of an engine and memory class depend on its own rows only: the others stay.
        touched = {_own(every[i]) for i in indices}
        rest = fit([k for k in every if _own(k) in touched and unit(k) != out])
        tables = c.Tables(
            _others(whole.decode, touched) | dict(rest.decode),
            _others(whole.prefill, touched) | dict(rest.prefill),
            _others(whole.scale, touched) | dict(rest.scale),
            _others(whole.launch, touched) | dict(rest.launch),
            _others(whole.mixture, touched) | dict(rest.mixture),
        )
        for i in indices:
            expected = predicted_seconds(every[i], tables)
            found[i] = expected / every[i].seconds if expected else None
    return tuple(found)


def _others(table: Mapping[Any, V], touched: set[tuple[str, str]]) -> dict[Any, V]:
    engines = {engine for engine, kind in touched if kind == "hbm"}
    return {
        key: value
        for key, value in table.items()
        if (key[0], key[1].split("-")[0]) not in touched
        # The host's times have the format for their second key, and were taken beside HBM.
        and not (key[0] == "transformers" and "transformers" in engines)
    }


def _own(k: Case) -> tuple[str, str]:
    """Whose tables a row is in."""
    return k.engine, k.job.kind.split("-")[0]


STUDENT = (3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356)
"""90th percentiles of Student's t with 1 to 12 degrees of freedom."""
ENOUGH = 16
"""Left-out predictions from which percentiles are taken; fewer have the interval of a normal logarithm."""


def eighty(ratios: Sequence[float]) -> tuple[float, float]:
    """An 80 % range of measured / expected."""
    if len(ratios) >= ENOUGH:
        low, high = quantile(ratios, 0.1), quantile(ratios, 0.9)
    else:
        logs = [math.log(x) for x in ratios] or [math.log(2)]
        spread = math.sqrt(sum(x * x for x in logs) / len(logs))
        half = STUDENT[min(len(logs), len(STUDENT)) - 1] * spread
        low, high = math.exp(-half), math.exp(half)
    return min(max(low, WIDEST[0]), 1 - c.REPEAT), max(min(high, WIDEST[1]), 1 + c.REPEAT)


WIDEST = (0.25, 3.0)
"""No range is wider: beyond it a few wild predictions speak, not the spread."""
FEW = 6
"""Fewer left-out predictions give no range of their own: the fallback's."""


RangeKey = tuple[str, ...]


def range_key(k: Case) -> RangeKey:
    """Rows that share a range."""
    if not k.single:
        phase = "prefill" if k.phase == "prefill" else "decode"
        return k.engine, "several", phase, k.job.split.kind
    if k.phase == "prefill":
        return k.engine, "prefill", k.job.kind, k.prefill_key[3]
    if k.row["batch"] != "1":
        return k.engine, "batch"
    return k.engine, "decode", k.job.kind, "wide" if k.decode_key[2] else "narrow", k.decode_key[3]


@cache
def ranges() -> dict[RangeKey, tuple[float, float]]:
    """By key, from the predictions with a model left out and those with a device left out together. A key with few
    rows takes those of its engine and memory kind."""
    found: dict[RangeKey, list[float]] = defaultdict(list)
    wider: dict[RangeKey, list[float]] = defaultdict(list)
    for ratios in (left_out_ratios(shape), left_out_ratios(chip)):
        for k, ratio in zip(cases(), ratios, strict=True):
            if ratio is not None:
                found[range_key(k)].append(ratio)
                wider[range_key(k)[:3]].append(ratio)
    result = {}
    for key, own in found.items():
        some = own if len(own) >= ENOUGH else wider[key[:3]]
        result[key] = eighty(some) if len(some) >= FEW else (c.FALLBACK_LOW, c.FALLBACK_HIGH)
    return result


class LeftOut(NamedTuple):
    """A row and what is expected of it, tokens per second, by constants that have not seen it."""

    row: m.Row
    memory_class: str
    measured: float
    model_left: Range | None
    """With its model left out; None where nothing is claimed."""
    device_left: Range | None
    """With its device left out."""


@cache
def left_out_rows() -> tuple[LeftOut, ...]:
    """Every row in use with both predictions."""
    width, found = ranges(), []
    by_model, by_device = left_out_ratios(shape), left_out_ratios(chip)
    for i, k in enumerate(cases()):
        rate = float(k.row["tokens_per_s"])
        low, high = width.get(range_key(k), (c.FALLBACK_LOW, c.FALLBACK_HIGH))
        both = []
        for ratio in (by_model[i], by_device[i]):
            expected = rate / ratio if ratio else None
            both.append(Range(expected * low, expected, expected * high) if expected else None)
        found.append(LeftOut(k.row, k.job.machine.memory_class or "", rate, both[0], both[1]))
    return tuple(found)


class Summary(NamedTuple):
    """Errors of a group of rows."""

    engine: str
    memory_class: str
    phase: str
    setting: str
    """one, batch, several."""
    left_out: str
    """model or device."""
    models: int
    devices: int
    rows: int
    median: float
    p90: float
    inside: int
    """Rows within their range."""


def setting(row: m.Row) -> str:
    """one device and sequence, a batch, or several devices."""
    if row["devices"] != "1":
        return "several"
    return "one" if row["batch"] == "1" else "batch"


def summaries(
    group: Callable[[LeftOut], tuple[str, str, str, str]] | None = None,
) -> list[Summary]:
    """Errors by engine, memory class, phase and setting."""
    by = group or (lambda x: (x.row["engine"], x.memory_class, x.row["phase"], setting(x.row)))
    found: dict[tuple[str, str, str, str], list[LeftOut]] = defaultdict(list)
    for x in left_out_rows():
        found[by(x)].append(x)
    result = []
    for key in sorted(found):
        for left in ("model", "device"):
            pairs = [
                (x, r)
                for x in found[key]
                if (r := x.model_left if left == "model" else x.device_left) is not None
            ]
            if not pairs:
                continue
            errors = [abs(x.measured / r.expected - 1) for x, r in pairs]
            result.append(
                Summary(
                    *key,
                    left,
                    len({x.row["model"] for x, _ in pairs}),
                    len({x.row["device"] for x, _ in pairs}),
                    len(pairs),
                    quantile(errors, 0.5),
                    quantile(errors, 0.9),
                    sum(r.low <= x.measured <= r.high for x, r in pairs),
                )
            )
    return result


def misses() -> list[tuple[LeftOut, float]]:
    """Rows worse than twice the aim of their phase's 90th percentile with the model left out, worst first."""
    bad = []
    for x in left_out_rows():
        if x.model_left is not None:
            ratio = x.measured / x.model_left.expected
            if abs(ratio - 1) > 0.6:
                bad.append((x, ratio))
    return sorted(bad, key=lambda pair: -abs(math.log(pair[1])))


def print_summaries(found: Iterable[Summary]) -> None:
    """As a table."""
    print(
        "| engine | memory | phase | setting | left out | models | devices | rows | median | p90 | in range |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for x in found:
        share = f"{x.inside} ({x.inside / x.rows:.0%})"
        print(
            f"| {x.engine} | {x.memory_class} | {x.phase} | {x.setting} | {x.left_out} | {x.models} | {x.devices} | "
            f"{x.rows} | {x.median:.1%} | {x.p90:.0%} | {share} |"
        )


def print_constants() -> None:
    """What to paste into `speed_calibration.py`."""
    tables, width = fit(cases()), ranges()
    print("\nDECODE")
    for key, d in sorted(tables.decode.items()):
        label: RangeKey = (key[0], "decode", key[1], "wide" if key[2] else "narrow", key[3])
        low, high = width.get(label, (c.FALLBACK_LOW, c.FALLBACK_HIGH))
        print(
            f"    {_text(key)}: Decode({d.layer_s:.3g}, {d.efficiency:.3f}, {low:.2f}, {high:.2f}),"
        )
    print("PREFILL")
    for pkey, p in sorted(tables.prefill.items()):
        low, high = width.get(
            (pkey[0], "prefill", pkey[1], pkey[3]), (c.FALLBACK_LOW, c.FALLBACK_HIGH)
        )
        print(
            f"    {_text(pkey)}: Prefill({p.utilization:.3f}, {p.layer_s:.3g}, {low:.2f}, {high:.2f}),"
        )
    for name, table in (
        ("SCALE", tables.scale),
        ("LAUNCH_S", tables.launch),
        ("MIXTURE_PREFILL", tables.mixture),
    ):
        print(name)
        for some_key, value in sorted(table.items()):
            print(f"    {_text(some_key)}: {value:.3g},")
    print("SEVERAL")
    for rkey, (low, high) in sorted(width.items()):
        if rkey[1] == "several":
            print(f"    {_text((rkey[0], *rkey[2:]))}: ({low:.2f}, {high:.2f}),")
    print("BATCH")
    for rkey, (low, high) in sorted(width.items()):
        if rkey[1] == "batch":
            print(f'    "{rkey[0]}": ({low:.2f}, {high:.2f}),')


def _text(key: tuple[object, ...]) -> str:
    return "(" + ", ".join(f'"{x}"' if isinstance(x, str) else str(x) for x in key) + ")"


def main() -> None:
    """Errors, then constants."""
    print_summaries(summaries())
    print("\nBy memory class:")
    print_summaries(summaries(lambda x: ("all", x.memory_class, "all", "all")))
    if "--misses" in sys.argv:
        print("\nMisses:")
        for x, ratio in misses():
            r = x.row
            print(
                f"{ratio:.2f} {r['engine']} {r['engine_version']} {r['model']} {r['quantization']} {r['device']} "
                f"x{r['devices']} batch {r['batch']} prompt {r['prompt_tokens']} {r['phase']} {r['tokens_per_s']}"
            )
    print_constants()


if __name__ == "__main__":
    main()
