"""A session with the server, by the SDK's own client over its standard input and output.

    python -m tests.mcp.transcript

prints what was asked and what was answered.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters

ROOT = Path(__file__).parents[2]
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "tasks": ("list_tasks", {}),
    "models": ("find_models", {"query": "gemma 3 12b", "limit": 3}),
    "devices": ("find_devices", {"query": "4090"}),
    "recommend": ("recommend", {"task": "translation", "pair": ["en-zh"], "gpu": "RTX 4090"}),
    "explain": (
        "explain",
        {"model": "llama-3.1-70b-instruct", "task": "dialogue", "gpu_mem": 24},
    ),
    "compare": (
        "compare",
        {"models": ["gemma-3-12b-it", "qwen3-8b"], "task": "ner", "gpu_mem": 24},
    ),
    "estimate": ("estimate", {"model": "qwen3-32b", "gpu": "RTX 4090", "context": 16384}),
    "plan": ("finetune_plan", {"task": "ner", "examples": 2000, "gpu": "RTX 4090"}),
    "unknown argument": ("recommend", {"task": "ner", "gpu-mem": 24}),
    "unknown task": ("recommend", {"task": "translatoin"}),
    "unknown tool": ("recomend", {}),
}


class Session(NamedTuple):
    """What a client saw."""

    server: str
    version: str
    protocol: str
    instructions: str
    tools: list[Any]
    results: dict[str, Any]
    together: list[Any]
    """Results of calls sent at the same time."""
    seconds: dict[str, float]


def parameters(*more: str) -> StdioServerParameters:
    """How the server is started: the program of this checkout."""
    kept = {k: v for k, v in os.environ.items() if k.startswith(("LLM_SELECT", "LC_", "LANG"))}
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "llm_select", "mcp", *more],
        env={**kept, "PYTHONPATH": str(ROOT)},
    )


async def talk(*more: str) -> Session:
    """Connect, list the tools, call each, then several at once."""
    async with Client(parameters(*more)) as client:
        tools = (await client.list_tools()).tools
        results, seconds = {}, {}
        for name, (tool, given) in CALLS.items():
            start = time.perf_counter()
            results[name] = await client.call_tool(tool, given)
            seconds[name] = time.perf_counter() - start
        together: list[Any] = [None] * 6

        async def one(place: int) -> None:
            together[place] = await client.call_tool(
                "find_models", {"query": "qwen3", "limit": place + 1}
            )

        async with anyio.create_task_group() as group:
            for place in range(len(together)):
                group.start_soon(one, place)
        info = client.server_info
        return Session(
            info.name,
            info.version,
            str(client.protocol_version),
            client.instructions or "",
            tools,
            results,
            together,
            seconds,
        )


def main() -> None:
    """Print a session."""
    session = anyio.run(talk)
    print(f"server {session.server} {session.version}, protocol {session.protocol}")
    print(f"instructions: {session.instructions}\n")
    for tool in session.tools:
        print(
            f"tool {tool.name}: {tool.description}\n  takes {', '.join(tool.input_schema['properties'])}"
        )
    for name, (tool, given) in CALLS.items():
        result = session.results[name]
        verdict = "refused" if result.is_error else "answered"
        print(f"\n> {tool} {given}\n< {verdict} in {session.seconds[name]:.2f} s")
        print(result.content[0].text.rstrip())
        data = result.structured_content
        print(f"  data: {', '.join(data) if data else 'none'}")


if __name__ == "__main__":
    main()
