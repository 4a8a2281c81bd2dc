"""Fine-tuning memory."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import finetune
import peers
import plots
from quantiles import quantile

from llm_select.estimates.sizing import sizing
from sections.peer_cases import Rival, rivals_table
from sections.section import Section, percent, prose, table

if TYPE_CHECKING:
    from finetune import Compared

    from llm_select.schema.catalog import Catalog

TITLE = "Fine-tuning memory"
COUNTERS = {
    "allocated": "in use, as torch counts it",
    "reserved": "held by torch's allocator",
    "driver": "as nvidia-smi shows it",
    "unknown": "counter not stated",
}
LEAST = 5
"""Rows a line of the table has at least; the rest share a line."""


def section(catalog: Catalog) -> Section:
    """Errors by counter and by trainer, the misses, and what was left out."""
    found, left = finetune.compare(catalog)
    clear = [c for c in found if c.row["what"] == "allocated"]
    apart = [c for c in clear if c.row["model"] not in finetune.FITTED]
    by_counter = table(
        ("counter", "rows", "models", "median error", "90th percentile", "in range"),
        [
            _line(f"{name}: {COUNTERS[name]}", [c for c in found if c.row["what"] == name])
            for name in COUNTERS
        ]
        + [
            _line("in use, models that gave no constant", apart),
            _line("all", found),
        ],
    )
    kinds: dict[tuple[str, str], list[Compared]] = {}
    for c in clear:
        method = c.row["method"]
        kind = method if method in ("full", "lora", "qlora") else "other adapters"
        kinds.setdefault(
            (c.row["engine"], kind + (", sharded" if c.row["sharding"] else "")), []
        ).append(c)
    by_trainer = table(
        ("trainer", "method", "rows", "models", "median error", "90th percentile", "in range"),
        [(trainer, *_line(kind, some)) for (trainer, kind), some in sorted(kinds.items())],
    )
    models = len({c.model for c in found})
    text = f"""{
        prose(
            f'''
{len(found)} measured peaks of {models} models whose source states the method, optimizer, precision, rank, targets,
batch, length and recomputation (`tests/measurements/finetune.csv`, each with its source) beside `finetune --cases`. No
constant is fitted by regression. Three were read off rows of Mistral 7B and Llama 3 8B in one source (the bytes of
fused losses, the two layers in flight under FSDP, the allocator's slack); everything else follows from the code of the
trainers.'''
        )
    }

{by_counter}

![predicted against measured](plots/training.svg)

{
        prose(
            '''
Counters differ by more than any formula: the same run reads 25 GiB in torch's books and 29 GiB in nvidia-smi, because
the caching allocator keeps freed blocks. The expected figure is what is in use; for `reserved` and `driver` the slack
is added before comparing. By trainer, in use:'''
        )
    }

{by_trainer}

**Other tools' formulas on the same rows** (one GPU, every counter; a tool without a rule for a case is left out of
it):

{_peers(catalog, found)}

{prose(PUBLISHED)}

**Misses of more than 40 %** (twice the aim at the 90th percentile):

{_misses(found)}

{prose(f"**Left out:** {_left(left)}.")}
"""
    by_source: dict[str, list[tuple[float, float]]] = {}
    for c in found:
        by_source.setdefault(c.row["engine"], []).append((c.measured, c.expected))
    picture = plots.scatter(
        TITLE, "GiB on one GPU", [plots.Series(k, v) for k, v in by_source.items()]
    )
    errors = [abs(c.error) for c in clear]
    middle, high = percent(quantile(errors, 0.5)), percent(quantile(errors, 0.9))
    figure = f"median {middle}, 90th percentile {high} ({len(errors)} rows)"
    return Section(TITLE, (TITLE, figure, "6 % and 20 %"), text, {"training.svg": picture})


PUBLISHED = """
LLMem (IJCAI 2024) publishes 1.6 % on one GPU and 3.0 % on several, on its own runs, which could not be had: its
error is not of these rows."""


def _peers(catalog: Catalog, found: list[Compared]) -> str:
    """Errors of other tools' formulas, beside ours on the rows that each has a figure for."""
    # Most of them do not say how their figure splits over devices.
    rows = [
        Rival(_case(catalog, c), c.model, c.measured, c.expected)
        for c in found
        if c.row["gpus"] == "1"
    ]
    return rivals_table(peers.TRAINING, rows)


def _case(catalog: Catalog, c: Compared) -> peers.TrainingCase:
    """What a peer is told of a row."""
    model = catalog.models[c.model]
    size = sizing(model)
    quantization = c.row["quantization"]
    bits = catalog.quantizations[quantization].bits if quantization else 16.0
    zero = c.row["sharding"]
    return peers.TrainingCase(
        parameters=float(size.parameters.total),
        method=c.row["method"],
        bits=bits,
        batch=int(c.row["batch"] or 1),
        seq_len=int(c.row["seq_len"] or 0),
        layers=size.layers,
        hidden=size.hidden,
        heads=size.heads,
        ffn=size.inner,
        vocabulary=size.vocab,
        optimizer=c.row["optimizer"] or "adamw",
        precision=c.row["precision"],
        checkpointing=c.row["checkpointing"] == "1",
        gpus=int(c.row["gpus"] or 1),
        zero_stage=int(zero[-1]) if zero.startswith("zero") else 3 if zero == "fsdp" else 0,
    )


def _line(name: str, some: list[Compared]) -> tuple[object, ...]:
    errors = [abs(c.error) for c in some]
    return (
        name,
        len(some),
        len({c.model for c in some}),
        percent(quantile(errors, 0.5)),
        percent(quantile(errors, 0.9)),
        percent(sum(c.low <= c.measured <= c.high for c in some) / len(some), 0),
    )


CAUSES = {
    (
        "torchtune",
        "fsdp",
    ): "suspected: offload, which the source does not state: less than the weights and states need",
    (
        "transformers",
        "bert",
    ): "an old release, which wrote the attention scores out; rows carry no version",
    (
        "torchtune",
        "",
    ): "suspected: an early release that held the base in 16 bits while quantizing it",
    (
        "transformers",
        "qwen",
    ): "Qwen 1 runs its own code; the source states neither its counter nor its unit (GB or GiB)",
}
"""By trainer, and sharding or the beginning of the model's name."""


def _misses(found: list[Compared]) -> str:
    rows = []
    for c in sorted(found, key=lambda c: -abs(c.error)):
        if abs(c.error) <= 0.4:
            continue
        r = c.row
        name = c.model.split("/")[1]
        cause = next(
            (
                text
                for (trainer, mark), text in CAUSES.items()
                if trainer == r["engine"]
                and (mark == r["sharding"] or (mark and name.startswith(mark)))
            ),
            "not understood",
        )
        rows.append(
            (
                name,
                r["engine"],
                r["method"],
                r["batch"],
                r["seq_len"],
                f"{c.measured:.1f}",
                f"{c.expected:.1f}",
                cause,
            )
        )
    return table(
        ("model", "trainer", "method", "batch", "length", "measured", "expected", "cause"), rows
    )


def _left(left: Counter[str]) -> str:
    merged: Counter[str] = Counter()
    for reason, n in left.items():
        for start, name in (
            ("unknown model", "models without a card"),
            ("unknown method", "adapter methods that are not modelled"),
            ("unknown optimizer", "optimizers that are not modelled"),
        ):
            if reason.startswith(start):
                merged[name] += n
                break
        else:
            merged[reason] += n
    return "; ".join(f"{n} rows: {reason}" for reason, n in merged.most_common())
