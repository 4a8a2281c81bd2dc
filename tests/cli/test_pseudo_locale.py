"""Every sentence that a view shows passes through the translation: in a locale that puts ⟦ ⟧ around each message, no
English sentence stands outside."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from gettext import NullTranslations
from typing import TYPE_CHECKING

import pytest

from llm_select import i18n
from llm_select.catalog.findings import Finding
from llm_select.messages import Message
from llm_select.render.check_view import check_document
from llm_select.render.markdown import render_markdown
from llm_select.render.plain import render_plain
from tests.cli.conftest import Call

if TYPE_CHECKING:
    from llm_select.render.document import Document
    from llm_select.schema.catalog import Catalog


class _Bracketed(NullTranslations):
    """Each message as it is, in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


GPU = ("--gpu", "RTX 4090")
MODEL, BASE = "llama-3.1-8b-instruct", "bert-base-uncased"
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("recommend", "--task", "translation", "--pair", "en-de", *GPU, "--explain"),
    ("recommend", "--task", "coding", *GPU, "--weights-access", "any", "--variants"),
    ("recommend", "--task", "math", "--gpu-mem", "1", "--commercial"),
    ("recommend", "--task", "srl", "--gpu-mem", "24"),
    ("compare", MODEL, "qwen3-30b-a3b", "--task", "translation", *GPU),
    ("explain", MODEL, "--task", "math", *GPU),
    ("explain", "llama-3.1-70b-instruct", "--task", "translation", "--gpu-mem", "24"),
    ("show", "qwen3-30b-a3b"),
    ("show", BASE),
    ("estimate", MODEL),
    ("estimate", MODEL, *GPU),
    ("finetune", MODEL, *GPU),
    ("finetune", MODEL, "--task", "summarization", "--examples", "2000", *GPU, "--explain"),
    ("finetune", "--task", "sentiment-analysis", "--examples", "500"),
    ("deploy", MODEL, *GPU),
    ("deploy", "llama-3.1-70b-instruct", "--gpu-mem", "8"),
    ("deploy", "nllb-200-3.3b", *GPU),
    ("hardware", "detect"),
)
PAGES = (("show", BASE), ("deploy", "llama-3.1-70b-instruct", "--gpu-mem", "8"))
OPTION = re.compile(r"--[a-z][a-z-]*(?:[ =]\S+)?")
SENTENCE = re.compile(r"\b[a-z]{2,}(?:[,;:]? [a-z]{2,})+\b")
"""Two words of English in a row. What is in the catalog as it was written, names above all, is taken out before."""
COMMAND_LINES = re.compile(
    r"^.*\b(?:llama-server|vllm serve|transformers serve|ollama|mlx_lm|python3? |hf download|git clone|cmake"
    r"|convert_hf)\b.*$",
    re.MULTILINE,
)
"""Lines that are typed into a shell."""


@pytest.fixture
def bracketed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Brackets around every message, and a terminal so wide that no line is broken."""
    monkeypatch.setattr(i18n, "_catalog", lambda _: _Bracketed())
    monkeypatch.setenv("COLUMNS", "4000")
    with i18n.using("zh"):
        yield


def outside(text: str) -> str:
    """What stands in no bracket."""
    depth, kept = 0, []
    for sign in text:
        depth += (sign == "⟦") - (sign == "⟧")
        kept.append("\n" if sign in "⟦⟧" else sign if depth == 0 else "")
    return "".join(kept)


def as_written(catalog: Catalog) -> Iterator[str]:
    """Texts of the catalog that are shown in the language they are written in: names, titles, notes of cards."""
    for model in catalog.models.values():
        yield model.name
        yield model.developer
        yield from (own.detail or "" for own in model.evaluations)
        if model.architecture is not None:
            yield model.architecture.note or ""
        if model.risks is not None:
            yield model.risks.use_restrictions or ""
            yield model.risks.safety_notes or ""
        if model.thinking is not None:
            yield from (length.test for length in model.thinking.lengths)
    for source in catalog.sources.values():
        yield source.title
    for board in catalog.boards.values():
        yield from board.entries
        yield from (entry.detail or "" for entry in board.entries.values())
    for benchmark in catalog.benchmarks.values():
        yield from (benchmark.name, benchmark.unit, benchmark.metric)
    for table in catalog.losses.values():
        yield from (test.name for test in table.tests.values())
    for named in (
        catalog.licenses,
        catalog.methods,
        catalog.engines,
        catalog.quantizations,
        catalog.devices,
    ):
        yield from (one.name for one in named.values())  # type: ignore[attr-defined]
    yield from (task.name for task in catalog.tasks.values())
    yield from (task.name.lower() for task in catalog.tasks.values())


def english(text: str, catalog: Catalog) -> list[str]:
    """Sentences of English outside the brackets, and outside what the catalog says of itself."""
    left = OPTION.sub("", COMMAND_LINES.sub("", outside(text).replace("\\", "")))
    for known in sorted({t for t in as_written(catalog) if " " in t}, key=len, reverse=True):
        left = left.replace(known, "")
    return SENTENCE.findall(left)


@pytest.mark.usefixtures("bracketed")
@pytest.mark.parametrize(
    ("form", "command"),
    [
        *(("plain", command) for command in COMMANDS),
        # The forms take the same pages, so two pages show that a form adds no English of its own.
        *((form, command) for form in ("table", "markdown") for command in PAGES),
    ],
    ids=lambda one: one if isinstance(one, str) else " ".join(one),
)
def test_no_sentence_is_left_in_english(
    form: str, command: tuple[str, ...], call: Call, catalog: Catalog
) -> None:
    answer = call(*command, "-o", form, "--locale", "zh")
    assert answer.code in (0, 1), answer.err
    assert "⟦" in answer.out
    assert english(answer.out, catalog) == []


@pytest.mark.usefixtures("bracketed")
@pytest.mark.parametrize("render", [render_plain, render_markdown])
def test_a_finding_is_told_in_the_readers_language(
    render: Callable[[Document], str], catalog: Catalog
) -> None:
    message, remedy = Message("{n} is no size", n=3), Message("write a number of bytes")
    found = Finding("mine.yaml", 3, "F1", "error", "file.size", message, remedy)
    assert english(render(check_document([found])), catalog) == []


def test_a_raw_sentence_is_found(catalog: Catalog) -> None:
    text = "⟦needs {x} GiB⟧ and nobody translated this"
    assert english(text, catalog) == ["and nobody translated this"]
