"""A job for vLLM on Ray that answers the requests of an evaluation: for a set too large for one server, or weights that
no server runs yet.

Written for `ray.data.llm` of Ray 2.60 (`vLLMEngineProcessorConfig`, `build_processor`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from llm_select.evaluation.batch import ANSWERS, REQUESTS
from llm_select.evaluation.runner import Job

_JOB = '''\
"""Answers {requests} with {model} by vLLM on Ray, into {answers}/.

Written by llm-select. On a machine or cluster with GPUs:

    pip install "ray[data,llm]>=2.60,<3"
    python job.py                      # or, on a cluster: ray job submit --working-dir . -- python job.py

Then run the same `llm-select evaluate` command again: it reads the answers.
"""

import json
import os

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # no reports of usage
os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")

import ray
from ray.data.llm import build_processor, vLLMEngineProcessorConfig

REPLICAS = 1  # copies of the model, each on GPUs of its own
SAMPLING = json.loads({sampling!r})

config = vLLMEngineProcessorConfig(
    model_source={model!r},
    engine_kwargs={{"tensor_parallel_size": 1, "max_model_len": {context}}},
    concurrency=REPLICAS,
    batch_size=64,
    should_continue_on_error=True,  # one request that fails must not lose the others
    chat_template_stage=json.loads({template!r}),
)


def before(row):
    return {{
        **row,
        "messages": json.loads(row["messages"]),
        "sampling_params": {{**SAMPLING, "max_tokens": int(row["max_tokens"])}},
    }}


def after(row):
    written = int(row["num_generated_tokens"])
    return {{
        "request": row["request"],
        "text": row["generated_text"],
        "prompt_tokens": int(row["num_input_tokens"]),
        "completion_tokens": written,
        "finish": "length" if written >= int(row["max_tokens"]) else "stop",
    }}


if __name__ == "__main__":
    processor = build_processor(config, preprocess=before, postprocess=after)
    processor(ray.data.read_json({requests!r}, lines=True)).write_json({answers!r})
'''


def write_job(
    directory: Path,
    model: str,
    jobs: Sequence[Job],
    parameters: Mapping[str, object],
    context: int,
) -> tuple[str, ...]:
    """Write the requests and the job; returns the paths. `context` are tokens of the longest request with its answer.

    `parameters` go to vLLM's SamplingParams, `chat_template_kwargs` among them to the chat template. Raises OSError.
    """
    directory.mkdir(parents=True, exist_ok=True)
    rows = {
        job.key: {
            "request": job.key,
            # As text: Ray would take lists of different lengths for a column of tensors.
            "messages": json.dumps([m._asdict() for m in job.request.messages], ensure_ascii=False),
            "max_tokens": job.request.max_tokens,
        }
        for job in jobs
    }
    sampling = {"temperature": 0, **parameters}
    template = {"enabled": True}
    if "chat_template_kwargs" in sampling:
        template["chat_template_kwargs"] = sampling.pop("chat_template_kwargs")  # type: ignore[assignment]
    text = _JOB.format(
        model=model,
        requests=REQUESTS,
        answers=ANSWERS,
        sampling=json.dumps(sampling),
        template=json.dumps(template),
        context=context,
    )
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows.values())
    for name, content in ((REQUESTS, lines), ("job.py", text)):
        (directory / name).write_text(content, encoding="utf-8")
    return tuple(str(directory / name) for name in (REQUESTS, "job.py"))
