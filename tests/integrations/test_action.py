"""The GitHub Action: its scripts, run as a runner runs them, on a catalog with and without faults."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.cli.conftest import own_catalog

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS: dict[str, Any] = {s["id"]: s for s in ACTION["runs"]["steps"] if "run" in s}


class Ran(NamedTuple):
    """What a step left behind."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str


class Runner:
    """A workspace, and what a runner puts around a step."""

    def __init__(self, directory: Path, cache: Path) -> None:
        self.workspace = directory / "work"
        self.workspace.mkdir()
        tools = directory / "bin"
        tools.mkdir()
        for name, line in (
            ("llm-select", f'exec "{sys.executable}" -m llm_select "$@"'),
            ("python", f'printf "%s\\n" "$@" > "{directory}/pip"'),
        ):
            (tools / name).write_text(f"#!/bin/sh\n{line}\n")
            (tools / name).chmod(0o755)
        self.directory = directory
        self.environment = {
            "PATH": f"{tools}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "LLM_SELECT_CACHE_DIR": str(cache),
            "LC_ALL": "C.UTF-8",
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(directory),
        }

    def run(self, step: str, **given: str) -> Ran:
        """One step with its variables."""
        output, summary = self.directory / "output", self.directory / "summary"
        output.write_text("")
        summary.write_text("")
        assert set(given) == set(STEPS[step]["env"])
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", STEPS[step]["run"]],
            env={
                **self.environment,
                **given,
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(summary),
            },
            cwd=self.workspace,
            capture_output=True,
            text=True,
            check=False,
        )
        outputs = dict(line.split("=", 1) for line in output.read_text().splitlines())
        return Ran(done.returncode, done.stdout + done.stderr, outputs, summary.read_text())

    def installed(self) -> list[str]:
        """What was given to `python`, if it was called."""
        path = self.directory / "pip"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def runner(tmp_path: Path, shared_cache: Path) -> Runner:
    return Runner(tmp_path, shared_cache)


def _broken(directory: Path) -> None:
    card = own_catalog(directory) / "models" / "mine" / "mine.yaml"
    card.write_text(card.read_text().replace("license: mit", "license: mitt"))


@pytest.mark.slow
def test_a_sound_catalog_passes(runner: Runner) -> None:
    own_catalog(runner.workspace / "catalog")
    ran = runner.run("check", DIRECTORIES="catalog", FAIL_ON="error")
    assert (ran.code, ran.outputs["exit-code"]) == (0, "0")
    assert json.loads(Path(ran.outputs["sarif"]).read_text())["runs"][0]["results"] == []
    assert "0 error(s)" in ran.summary


@pytest.mark.slow
def test_a_fault_is_annotated_summed_up_and_kept_as_sarif(runner: Runner) -> None:
    _broken(runner.workspace / "catalog")
    ran = runner.run("check", DIRECTORIES="catalog", FAIL_ON="error")
    assert (ran.code, ran.outputs["exit-code"]) == (0, "1")
    assert re.search(r"^::error file=catalog/models/mine/mine.yaml,line=\d+", ran.log, re.M)
    assert "mitt" in ran.summary
    (result,) = json.loads(Path(ran.outputs["sarif"]).read_text())["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "catalog/models/mine/mine.yaml", "uriBaseId": "%SRCROOT%"}


@pytest.mark.parametrize("code", ["0", "1"])
def test_the_last_step_ends_as_the_check_did(code: str, runner: Runner) -> None:
    assert runner.run("judge", CODE=code).code == int(code)


@pytest.mark.slow
def test_a_warning_fails_only_where_it_is_to(runner: Runner) -> None:
    own_catalog(runner.workspace / "catalog")
    idle = runner.workspace / "catalog" / "sources" / "idle.yaml"
    idle.write_text('idle: {title: Idle, url: "https://example.org/idle", read: 2026-01-20}\n')
    codes = [
        runner.run("check", DIRECTORIES="catalog", FAIL_ON=level).outputs["exit-code"]
        for level in ("error", "warning")
    ]
    assert codes == ["0", "1"]


@pytest.mark.slow
def test_several_directories_and_odd_names_are_taken(runner: Runner) -> None:
    for name in ("a b", "$(touch hacked)", "-o"):
        own_catalog(runner.workspace / name, names=(re.sub(r"\W", "x", name),))
    listed = "  a b \n\n$(touch hacked)\n-o\n"
    ran = runner.run("check", DIRECTORIES=listed, FAIL_ON="error")
    assert ran.outputs["exit-code"] == "0", ran.log
    assert not (runner.workspace / "hacked").exists()


@pytest.mark.slow
def test_a_directory_that_is_not_there_is_a_finding(runner: Runner) -> None:
    ran = runner.run("check", DIRECTORIES="nowhere", FAIL_ON="error")
    assert ran.outputs["exit-code"] == "1"
    assert re.search("^::error file=nowhere", ran.log, re.M)


@pytest.mark.parametrize(("directories", "level"), [(" \n", "error"), ("catalog", "$(id)")])
def test_a_wrong_input_is_told(directories: str, level: str, runner: Runner) -> None:
    ran = runner.run("check", DIRECTORIES=directories, FAIL_ON=level)
    assert (ran.code, ran.outputs) == (2, {"exit-code": "2"})
    assert "::error title=llm-select::the input" in ran.log


def test_the_action_installs_its_own_version(runner: Runner) -> None:
    assert runner.run("install", VERSION="", SOURCE="/the action").code == 0
    assert runner.installed()[-1] == "/the action"


def test_a_version_is_installed_from_the_index(runner: Runner) -> None:
    assert runner.run("install", VERSION="0.1.0", SOURCE="/x").code == 0
    assert runner.installed()[-1] == "llm-select==0.1.0"


@pytest.mark.parametrize(
    "version", ["1; touch hacked", "--index-url=http://x", "1\n2", "@ file:///"]
)
def test_a_version_that_is_none_is_refused(version: str, runner: Runner) -> None:
    assert runner.run("install", VERSION=version, SOURCE="/x").code == 2
    assert runner.installed() == []


def test_no_script_holds_an_expression() -> None:
    # What stands in `run` is put together before bash sees it: an input there could be a command.
    assert not [name for name, step in STEPS.items() if "${{" in step["run"]]


def test_other_actions_are_pinned_by_commit() -> None:
    used = [step["uses"] for step in ACTION["runs"]["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", one) for one in used)


def test_the_hook_checks_the_whole_directory() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert (hook["entry"], hook["args"]) == ("llm-select catalog check", ["catalog"])
    assert hook["pass_filenames"] is False
    assert re.search(hook["files"], "catalog/models/mine/mine.yaml")
