"""Running the program inside the test's process, and small catalogs of a user's own."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from llm_select.catalog import check, load
from llm_select.catalog.files import bundled_directory
from llm_select.catalog.parse import Parsed
from llm_select.cli.main import run
from llm_select.evidence.scores import gather
from llm_select.selection import compare, recommend
from llm_select.selection.admit import admitting_changes
from llm_select.selection.evaluate import evaluate, pose

if TYPE_CHECKING:
    from llm_select.evidence.quality import Assessment
    from llm_select.schema.catalog import Catalog
    from llm_select.selection.evaluate import Entry, Question
    from llm_select.selection.types import Requirements


class Answer(NamedTuple):
    """What a command line left behind."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """The answer, which must be JSON without NaN or infinity."""

        def refuse(word: str) -> None:
            raise AssertionError(f"{word} is not JSON")

        return json.loads(self.out, parse_constant=refuse)


Call = Callable[..., Answer]
Refused = Callable[..., str]


@pytest.fixture(scope="session")
def cache(shared_cache: Path) -> Path:
    """One cache for all command tests."""
    return shared_cache


@pytest.fixture(scope="session", autouse=True)
def terminal() -> Iterator[None]:
    """A terminal of 80 columns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        patch.delenv("FORCE_COLOR", raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def catalog(bundled: Catalog) -> Iterator[Catalog]:
    """The bundled catalog, read once: commands without --catalog get this one instead of reading it again."""
    gc.freeze()  # its many objects would be looked at by every collection

    def once(directories: tuple[Path, ...] = ()) -> Catalog:
        return original(directories) if directories else bundled

    original = load.load_catalog
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load, "load_catalog", once)
        yield bundled


@pytest.fixture(scope="session", autouse=True)
def worked_out(catalog: Catalog) -> Iterator[None]:
    """What the bundled catalog answers to a question, worked out once for every form in which it is printed.

    These functions are pure, so a second call could say nothing else. Catalogs of a test's own are not held.
    """
    held: dict[tuple[Any, ...], Any] = {}

    def once(function: Callable[..., Any], *key: Any, given: tuple[Any, ...]) -> Any:
        if (function, *key) not in held:
            held[function, *key] = function(*given)
        return held[function, *key]

    def posed(known: Catalog, requirements: Requirements, assessment: Assessment) -> Any:
        given = (known, requirements, assessment)
        return once(pose, repr(requirements), given=given) if known is catalog else pose(*given)

    # A question posed of the bundled catalog is held above, so that no other object gets its id.
    def evaluated(question: Question, entry: Entry) -> Any:
        if question.catalog is not catalog:
            return evaluate(question, entry)
        return once(evaluate, id(question), entry.model_id, given=(question, entry))

    def admitting(question: Question, model_id: str) -> Any:
        if question.catalog is not catalog:
            return admitting_changes(question, model_id)
        return once(admitting_changes, id(question), model_id, given=(question, model_id))

    def gathered(known: Catalog, task: str, exclude: Sequence[str] = ()) -> Any:
        given = (known, task, exclude)
        return (
            once(gather, task, tuple(exclude), given=given) if known is catalog else gather(*given)
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recommend, "pose", posed)
        patch.setattr(recommend, "evaluate", evaluated)
        patch.setattr(recommend, "admitting_changes", admitting)
        patch.setattr(compare, "gather", gathered)
        yield


@pytest.fixture(scope="session", autouse=True)
def parsed() -> Iterator[None]:
    """The files of the bundled catalog, parsed once for all checks of a user's catalog."""
    read = check.read_directory
    held: list[Parsed] = []

    def once(directory: str) -> Parsed:
        if directory != bundled_directory():
            return read(directory)
        if not held:
            held.append(read(directory))
        return held[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check, "read_directory", once)
        yield


@pytest.fixture(scope="session")
def call() -> Call:
    """`call("recommend", "--task", "ner")` runs the program and returns code, output and errors."""

    def invoke(*arguments: str) -> Answer:
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run(list(arguments))
        return Answer(code, out.getvalue(), err.getvalue())

    return invoke


@pytest.fixture(scope="session")
def refused(call: Call) -> Refused:
    """Runs a command line that must fail with code 2, a message and no traceback; returns the message."""

    def invoke(*arguments: str) -> str:
        answer = call(*arguments)
        assert answer.code == 2, answer
        assert answer.out == ""
        assert answer.err.startswith("error: ")
        assert "Traceback" not in answer.err
        assert "a defect" not in answer.err
        return answer.err

    return invoke


CARD = """\
name: {name}
aliases: [{alias}]
developer: Me
released: 2026-01-15
generation: transformer
kind: decoder
license: mit
weights: open
parameters: {{total: 620160, active: 620160}}
architecture:
  model_type: llama
  layers: 2
  hidden_size: 128
  ffn: {{size: 512, gated: true}}
  vocab_size: 1000
  tied_embeddings: true
  position: rope
  attention: [{{layers: 2, kind: grouped-query, heads: 4, kv_heads: 2, head_dim: 32}}]
context: {{native: 131072}}
finetuning: {{alignment: [sft], chat_template: true}}
languages: {{en: official, de: official, zh: official}}
evaluations: [{evaluations}]
sources: {{architecture: my-card, parameters: my-card, context: my-card, languages: my-card}}
"""
SOURCES = 'my-card: {title: My card, url: "https://example.org/card", read: 2026-01-20}\n'


def write(directory: Path, place: str, text: str | bytes) -> Path:
    """A file of a catalog."""
    path = directory / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def own_catalog(
    directory: Path, *, names: tuple[str, ...] = ("mine",), alias: str = "", evaluations: str = ""
) -> Path:
    """A user's directory with a card per name, all in the family `mine`; its fields refer to bundled licences."""
    for name in names:
        text = CARD.format(
            name=f"Name of {name}", alias=alias or f"me/{name}", evaluations=evaluations
        )
        write(directory, f"models/mine/{name}.yaml", text)
    write(directory, "sources/mine.yaml", SOURCES)
    return directory
