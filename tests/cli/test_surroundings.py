"""Pipes that close, caches that cannot be written, runs that write at once: nothing is lost."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from shutil import copytree

import pytest

from tests.cli.conftest import Call

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-m", "llm_select")
QUESTION = ("recommend", "--task", "translation", "--gpu-mem", "24", "--all", "-o", "json")


def _environment(cache: Path | str, **more: str) -> Mapping[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "COLUMNS")}
    return {**kept, "LLM_SELECT_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT), **more}


def _run(*arguments: str, cache: Path | str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments],
        env=_environment(cache, **more),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.skipif(os.name == "nt", reason="POSIX pipes")
@pytest.mark.parametrize("form", ["json", "table"])
def test_a_closed_pipe_ends_the_run_quietly(form: str, cache: Path) -> None:
    line = [*PROGRAM, *QUESTION[:-1], form]
    with subprocess.Popen(
        line, env=_environment(cache), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(60) in (0, 141)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_an_error_not_a_silent_success(cache: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, "tasks"],
            env=_environment(cache),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_pipe_gets_no_escape_codes_whatever_the_terminal(cache: Path) -> None:
    done = _run("tasks", cache=cache, TERM="xterm-256color", COLORTERM="truecolor")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout


def test_force_color_colours_a_pipe(cache: Path) -> None:
    assert "\x1b[" in _run("tasks", cache=cache, FORCE_COLOR="1").stdout


def _on_a_terminal(cache: Path, **more: str) -> str:
    """What a terminal is sent. Its end is read until the program has closed its own."""
    import pty  # not on every system

    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*PROGRAM, "tasks"],
        env=_environment(cache, TERM="xterm-256color", **more),
        stdin=theirs, stdout=theirs, stderr=theirs,
    ) as process:  # fmt: skip
        os.close(theirs)
        said = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # Linux: nobody writes any more
                break
            if not part:
                break
            said += part
    os.close(ours)
    assert process.returncode == 0
    return said.decode()


@pytest.mark.skipif(os.name == "nt", reason="POSIX terminals")
def test_a_terminal_gets_emphasis(cache: Path) -> None:
    assert "\x1b[1m" in _on_a_terminal(cache)


@pytest.mark.skipif(os.name == "nt", reason="POSIX terminals")
def test_no_color_sends_a_terminal_no_colour(cache: Path) -> None:
    """Bold is no colour: https://no-color.org speaks of colour only."""
    said = _on_a_terminal(cache, NO_COLOR="1")
    assert not re.search(r"\x1b\[(?:[0-9;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]", said)


@pytest.mark.parametrize("width", ["60", "100"])
@pytest.mark.parametrize("line", [QUESTION[:-3], ("recommend", "--help"), ("tasks",)])
def test_columns_bounds_the_width(width: str, line: tuple[str, ...], cache: Path) -> None:
    shown = _run(*line, cache=cache, COLUMNS=width).stdout.partition("\n  Examples:")[0]
    assert max(map(len, shown.splitlines())) <= int(width)


@pytest.mark.parametrize(
    ("variables", "english"),
    [
        ({"LC_ALL": "zh_CN.UTF-8"}, False),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_CN.UTF-8"}, False),
        ({"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, False),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, True),
        ({"LC_ALL": "fr_FR.UTF-8"}, True),
    ],
)
def test_the_language_is_that_of_the_first_variable_set(
    variables: dict[str, str], english: bool, cache: Path
) -> None:
    said = _run("no-such-command", cache=cache, PYTHONUTF8="1", **variables).stderr
    assert said.startswith("error: ") == english


def test_text_beyond_ascii_survives_a_narrow_locale(cache: Path) -> None:
    done = _run(*QUESTION, cache=cache, LC_ALL="C", PYTHONIOENCODING="utf-8")
    assert done.returncode == 0
    assert done.stderr == ""


def test_an_output_encoding_without_our_signs_is_no_crash(cache: Path) -> None:
    done = _run("compare", "gemma-3-12b-it", "gpt-4.1", cache=cache, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")


def test_json_in_a_narrow_encoding_loses_no_sign(cache: Path) -> None:
    wide = _run("tasks", "-o", "json", cache=cache, PYTHONIOENCODING="utf-8")
    narrow = _run("tasks", "-o", "json", cache=cache, PYTHONIOENCODING="ascii")
    assert json.loads(narrow.stdout) == json.loads(wide.stdout)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_cache_costs_only_time(tmp_path: Path) -> None:
    place = tmp_path / "locked"
    place.mkdir(mode=0o500)
    done = _run("tasks", "-o", "json", cache=place / "below")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a place nobody may write")
def test_a_cache_nobody_may_write_costs_only_time() -> None:
    done = _run("tasks", "-o", "json", cache="/proc/llm-select")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_a_cache_directory_that_is_a_file_costs_only_time(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("mine")
    done = _run("tasks", "-o", "json", cache=place)
    assert (done.returncode, done.stderr) == (0, "")
    assert place.read_text() == "mine"


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs RLIMIT_FSIZE")
def test_a_full_cache_directory_costs_only_time(tmp_path: Path) -> None:
    limited = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); "
        "from llm_select.cli.main import main; main(['licenses', '-o', 'json'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited],
        env=_environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("{")
    assert [path for path in tmp_path.iterdir() if path.name.startswith("catalog-")] == []


@pytest.mark.slow
def test_a_damaged_cache_is_made_again(tmp_path: Path, cache: Path, call: Call) -> None:
    place = tmp_path / "copy"
    copytree(cache, place)
    compiled = [path for path in place.iterdir() if path.name.startswith("catalog-")]
    assert compiled
    for path in compiled:
        path.write_bytes(path.read_bytes()[:1000])
    done = _run("licenses", "-o", "json", cache=place)
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        call("licenses", "-o", "json").out,
        "",
    )


@pytest.mark.slow
def test_runs_that_write_the_cache_at_once_all_answer_alike(tmp_path: Path) -> None:
    line = [*PROGRAM, "licenses", "-o", "json"]
    running = [
        subprocess.Popen(
            line,
            env=_environment(tmp_path),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    done = [process.communicate(timeout=120) for process in running]
    assert {process.returncode for process in running} == {0}
    assert {err for _, err in done} == {""}
    assert len({out for out, _ in done}) == 1
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".new-")] == []


def test_only_debug_shows_a_traceback(cache: Path) -> None:
    line = ("recommend", "--task", "bananas")
    assert "Traceback" not in _run(*line, cache=cache).stderr
    assert "Traceback" in _run(*line, "--debug", cache=cache).stderr
