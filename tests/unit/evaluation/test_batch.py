"""The job for vLLM on Ray: its script runs as written, against a stand-in for Ray, and its answers are read back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from llm_select.evaluation.batch import BatchAnswers, is_done, read_answers
from llm_select.evaluation.client import Request
from llm_select.evaluation.journal import request_key
from llm_select.evaluation.prompts import Turn
from llm_select.evaluation.rows import DataError
from llm_select.evaluation.runner import Job
from llm_select.export.batch_job import write_job

RAY = """
import json, pathlib
class Dataset:
    def __init__(self, rows): self.rows = rows
    def write_json(self, place):
        pathlib.Path(place).mkdir()
        text = "".join(json.dumps(row) + "\\n" for row in self.rows)
        pathlib.Path(place, "part.json").write_text(text)
def read_json(path, lines): return Dataset([json.loads(line) for line in open(path, encoding="utf-8")])
"""
LLM = """
from ray.data import Dataset
def vLLMEngineProcessorConfig(**settings): return settings
def build_processor(config, preprocess, postprocess):
    def answer(row):
        row = preprocess(row)
        text = row["messages"][-1]["content"].upper()
        tokens = row["sampling_params"]["max_tokens"]
        return postprocess({**row, "generated_text": text, "num_input_tokens": 3, "num_generated_tokens": tokens})
    return lambda dataset: Dataset([answer(row) for row in dataset.rows])
"""
ABOUT = {"place": "batch:x", "model": "acme/tiny"}


@pytest.fixture
def done(tmp_path: Path) -> Path:
    """A directory whose job has run."""
    jobs = [
        Job(request_key(ABOUT, request), request)
        for request in (Request((Turn("user", text),), 7) for text in ("grüße", "it's {x}"))
    ]
    write_job(tmp_path / "job", "acme/tiny", jobs, {"top_p": 0.5}, 2048)
    stub = {"__init__.py": "from ray import data", "data/__init__.py": RAY, "data/llm.py": LLM}
    for place, text in stub.items():
        path = tmp_path / "stub" / "ray" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "stub")}
    command = [sys.executable, "job.py"]
    subprocess.run(command, cwd=tmp_path / "job", env=environment, check=True)
    return tmp_path / "job"


def test_every_request_finds_its_answer(done: Path) -> None:
    import asyncio

    async def ask() -> str:
        async with BatchAnswers(done, ABOUT) as answers:
            return (await answers.ask(Request((Turn("user", "it's {x}"),), 7))).text

    assert is_done(done)
    assert asyncio.run(ask()) == "IT'S {X}"


def test_an_answer_that_took_all_its_tokens_was_cut(done: Path) -> None:
    assert {reply.finish for reply in read_answers(done).values()} == {"length"}


def test_what_is_no_answer_is_told_by_line(done: Path) -> None:
    (done / "answers" / "part.json").write_text('{"request": "a"}\n{"text')
    with pytest.raises(DataError) as caught:
        read_answers(done)
    assert len(caught.value.problems) == 2


def test_the_real_ray_takes_the_settings_of_the_job(done: Path) -> None:
    """Runs where `ray[data]` and aiohttp are installed; its classes check every setting."""
    pytest.importorskip("aiohttp")
    pytest.importorskip("ray.data.llm")
    code = "import runpy; print(runpy.run_path('job.py')['config'].chat_template_stage)"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=done, capture_output=True, text=True, check=True
    )
    assert "enabled" in ran.stdout


def test_the_command_writes_the_job_and_later_scores_its_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sacrebleu")
    pytest.importorskip("stamina")
    from llm_select.cli.main import run

    monkeypatch.chdir(tmp_path)
    rows = [{"question": f"{i}?", "answers": [str(i)]} for i in range(5)]
    Path("d.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    command = ["evaluate", "-t", "open-qa", "--data", "d.jsonl", "--model", "mine=acme/tiny"]
    command += ["--endpoint", "batch:job", "-o", "csv"]
    assert run(command) == 0
    asked = [json.loads(line) for line in Path("job/requests.jsonl").read_text().splitlines()]
    Path("job/answers").mkdir()
    answers = [
        {"request": a["request"], "text": str(i), "prompt_tokens": 9, "completion_tokens": 1, "finish": "stop"}
        for i, a in enumerate(asked)
    ]  # fmt: skip
    Path("job/answers/a.json").write_text("".join(json.dumps(one) + "\n" for one in answers))
    assert run(command) == 0
