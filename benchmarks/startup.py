"""Start-up of the tool, as ratios to what Python itself needs, all measured in one run.

    python benchmarks/startup.py [--repeats 15]

warm `recommend`  ÷  python -c "import typer, pydantic, rich.table"   aim: at most 1.6
`--help`          ÷  python -c "import typer"                         aim: at most 1.5

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

AIMS = {"recommend": 1.6, "help": 1.5}
PROGRAM = [sys.executable, "-c", "from llm_select.cli.main import main; main()"]
"""What the installed `llm-select` script does."""
COMMANDS = {
    "imports": [sys.executable, "-c", "import typer, pydantic, rich.table"],
    "typer": [sys.executable, "-c", "import typer"],
    "recommend": [*PROGRAM, "recommend", "--task", "translation", "--gpu-mem", "24"],
    "help": [*PROGRAM, "--help"],
}


def main() -> int:
    """Print the ratios; exit 1 when one misses its aim."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "LLM_SELECT_CACHE_DIR": cache}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        times: dict[str, list[float]] = {name: [] for name in COMMANDS}
        for turn in range(repeats + 2):
            for name, command in COMMANDS.items():
                start = time.perf_counter()
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
                if turn >= 2:
                    times[name].append(time.perf_counter() - start)
    median = {name: statistics.median(values) for name, values in times.items()}
    ratios = {
        "recommend": median["recommend"] / median["imports"],
        "help": median["help"] / median["typer"],
    }
    for name, value in median.items():
        print(f"{name:<10} {value * 1000:6.0f} ms (median of {repeats})")
    for name, ratio in ratios.items():
        verdict = "met" if ratio <= AIMS[name] else "missed"
        print(f"{name:<10} ratio {ratio:.2f}, aim {AIMS[name]} {verdict}")
    return 0 if all(ratios[name] <= aim for name, aim in AIMS.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
