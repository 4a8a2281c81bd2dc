"""Hostile catalog files through everything that reads a catalog: no traceback, bounded time and memory.

    python benchmarks/fuzz_catalog.py --count 100000 [--first 0] [--seed 1] [--keep DIR]

Each input is one file of the bundled catalog made hostile (`hostile_yaml.py`). It is parsed, put among its
neighbours, every rule of `catalog check` runs over it, and its findings are printed in every form; what has no error is
compiled and read back. A failure is an exception, an input of more than `SECONDS` of processor time, or one that
raises the memory of the process by more than `MIB`. Inputs are numbered: `--first N --count 1` runs one again,
`--keep` writes the failing ones. Prints the slowest and the largest; exits 1 when one failed.
"""

from __future__ import annotations

import argparse
import gc
import json
import re
import signal
import sys
import time
import traceback
from pathlib import Path
from random import Random
from types import FrameType
from typing import NamedTuple

from hostile_yaml import hostile

from llm_select.catalog import records
from llm_select.catalog.check import findings_of, merge
from llm_select.catalog.compile import compile_catalog
from llm_select.catalog.files import CatalogFile, Listing, bundled_directory
from llm_select.catalog.parse import Parsed, parse_files
from llm_select.catalog.rules.references import dangling, references
from llm_select.render.github import github
from llm_select.render.sarif import sarif

SECONDS = 5.0
MIB = 400
TODAY = "2026-11-24"
SEEDS = {
    "models/qwen/qwen2.5-7b-instruct": "model",
    "models/qwen/qwen3-30b-a3b": "model",
    "models/qwen/family": "family",
    "models/gemma/gemma-3-27b-it": "model",
    "models/deepseek/deepseek-v3": "model",
    "models/granite/granite-4.0-h-small": "model",
    "models/nllb/nllb-200-3.3b": "model",
    "models/roberta/xlm-roberta-large": "model",
    "models/rnn/gnmt": "model",
    "models/gpt/gpt-4.1": "model",
    "evaluations/squad-v2": "board",
    "benchmarks/squad-v2": "benchmark",
    "tasks/extractive-qa": "task",
    "hardware/*": "device",
    "sources/*": "sources",
    "quantization_losses/*": "losses",
    "quantizations": "quantizations",
    "engines": "engines",
    "methods": "methods",
    "licenses": "licenses",
    "scoring": "scoring",
}
"""Files that are made hostile; of a `*` the three smallest."""


class TooSlowError(Exception):
    """An input took more than its time."""


class Outcome(NamedTuple):
    """What one input did."""

    seconds: float
    findings: int
    compiled: bool


def seeds(directory: Path) -> list[tuple[CatalogFile, bytes]]:
    """The good files."""
    found = []
    for place, kind in SEEDS.items():
        paths = sorted(
            directory.glob(f"{place}.yaml"), key=lambda path: (path.stat().st_size, path)
        )
        for path in paths[:3]:
            name = path.relative_to(directory).with_suffix("").as_posix()
            name = name.removeprefix("models/") if kind == "model" else path.stem
            if kind == "family":
                name = path.parent.name
            found.append((CatalogFile(kind, name, str(path)), path.read_bytes()))
    return found


class Fuzzer:
    """The neighbours, parsed once, and what is done with an input."""

    def __init__(self, directory: Path) -> None:
        self.seeds = seeds(directory)
        contents = {file.path: data for file, data in self.seeds}
        self.files = [file for file, _ in self.seeds]
        self.base = self._neighbours(contents)
        self.families = [pair for pair in self.seeds if pair[0].kind == "family"]

    def _neighbours(self, contents: dict[str, bytes]) -> Parsed:
        """The good files, and a source for every id they name, so that rules have little to say of them."""
        kinds = ("device", "sources", "losses")
        files = [file for file in self.files if file.kind not in kinds]
        first = [next(file for file in self.files if file.kind == kind) for kind in kinds]
        read = parse_files(Listing("", (*files, *first), ()), contents)
        named = {name for *_, kind, name in references(read.catalog) if kind == "sources"}
        missing = sorted(named - set(read.catalog.sources))
        stubs = "".join(f"{name}: {{title: x, url: y, read: 2026-01-01}}\n" for name in missing)
        contents = {**contents, "stubs": stubs.encode()}
        stub = CatalogFile("sources", "stubs", "stubs")
        return parse_files(Listing("", (*files, *first, stub), ()), contents)

    def input(self, seed: int, number: int) -> tuple[CatalogFile, bytes, str]:
        """One input by its number."""
        random = Random(seed * 1_000_003 + number)
        file, data = self.seeds[random.randrange(len(self.seeds))]
        data, how = hostile(data, random)
        return file, data, how

    def parsed(self, file: CatalogFile, data: bytes) -> Parsed:
        """The hostile file, with its family when it is a card."""
        files, contents = [file], {file.path: data}
        if file.kind == "model":
            for family, text in self.families:
                if family.id == file.id.split("/")[0]:
                    files.append(family)
                    contents[family.path] = text
        return parse_files(Listing("", tuple(files), ()), contents)

    def run(self, file: CatalogFile, data: bytes) -> Outcome:
        """Everything that is done with a catalog. Raises what should never be raised."""
        start = time.process_time()
        parsed = self.parsed(file, data)
        # Neighbours have nothing new to say where the schema let nothing through.
        merged = [self.base, parsed] if parsed.origins else [parsed]
        findings = findings_of(merged, [parsed], TODAY)
        "\n".join(map(str, findings)).encode()
        github(findings, root="/").encode()
        log = sarif(findings, (), root="/", version="0")
        json.dumps(log, ensure_ascii=False, allow_nan=False).encode()
        compiled = False
        if not parsed.findings:
            whole = merge([self.base, parsed])
            sum(1 for _ in dangling(parsed.catalog, whole))
            records.load(compile_catalog(parsed.catalog))
            compiled = True
        return Outcome(time.process_time() - start, len(findings), compiled)


def peak_mib() -> float:
    """Most memory the process held since `reset_peak`, MiB; 0 where the system does not say."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0


def reset_peak() -> float:
    """Forget the peak; the memory held now, MiB."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return 0.0
    return peak_mib()


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlowError


def main() -> int:
    """Run the inputs, print the extremes, return the exit code."""
    parser = argparse.ArgumentParser(description="Fuzz the reading and checking of catalogs.")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    fuzzer = Fuzzer(Path(bundled_directory()))
    signal.signal(signal.SIGVTALRM, _too_slow)
    began = time.perf_counter()
    failures = clean = compiled = 0
    slowest: tuple[float, int, str] = (0.0, -1, "")
    largest: tuple[float, int, str] = (0.0, -1, "")
    for number in range(arguments.first, arguments.first + arguments.count):
        file, data, how = fuzzer.input(arguments.seed, number)
        what = f"{file.kind} {how}, {len(data):,} bytes"
        before = reset_peak()
        problem = ""
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
            outcome = fuzzer.run(file, data)
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            clean += outcome.findings == 0
            compiled += outcome.compiled
            slowest = max(slowest, (outcome.seconds, number, what))
        except TooSlowError:
            problem = f"took more than {SECONDS} s"
        except Exception:
            problem = traceback.format_exc()
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        grown = peak_mib() - before
        largest = max(largest, (grown, number, what))
        if not problem and grown > MIB:
            problem = f"took {grown:.0f} MiB"
        if problem:
            failures += 1
            print(f"input {number} ({what}): {problem}", flush=True)
            if arguments.keep:
                arguments.keep.mkdir(parents=True, exist_ok=True)
                (arguments.keep / f"{arguments.seed}-{number}.yaml").write_bytes(data)
        if number % 1000 == 999:
            gc.collect()
    total = time.perf_counter() - began
    print(
        f"{arguments.count:,} inputs in {total:.0f} s: {failures} failures; {compiled:,} were read, "
        f"{clean:,} had no finding"
    )
    for name, (value, number, what), unit in (
        ("slowest", slowest, "s"),
        ("largest", largest, "MiB"),
    ):
        print(f"{name}: {value:.2f} {unit}, input {number} ({what})")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
