"""Start-up of the tool, as ratios to what Python itself needs, all measured in one run.

    python benchmarks/startup.py [--repeats 15] [--before PYTHON]

warm `recommend`  ÷  python -c "import typer, pydantic, rich.table"   aim: at most 1.6
`--help`          ÷  python -c "import typer"                         aim: at most 1.5

With `--before`, the interpreter of an environment that holds an older version, the same commands are run there too, and
the new time is given as a multiple of the old one; the aim is at most 1.1.

Each figure is the median of interleaved runs, so that a busy moment of the machine falls on all of them. The
standard library, the dependencies and the package are compiled by a first run that is not counted.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

AIMS = {"recommend": 1.6, "help": 1.5}
PROGRAM = ("-c", "from llm_select.cli.main import main; main()")
"""What the installed `llm-select` script does."""
COMMANDS = {
    "imports": ("-c", "import typer, pydantic, rich.table"),
    "typer": ("-c", "import typer"),
    "recommend": (*PROGRAM, "recommend", "--task", "translation", "--gpu-mem", "24"),
    "help": (*PROGRAM, "--help"),
}


def main() -> int:
    """Print the ratios; exit 1 when one misses its aim."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--before", metavar="PYTHON")
    arguments = parser.parse_args()
    runs = {name: [sys.executable, *command] for name, command in COMMANDS.items()}
    if arguments.before:
        runs |= {f"{name} before": [arguments.before, *COMMANDS[name]] for name in AIMS}
    median = _medians(runs, arguments.repeats)
    ratios = {
        "recommend": median["recommend"] / median["imports"],
        "help": median["help"] / median["typer"],
    }
    for name, value in median.items():
        print(f"{name:<16} {value * 1000:6.0f} ms (median of {arguments.repeats})")
    for name, ratio in ratios.items():
        verdict = "met" if ratio <= AIMS[name] else "missed"
        print(f"{name:<16} ratio {ratio:.2f}, aim {AIMS[name]} {verdict}")
        if arguments.before:
            grown = median[name] / median[f"{name} before"]
            print(f"{name:<16} {grown:.2f} times the older version")
    return 0 if all(ratios[name] <= aim for name, aim in AIMS.items()) else 1


def _medians(runs: dict[str, list[str]], repeats: int) -> dict[str, float]:
    """Seconds of each command, in rounds of all of them; each has a cache of its own interpreter's catalog."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    with tempfile.TemporaryDirectory() as cache:
        for turn in range(repeats + 2):
            for name, command in runs.items():
                place = Path(cache) / str(hash(command[0]))
                environment = {**os.environ, "LLM_SELECT_CACHE_DIR": str(place)}
                environment.pop("PYTHONDONTWRITEBYTECODE", None)
                start = time.perf_counter()
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
                if turn >= 2:
                    times[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in times.items()}


if __name__ == "__main__":
    sys.exit(main())
