"""A tiny catalog to build in a temporary directory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from llm_select.catalog.check import check
from llm_select.catalog.findings import Finding

CARD = """\
name: Tiny 1B
aliases: [acme/Tiny-1B, tiny:1b]
released: 2024-07-23
generation: transformer
kind: decoder
weights: open
parameters: {total: 620160, active: 620160}
architecture:
  model_type: llama
  layers: 2
  hidden_size: 128
  ffn: {size: 512, gated: true}
  vocab_size: 1000
  tied_embeddings: true
  position: rope
  attention: [{layers: 2, kind: grouped-query, heads: 4, kv_heads: 2, head_dim: 32}]
context: {native: 4096}
evaluations:
  - {benchmark: quiz, metric: accuracy, value: 61.5, reported_by: developer, source: acme-card, date: 2024-07-23}
artifacts:
  - {format: safetensors, quantization: bf16, repository: acme/Tiny-1B, source: acme-card}
sources: {architecture: acme-config, parameters: acme-config, context: acme-config}
"""
FILES = {
    "models/tiny/family.yaml": """\
name: Tiny
developer: Acme
license: mit
languages: {en: official, no: official}
sources: {languages: acme-card}
""",
    "models/tiny/tiny-1b.yaml": CARD,
    "sources/acme.yaml": """\
acme-card: {title: Tiny card, url: "https://example.org/card", read: 2026-11-24}
acme-config: {title: Tiny config, url: "https://example.org/config", read: 2026-11-24}
""",
    "methods.yaml": "plain: {name: Plain, kind: optimizer, description: A step., source: acme-card}\n",
    "licenses.yaml": """\
mit:
  {name: MIT License, spdx: MIT, url: "https://example.org/mit", kind: permissive, commercial: yes, source: acme-card}
""",
    "quantizations.yaml": """\
bf16: {name: BF16, format: safetensors, bits: 16, native_16bit: true, source: acme-card}
q4_k_m: {name: Q4_K_M, format: gguf, bits: 4.85, source: acme-card}
""",
    "benchmarks/quiz.yaml": """\
name: Quiz
description: Questions with four choices.
metric: accuracy
unit: "%"
direction: higher
scale: bounded
floor: 25
ceiling: 100
source: acme-card
""",
    "evaluations/quiz-board.yaml": """\
benchmark: quiz
source: acme-card
date: 2025-01-01
reported_by: third-party
setting: few-shot
entries:
  Tiny: {model: tiny/tiny-1b}
  "@": {}
scores:
  en: {Tiny: 61.5, "@": 70}
  en-no: {Tiny: 33.25}
""",
    "quantization_losses/acme.yaml": """\
source: acme-card
date: 2025-01
reported_by: developer
harness: acme-eval
tests:
  trivia: {name: Trivia, metric: accuracy, floor: 25, ceiling: 100, tasks: [quizzing], benchmark: quiz}
models:
  Tiny 1B:
    model: tiny/tiny-1b
    unquantized: bf16
    scores: {trivia: 61.5}
    quantized:
      q4_k_m: {trivia: 60.5}
  Other 7B:
    parameters: 7000000000
    unquantized: bf16
    scores: {trivia: 70}
    quantized:
      q4_k_m: {trivia: 69}
""",
    "tasks/quizzing.yaml": """\
name: Quizzing
names: {zh: 测验}
aliases: [trivia]
description: A question goes in, a letter comes out.
kinds: [decoder]
boards: [{board: quiz-board, relevance: direct}]
reference: {board: quiz-board, languages: [en]}
quality: {low: 25, high: 100}
lengths: {prompt: 200, generate: 5}
""",
    "hardware/card-24.yaml": """\
name: NVIDIA GeForce Card 24
aliases: [card24]
vendor: nvidia
form: desktop
memory_class: gddr
memory: [{gib: 24, bandwidth_gb_s: 1000}]
sources: {memory: acme-card}
""",
    "scoring.yaml": """\
profiles:
  balanced: {description: For all, weights: {quality: 0.5, speed: 0.2, headroom: 0.1, cost: 0.2}}
speed: {low: 1, high: 100}
headroom: {low: 0, high: 0.5}
cost: {low: 100, high: 0.1}
""",
}
"""A catalog without a fault, by place."""

Build = Callable[..., Path]
Findings = Callable[..., list[Finding]]
TODAY = "2026-11-24"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache directory of the test's own."""
    directory = tmp_path / "cache"
    monkeypatch.setenv("LLM_SELECT_CACHE_DIR", str(directory))
    return directory


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """`build(changes, name=…)` writes the tiny catalog; a change replaces a file, None leaves it out."""

    def write(
        changes: dict[str, str | None] | None = None, name: str = "catalog", *, base: bool = True
    ) -> Path:
        directory = tmp_path / name
        directory.mkdir(exist_ok=True)
        files: dict[str, str | None] = {**(FILES if base else {}), **(changes or {})}
        for place, content in files.items():
            if content is not None:
                path = directory / place
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content, encoding="utf-8")
        return directory

    return write


@pytest.fixture
def findings(build: Build) -> Findings:
    """Findings of one rule in the tiny catalog with some files changed."""

    def run(code: str, changes: dict[str, str], today: str = TODAY) -> list[Finding]:
        found = check([build(dict(changes))], today=today, bundled=False)
        return [finding for finding in found if finding.code == code]

    return run


def edited(text: str, old: str, new: str) -> str:
    """The text with one change, which must be possible."""
    assert old in text
    return text.replace(old, new)
