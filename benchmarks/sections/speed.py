"""Tokens per second."""

from __future__ import annotations

from typing import TYPE_CHECKING

import calibrate_speed as s
import measurement_rows as m
import peers
import plots
from quantiles import quantile

from sections.peer_cases import Rival, inference_case, rivals_table
from sections.section import Section, percent, prose, table

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog

TITLE = "Speed"
CLASSES = {
    "gddr": "cards (GDDR)",
    "hbm": "data centre (HBM)",
    "unified": "unified",
    "ddr": "processors",
}
SETTINGS = {"one": "one", "batch": "a batch", "several": "several devices"}


def section(_: Catalog) -> Section:
    """Errors with a model and with a device left out, by engine, memory class and phase."""
    rows = s.left_out_rows()
    lines: dict[tuple[str, str, str, str], dict[str, s.Summary]] = {}
    for one in s.summaries():
        key = (one.engine, one.memory_class, one.phase, one.setting)
        lines.setdefault(key, {})[one.left_out] = one
    detail = table(
        (
            "engine", "memory", "phase", "on", "models", "devices", "rows", "model left out: median", "90th",
            "in range", "device left out: median", "90th", "in range",
        ),
        [_detail(key, both) for key, both in lines.items()],
    )  # fmt: skip
    by_class = {
        (x.left_out, x.phase, x.memory_class): x
        for x in s.summaries(lambda x: ("all", x.memory_class, x.row["phase"], s.setting(x.row)))
        if x.setting == "one" and x.phase in ("decode", "prefill")
    }
    classes = table(
        (
            "one device and stream", "rows", "model left out: median", "90th", "in range",
            "device left out: median", "90th", "in range",
        ),
        [
            (
                f"{phase}, {name}",
                by_class["model", phase, kind].rows,
                *_errors(by_class["model", phase, kind]),
                *_errors(by_class["device", phase, kind]),
            )
            for phase in ("decode", "prefill")
            for kind, name in CLASSES.items()
            if ("model", phase, kind) in by_class and ("device", phase, kind) in by_class
        ],
    )  # fmt: skip
    used = [x for x in rows if x.model_left is not None]
    text = f"""{
        prose(
            f'''
{len(rows)} published rates of {len({x.row["model"] for x in rows})} models on {len({x.row["device"] for x in rows})}
devices (`tests/measurements/speed.csv`). Constants are fitted again with one model (and then with one device) left out
of the rows, and the left-out rows are predicted: no error here is of a row that the fit saw. "In range" should be 70 to
90 %. The metrics of sources are kept apart: decoding, reading, and whole generations ("generation").'''
        )
    }

{classes}

![predicted against measured, model left out](plots/decode.svg)

**Other tools' formulas on the same rows**, decoding on one device, one stream (ours with the model left out):

{rivals_table(peers.DECODE, _rivals("decode"))}

Reading the prompt on one device:

{rivals_table(peers.PREFILL, _rivals("prefill"))}

By engine:

{detail}

**More than 60 % off with the model left out** (twice the aim at the 90th percentile): {
        len(s.misses())
    } of {len(used)} rows.

{_misses()}
"""
    decode = [x for x in used if x.row["phase"] == "decode" and s.setting(x.row) == "one"]
    errors = [
        abs(x.measured / x.model_left.expected - 1) for x in decode if x.model_left is not None
    ]
    middle, high = percent(quantile(errors, 0.5)), percent(quantile(errors, 0.9))
    figure = f"decode, model left out: median {middle}, 90th percentile {high} ({len(errors)} rows)"
    groups: dict[str, list[tuple[float, float]]] = {}
    for x in decode:
        if x.model_left is not None:
            groups.setdefault(CLASSES.get(x.memory_class, x.memory_class), []).append(
                (x.measured, x.model_left.expected)
            )
    picture = plots.scatter(
        "Decoding, model left out", "tokens/s", [plots.Series(k, v) for k, v in groups.items()]
    )
    return Section(TITLE, (TITLE, figure, "10 % and 30 %"), text, {"decode.svg": picture})


def _errors(one: s.Summary) -> tuple[str, str, str]:
    return percent(one.median), percent(one.p90, 0), percent(one.inside / one.rows, 0)


def _detail(key: tuple[str, str, str, str], both: dict[str, s.Summary]) -> tuple[object, ...]:
    engine, memory, phase, setting = key
    one = both.get("model") or both["device"]
    cells = [_errors(both[k]) if k in both else ("–", "–", "–") for k in ("model", "device")]
    return (
        engine, CLASSES.get(memory, memory), phase, SETTINGS[setting], one.models, one.devices, one.rows,
        *cells[0], *cells[1],
    )  # fmt: skip


def _rivals(phase: str) -> list[Rival[peers.InferenceCase]]:
    found = []
    for x in s.left_out_rows():
        r = x.row
        if r["phase"] != phase or s.setting(r) != "one" or x.model_left is None:
            continue
        model, quantization = m.model(r["model"]), m.quantization(r["quantization"])
        case = inference_case(model, m.sized(r["model"]), r["quantization"], quantization, r)
        found.append(Rival(case, r["model"], x.measured, x.model_left.expected))
    return found


def _misses() -> str:
    groups: dict[tuple[str, str, str, str], list[float]] = {}
    for x, ratio in s.misses():
        key = (x.row["engine"], x.row["device"], x.row["model"], x.row["phase"])
        groups.setdefault(key, []).append(ratio)
    return table(
        ("engine", "device", "model", "phase", "rows", "measured over expected"),
        [
            (
                *key,
                len(some),
                f"{min(some):.2f} to {max(some):.2f}" if len(some) > 1 else f"{some[0]:.2f}",
            )
            for key, some in groups.items()
        ],
    )
