"""Holds the settings of `llm-select deploy` against the engines' own argument parsers.

    python benchmarks/engine_flags.py vllm            # in an environment with that engine's package
    python benchmarks/engine_flags.py llama.cpp llama-server   # a build of it
    python benchmarks/engine_flags.py ollama config.go

The command lines of the plans in `tests/serving/cases.txt` are given to the parser, which must take them and leave no
option over; the names it knows are written to `tests/serving/options.json`, against which the tests hold every plan
without the engine. Packages that only a GPU has (Triton, torchvision, MLX) are replaced by stand-ins while the parser
is imported. llama-server is started with a model that does not exist: it must get as far as missing it. For Ollama,
which takes variables, names are read from a source file.
"""

from __future__ import annotations

import argparse
import importlib.abc
import importlib.machinery
import json
import os
import re
import shlex
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import MagicMock

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from llm_select.catalog.load import load_catalog  # noqa: E402
from llm_select.plan.deploy import deployment  # noqa: E402
from llm_select.plan.deploy_lines import Place, arguments  # noqa: E402
from llm_select.plan.deploy_types import Deployment, EnginePlan  # noqa: E402
from llm_select.questions.deploy import Typed, read_ask  # noqa: E402
from llm_select.questions.names import named  # noqa: E402
from llm_select.questions.requirements import Hardware  # noqa: E402

CASES = ROOT / "tests" / "serving" / "cases.txt"
OPTIONS = ROOT / "tests" / "serving" / "options.json"
PLACE = Place(models="/models", templates="/templates", head="10.0.0.1")


def answers(catalog: Any = None) -> Iterator[tuple[str, Deployment]]:
    """Each case's line with its answer. A line is what follows `llm-select deploy`."""
    catalog = catalog or load_catalog()
    for line in CASES.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line, answer(catalog, line)


def answer(catalog: Any, line: str) -> Deployment:
    """The answer to one line."""
    told = argparse.ArgumentParser()
    told.add_argument("model")
    for option in ("--task", "--gpu", "--gpu-mem", "--ram", "--kv-type"):
        told.add_argument(option)
    for option in ("--gpus", "--nodes", "--context", "--generate"):
        told.add_argument(option, type=int)
    told.add_argument("--concurrency", type=int, default=1)
    told.add_argument("--requests-per-second", type=float)
    told.add_argument("--engine", action="append", default=[])
    told.add_argument("--quantization", action="append", default=[])
    asked = told.parse_args(shlex.split(line))
    model_id = named(catalog, "MODEL", asked.model)
    typed = Typed(
        asked.task,
        Hardware(asked.gpu, asked.gpus, asked.gpu_mem, asked.ram),
        asked.nodes,
        asked.context,
        asked.generate,
        asked.concurrency,
        asked.requests_per_second,
        tuple(asked.engine),
        tuple(asked.quantization),
        asked.kv_type,
        None,
        None,
        False,
    )
    return deployment(catalog, model_id, read_ask(catalog, model_id, typed))


def plans(engine: str) -> Iterator[tuple[str, EnginePlan]]:
    """Every plan for the engine's own server."""
    for line, answer in answers():
        for plan in answer.plans:
            if plan.engine_id == engine and not plan.own_server:
                yield line, plan


class _StandIn(types.ModuleType):
    """A module of which everything can be asked."""

    __path__: ClassVar[list[str]] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return MagicMock(name=f"{self.__name__}.{name}")


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:  # noqa: ARG002
        if name.split(".")[0] in self.names:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: Any) -> types.ModuleType:
        return _StandIn(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:  # noqa: ARG002
        return


def _vllm() -> argparse.ArgumentParser:
    os.environ.setdefault(
        "VLLM_TARGET_DEVICE", "cpu"
    )  # else it looks for a device to take defaults from
    from vllm.entrypoints.common.cli_args import make_arg_parser
    from vllm.utils.argparse_utils import FlexibleArgumentParser

    parser: argparse.ArgumentParser = make_arg_parser(FlexibleArgumentParser())
    return parser


def _sglang() -> argparse.ArgumentParser:
    sys.meta_path.append(_Finder(("triton", "torchvision")))
    from sglang.srt.server_args import ServerArgs

    parser = argparse.ArgumentParser()
    ServerArgs.add_cli_args(parser)
    return parser


def _mlx() -> argparse.ArgumentParser:
    """Its parser is made inside `main`, which is stopped once it is."""
    sys.meta_path.append(_Finder(("mlx",)))
    import mlx_lm.server

    class Made(BaseException):
        pass

    def stop(parser: argparse.ArgumentParser, *_: object) -> None:
        raise Made(parser)

    before = argparse.ArgumentParser.parse_args
    argparse.ArgumentParser.parse_args = stop  # type: ignore[method-assign, assignment]
    try:
        mlx_lm.server.main()
    except Made as made:
        parser: argparse.ArgumentParser = made.args[0]
        return parser
    finally:
        argparse.ArgumentParser.parse_args = before  # type: ignore[method-assign]
    raise SystemExit("mlx_lm.server made no parser")


PARSERS: dict[str, Callable[[], argparse.ArgumentParser]] = {
    "vllm": _vllm,
    "sglang": _sglang,
    "mlx": _mlx,
}
LEADING = {"vllm": 2, "sglang": 3, "mlx": 1, "transformers": 2}
"""Words of the command before what its parser sees."""


def _check_argparse(engine: str) -> tuple[int, list[str]]:
    parser = PARSERS[engine]()
    taken = 0
    for line, plan in plans(engine):
        words = arguments(plan, PLACE)[LEADING[engine] :]
        told, left = parser.parse_known_args(words)
        if left:
            raise SystemExit(f"{line}: left over: {left}")
        for flag in plan.flags:
            if not flag.environment and flag.name not in parser._option_string_actions:
                raise SystemExit(f"{line}: {flag.name} is taken only as an abbreviation")
        _check_parsers(engine, line, told)
        taken += 1
    return taken, sorted(parser._option_string_actions)


def _check_parsers(engine: str, line: str, told: argparse.Namespace) -> None:
    """vLLM looks parsers up by name when it starts."""
    if engine != "vllm":
        return
    from vllm.reasoning import ReasoningParserManager
    from vllm.tool_parsers import ToolParserManager

    for name, known in (
        (told.tool_call_parser, ToolParserManager.list_registered()),
        (told.reasoning_parser, ReasoningParserManager.list_registered()),
    ):
        if name and name not in known:
            raise SystemExit(f"{line}: vLLM registers no parser {name!r}")


def _check_transformers() -> tuple[int, list[str]]:
    import typer
    from transformers.cli.transformers import app

    group: Any = typer.main.get_command(app) if isinstance(app, typer.Typer) else app
    command = group.commands["serve"]
    taken = 0
    for _, plan in plans("transformers"):
        words = arguments(plan, PLACE)[LEADING["transformers"] :]
        command.make_context("serve", list(words))
        taken += 1
    return taken, sorted(name for p in command.params for name in (*p.opts, *p.secondary_opts))


def _check_llama_server(program: Path) -> tuple[int, list[str]]:
    """Its own parser; names from its help."""
    environment = {**os.environ, "LD_LIBRARY_PATH": str(program.parent)}

    def ran(words: list[str]) -> str:
        done = subprocess.run(
            [str(program), *words],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.stdout + done.stderr

    text = ran(["--help"])
    known = sorted(set(re.findall(r"(?:^|, *)(-{1,2}[a-zA-Z][a-zA-Z0-9-]*)", text, re.MULTILINE)))
    taken = 0
    for line, plan in plans("llama.cpp"):
        words = arguments(plan, PLACE)[1:]
        words[words.index("--port") + 1] = "0"
        said = ran(words)
        if "loading model" not in said and "failed to load model" not in said:
            raise SystemExit(f"{line}: {said[-400:]}")
        taken += 1
    return taken, known


def _check_ollama(path: Path) -> tuple[int, list[str]]:
    """Names of variables in `envconfig/config.go`."""
    known = sorted(set(re.findall(r'"(OLLAMA_[A-Z_]+)"', path.read_text(encoding="utf-8"))))
    taken = 0
    for line, plan in plans("ollama"):
        for flag in plan.flags:
            if flag.name not in known:
                raise SystemExit(f"{line}: {path.name} has no {flag.name}")
        taken += 1
    return taken, known


def main(words: list[str]) -> int:
    """Check one engine and renew its names. Returns the exit code."""
    engine = words[0] if words else ""
    if engine in PARSERS:
        taken, names = _check_argparse(engine)
    elif engine == "transformers":
        taken, names = _check_transformers()
    elif engine == "llama.cpp" and len(words) == 2:
        taken, names = _check_llama_server(Path(words[1]).resolve())
    elif engine == "ollama" and len(words) == 2:
        taken, names = _check_ollama(Path(words[1]))
    else:
        print(__doc__)
        return 2
    known = json.loads(OPTIONS.read_text(encoding="utf-8")) if OPTIONS.is_file() else {}
    version = load_catalog().serving[engine].version
    known[engine] = {"version": version, "plans": taken, "options": names}
    text = json.dumps(dict(sorted(known.items())), indent=1, ensure_ascii=False)
    OPTIONS.write_text(text + "\n", encoding="utf-8")
    print(f"{engine} {version}: {taken} command lines taken, {len(names)} options known")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
