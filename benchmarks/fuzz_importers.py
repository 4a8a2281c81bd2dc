"""Throws broken files at the importers: configurations, front matter, headers of safetensors and GGUF, tables.

    python benchmarks/fuzz_importers.py 1000000 [SEED]

Every input must end in facts or in a SourceError. Prints how many of each kind did, the slowest input and the peak of
memory, and exits 1 at anything else, with the input written out. Inputs are valid files with bytes, values and fields
changed, cut, repeated and swapped.
"""

from __future__ import annotations

import copy
import io
import json
import random
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from llm_select.catalog.importers.front_matter import front_matter
from llm_select.catalog.importers.gguf_facts import gguf_facts
from llm_select.catalog.importers.gguf_header import parse_gguf
from llm_select.catalog.importers.hf_config import config_facts
from llm_select.catalog.importers.prices import price_table
from llm_select.catalog.importers.reading import SourceError, json_object
from llm_select.catalog.importers.safetensors_header import count, parse_header
from tests.catalog.importers.builders import (
    LLAMA_GGUF,
    gguf,
    llama_gguf_tensors,
    llama_shapes,
    safetensors,
)

SHAPES = json.loads(
    (Path(__file__).parent.parent / "tests/catalog/importers/shapes.json").read_text()
)
CONFIGS = [one["config"] for one in SHAPES.values()]
README = b"""---
license: apache-2.0
language: [en, no, srp_Cyrl]
base_model: acme/base
tags: [chat]
model-index:
- name: tiny
  results:
  - task: {type: text-generation}
    dataset: {name: IFEval, type: ifeval}
    metrics: [{type: accuracy, value: 61.5}]
---
# Tiny
"""
PRICES = b"model,provider,usd_per_mtok_in,usd_per_mtok_out,as_of\nacme/tiny,Acme,1.5,2,2026-01-01\nb,Acme,0,0,2026\n"
GGUF = gguf({**LLAMA_GGUF, "tokenizer.ggml.tokens": ["a", "b", "c"]}, llama_gguf_tensors())
SAFETENSORS = safetensors(llama_shapes(), data=False)
ODD: list[Any] = [
    None, True, False, 0, -1, 1, 2, 3, 7, 64, 10**6, 10**12, 10**30, 0.5, 1e308, float("nan"), float("inf"), "", "x",
    "full_attention", [], [1], [None], ["full_attention"] * 6, {}, {"a": 1}, [[[]]], "\u0000", "9" * 50,
]  # fmt: skip


def bent(rng: random.Random, data: bytes) -> bytes:
    """Bytes with a few changes."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at = rng.randrange(len(out) + 1)
        kind = rng.randrange(6)
        if kind == 0:
            out[at : at + 1] = bytes([rng.randrange(256)])
        elif kind == 1:
            del out[at : at + rng.randrange(1, 40)]
        elif kind == 2:
            out[at:at] = out[rng.randrange(len(out) + 1) :][: rng.randrange(1, 80)]
        elif kind == 3:
            del out[at:]
        elif kind == 4:
            out[at : at + 8] = rng.choice(
                (b"\xff" * 8, b"\0" * 8, (2 ** rng.randrange(64)).to_bytes(8, "little"))
            )
        else:
            out[at:at] = rng.choice(
                (b"[", b"{", b'"', b"\xff", b"\xef\xbb\xbf", b"---\n", b"&a *a ", b",,", b"NaN")
            )
        if not out:
            return bytes(out)
    return bytes(out)


def config(rng: random.Random) -> None:
    """A configuration with fields changed, or its text."""
    values = json.loads(json.dumps(rng.choice(CONFIGS)))
    for _ in range(rng.choice((0, 1, 1, 2, 5))):
        part = values
        while rng.random() < 0.4:
            inner = [one for one in part.values() if isinstance(one, dict)]
            if not inner:
                break
            part = rng.choice(inner)
        if part:
            name = rng.choice(list(part))
            other = rng.choice(CONFIGS)
            kind = rng.randrange(4)
            if kind == 0:
                part[name] = copy.deepcopy(rng.choice(ODD))
            elif kind == 1:
                del part[name]
            elif kind == 2:
                key = rng.choice(list(other))
                part[key] = copy.deepcopy(other[key])
            elif isinstance(part[name], list) and part[name]:
                part[name][rng.randrange(len(part[name]))] = copy.deepcopy(rng.choice(ODD))
            elif isinstance(part[name], int):
                part[name] = rng.choice(
                    (part[name] * 2, part[name] + 1, -part[name], part[name] * 10**9)
                )
    data = json.dumps(values).encode()
    if rng.random() < 0.15:
        data = bent(rng, data)
    config_facts(json_object(data, "x"), "x")


def safetensors_file(rng: random.Random) -> None:
    """A header, bent; its length often mended, so that what is inside is reached."""
    data = bent(rng, SAFETENSORS[8:])
    length = len(data) if rng.random() < 0.8 else rng.getrandbits(rng.choice((4, 16, 63)))
    count(parse_header(length.to_bytes(8, "little") + data, "x"))


def gguf_file(rng: random.Random) -> None:
    """A GGUF header, bent."""
    data = bent(rng, GGUF)
    gguf_facts(parse_gguf(io.BytesIO(data), len(data), "x"), "x")


def readme(rng: random.Random) -> None:
    """A README, bent."""
    front_matter(bent(rng, README), "x")


def prices(rng: random.Random) -> None:
    """A table of prices, bent."""
    price_table(bent(rng, PRICES), "x")


KINDS: tuple[Callable[[random.Random], None], ...] = (
    config,
    config,
    safetensors_file,
    gguf_file,
    readme,
    prices,
)


def main(arguments: list[str]) -> int:
    """Runs the inputs; returns the exit code."""
    total = int(arguments[0]) if arguments else 10_000
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    ends: Counter[tuple[str, str]] = Counter()
    slowest = (0.0, "", 0)
    started = time.perf_counter()
    for number in range(total):
        rng = random.Random(f"{seed}:{number}")
        kind = KINDS[number % len(KINDS)]
        before = time.perf_counter()
        try:
            kind(rng)
            end = "facts"
        except SourceError:
            end = "refused"
        except Exception:
            traceback.print_exc()
            print(
                f"input {number} of seed {seed} ({kind.__name__}) ended in neither facts nor a SourceError"
            )
            return 1
        took = time.perf_counter() - before
        ends[kind.__name__, end] += 1
        slowest = max(slowest, (took, kind.__name__, number))
    for (name, end), times in sorted(ends.items()):
        print(f"{name:18} {end:8} {times:>9,}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{total:,} inputs in {time.perf_counter() - started:.0f} s, seed {seed}")
    print(
        f"slowest {slowest[0] * 1e3:.1f} ms ({slowest[1]} {slowest[2]}); peak memory {peak:.0f} MiB"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
