"""Rules on figures in another unit: LS023, LS024."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from llm_select.catalog.findings import Path
from llm_select.catalog.rules.counts import counted
from llm_select.catalog.rules.found import Found, Subject
from llm_select.estimates.shape import ShapeError
from llm_select.estimates.sizing import sizing
from llm_select.estimates.weights import ARTIFACT_RATIO, file_bytes
from llm_select.messages import Message

_PRICE = (0.005, 1000.0)
"""USD per million tokens: small models are offered at 0.01, the dearest so far had an output price of 600."""
_PRICE_RATIO = 200.0
"""Output tokens cost 1 to 10 times what input tokens do."""
_CONTEXT = (500, 10**8)
"""Tokens of a decoder's context: the first GPT had 512. Tokenizers write 10^30 where no limit is set."""
_TOKENS = (10**7, 10**15)
"""Tokens of pretraining, from the word counts of 2016 to a tenfold of today's largest."""
_SHARE = 50
"""A list of scores all below the best possible one by this factor is one of shares in a column of percent."""
_FOLDS = {10**3: Message("thousands"), 10**6: Message("millions"), 10**9: Message("billions")}
_FOLD_TOLERANCE = 0.05
_DEVICE = {"gib": (0.5, 2048), "bandwidth_gb_s": (5, 40_000)}
_TFLOPS = (0.05, 50_000)
_GIB = 1.073741824
_GIB_TOLERANCE = 0.003


def unit_slip(subject: Subject) -> Iterator[Found]:
    """A figure is a thousand or a million times off: it was written in another unit.

    ## What it does
    Compares prices with those of a million tokens, contexts and training data with single tokens, totals with the count
    of the shape, memory with GiB, bandwidth with GB/s, throughput with 10^12 operations per second, and lists of scores
    with the range of their benchmark.

    ## Why it is bad
    Providers quote prices per token or per thousand, papers tokens in billions, vendors bandwidth in TB/s. A slip makes
    a model free, or a device a thousand times too slow.

    ## Example
        hosted: [{input_usd_per_mtok: 0.0000025, output_usd_per_mtok: 0.00001, …}]      # per token

    ## Use instead
        hosted: [{input_usd_per_mtok: 2.5, output_usd_per_mtok: 10, …}]
    """
    catalog: Any = subject.catalog
    for key, model in catalog.models.items():
        for path, message, remedy in _of_card(model, catalog):
            yield Found("models", key, path, message, remedy, "warning")
    for key, board in catalog.boards.items():
        benchmark = catalog.benchmarks.get(board.benchmark)
        for row, scores in board.scores.items():
            top = max(map(abs, scores.values()), default=0.0)
            if len(scores) > 1 and _is_share(benchmark, top):
                message = Message(
                    "no score is above {top:g}, of {best:g} at best", top=top, best=_best(benchmark)
                )
                remedy = Message("write {unit}, or correct the ceiling", unit=benchmark.unit)
                yield Found("boards", key, ("scores", row), message, remedy, "warning")
    for key, device in catalog.devices.items():
        for path, message, remedy in _of_device(device):
            yield Found("devices", key, path, message, remedy, "warning")


_Slip = tuple[Path, str, str]


def _of_card(model: Any, catalog: Any) -> Iterator[_Slip]:
    for index, offer in enumerate(model.hosted):
        prices = {
            name: getattr(offer, name) for name in ("input_usd_per_mtok", "output_usd_per_mtok")
        }
        for name, price in prices.items():
            if price and not _PRICE[0] <= price <= _PRICE[1]:
                yield (
                    ("hosted", index, name),
                    Message("{price:g} USD for a million tokens", price=price),
                    Message("multiply a price per token by 10^6, per thousand tokens by 10^3"),
                )
        low, high = sorted(prices.values())
        if low and high / low > _PRICE_RATIO:
            yield (
                ("hosted", index),
                Message("one price is {times:.0f} times the other", times=high / low),
                Message("write both for a million tokens"),
            )
    context = model.context
    if context is not None:
        if model.kind == "decoder" and context.native < _CONTEXT[0]:
            yield (
                ("context", "native"),
                Message("{tokens} tokens", tokens=context.native),
                Message("write tokens, not thousands"),
            )
        for name in ("native", "extended"):
            if (getattr(context, name) or 0) > _CONTEXT[1]:
                remedy = Message("a tokenizer without a limit says nothing of the model")
                yield (
                    ("context", name),
                    Message("{tokens:,} tokens", tokens=getattr(context, name)),
                    remedy,
                )
        if context.output is not None and context.output > max(
            context.native, context.extended or 0
        ):
            message = Message(
                "an answer of {output} tokens in a context of {native}",
                output=context.output,
                native=context.native,
            )
            yield ("context", "output"), message, Message("write both in tokens")
    tokens = model.pretraining.tokens if model.pretraining is not None else None
    if tokens is not None and not _TOKENS[0] <= tokens <= _TOKENS[1]:
        yield (
            ("pretraining", "tokens"),
            Message("{tokens:,} tokens", tokens=tokens),
            Message("write tokens, not billions"),
        )
    groups = counted(model)
    if groups is not None:
        for name in ("total", "active"):
            value = getattr(model.parameters, name)
            for fold, word in _FOLDS.items():
                if value and abs(groups.total / fold - value) <= max(1, _FOLD_TOLERANCE * value):
                    message = Message(
                        "the shape gives {total:,}: {value} seems to be {word}",
                        total=groups.total,
                        value=value,
                        word=word,
                    )
                    yield ("parameters", name), message, Message("write single parameters")
    for index, evaluation in enumerate(model.evaluations):
        benchmark = catalog.benchmarks.get(evaluation.benchmark)
        if 0 < evaluation.value <= 1 and _is_share(benchmark, evaluation.value):
            message = Message(
                "{value:g} of {best:g} at best", value=evaluation.value, best=_best(benchmark)
            )
            yield (
                ("evaluations", index, "value"),
                message,
                Message("write {unit}", unit=benchmark.unit),
            )


def _best(benchmark: Any) -> float:
    return float(max(abs(benchmark.floor), abs(benchmark.ceiling)))


def _is_share(benchmark: Any, top: float) -> bool:
    if benchmark is None or benchmark.scale != "bounded":
        return False
    if benchmark.floor is None or benchmark.ceiling is None or benchmark.direction != "higher":
        return False
    return 0 < top <= _best(benchmark) / _SHARE


def _of_device(device: Any) -> Iterator[_Slip]:
    units = {"gib": "GiB", "bandwidth_gb_s": "GB/s"}
    for index, option in enumerate(device.memory):
        for name, (low, high) in _DEVICE.items():
            value = getattr(option, name)
            if value is not None and not low <= value <= high:
                yield (
                    ("memory", index, name),
                    f"{value:g} {units[name]}",
                    Message("write {unit}", unit=units[name]),
                )
        if option.visible_gib is not None and not 0.5 <= option.visible_gib / option.gib <= 1.001:
            message = Message(
                "{visible_gib:g} GiB visible of {gib:g}",
                visible_gib=option.visible_gib,
                gib=option.gib,
            )
            yield (
                ("memory", index, "visible_gib"),
                message,
                Message("write what the driver reports, in GiB"),
            )
    if device.compute is not None:
        for name in ("fp32", "fp16", "bf16", "fp8", "int8", "fp4"):
            value = getattr(device.compute, name)
            if value is not None and not _TFLOPS[0] <= value <= _TFLOPS[1]:
                message = Message("{value:g} TFLOPS", value=value)
                yield ("compute", name), message, Message("write 10^12 operations per second")


def implausible_file_size(subject: Subject) -> Iterator[Found]:
    """Files of a size that their format does not give.

    ## What it does
    Computes the size from the shape and the bits of the format, and reports what is below 0.8 or above 1.9 times of it,
    or off by just the factor between GB and GiB. A card without a shape is held against its total of parameters.

    ## Why it is bad
    The size informs the memory estimate. One of another format, of one shard, of a folder with two copies, or in
    another unit makes the estimate wrong.

    ## Example
        artifacts: [{format: safetensors, quantization: bf16, size_bytes: 16060556, …}]      # KB

    ## Use instead
        artifacts: [{format: safetensors, quantization: bf16, size_bytes: 16060556376, …}]
    """
    catalog = subject.catalog
    for key, model in catalog.models.items():
        for index, artifact in enumerate(model.artifacts):
            format_ = catalog.quantizations.get(artifact.quantization)
            if format_ is None or artifact.size_bytes is None:
                continue
            said = _size(model, artifact.size_bytes, format_)
            if said is not None:
                path = ("artifacts", index, "size_bytes")
                remedy = Message("add up the bytes of the weight files")
                yield Found("models", key, path, said, remedy, "warning")


def _size(model: Any, size: int, format_: Any) -> str | None:
    if model.architecture is None:
        if model.parameters is None:
            return None
        bits = size * 8 / model.parameters.total
        most = max(format_.bits, format_.embedding_bits or 0, format_.output_bits or 0, 16) * 1.35
        if format_.bits * 0.65 <= bits <= most:
            return None
        return Message(
            "the size gives {bits:.2f} bits per weight, the format has {stated:g}",
            bits=bits,
            stated=format_.bits,
        )
    try:
        expected = file_bytes(sizing(model), format_)
    except ShapeError:
        return None
    ratio = size / expected
    for fold, unit in ((1, "GB"), (1 / _GIB**2, "GiB")):
        if abs(ratio * _GIB * fold - 1) <= _GIB_TOLERANCE:
            return Message(
                "{size:,} is the {expected:,.0f} expected as if {unit} were the other unit",
                size=size,
                expected=expected,
                unit=unit,
            )
    if ARTIFACT_RATIO[0] <= ratio <= ARTIFACT_RATIO[1]:
        return None
    for fold, word in _FOLDS.items():
        if abs(ratio * fold - 1) <= _FOLD_TOLERANCE:
            return Message(
                "{size:,} seems to be {word} of bytes: {expected:,.0f} bytes are expected",
                size=size,
                word=word,
                expected=expected,
            )
    return Message(
        "{size:,} bytes where the shape and the format give {expected:,.0f}",
        size=size,
        expected=expected,
    )
