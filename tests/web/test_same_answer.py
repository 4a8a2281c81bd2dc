"""What the page gives is what the command line gives."""

from __future__ import annotations

import html
import re
import shlex
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from llm_select.cli.main import run
from llm_select.web.asked import Asked, read
from llm_select.web.fields import HOME
from tests.web.conftest import Ask

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog

QUESTIONS = (
    "task=translation&pair=en-zh&gpu-mem=24",
    "task=ner&language=de&gpu=RTX+4090&examples=2000&min-speed=10",
    "task=summarization&weights-access=hosted&max-price=2&top=3",
    "task=coding&gpu=A100+80GB&gpus=2&commercial=on&engine=vllm&profile=speed&thinking=off",
    "task=sentiment-analysis&language=nl&language=de&gpu-mem=8&weights=quality%3D0.9%2Cspeed%3D0.1",
    "task=srl&gpu-mem=8",
)


@pytest.fixture
def full(asking: Ask, bundled: Catalog) -> TestClient:
    """A client for the bundled catalog."""
    return asking(bundled)


def _command(client: TestClient, address: str) -> list[str]:
    text = client.get(address, follow_redirects=True).text
    found = re.search(r'<pre id="command"[^>]*><code>(.*?)</code>', text, re.DOTALL)
    assert found is not None
    words = shlex.split(html.unescape(found[1]))
    assert words[0] == "llm-select"
    return words[1:]


def _printed(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert run(words) in (0, 1)
    return capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("form", ["json", "csv", "svg"])
def test_a_download_is_what_the_copied_command_prints(
    full: TestClient, question: str, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = _command(full, f"/?{question}")
    answer = full.get(f"/download/recommend.{form}?{question}", follow_redirects=True)
    assert answer.status_code == 200
    assert answer.text == _printed([*words, "-o", form], capsys)


@pytest.mark.slow
def test_an_explanation_is_what_the_copied_command_prints(
    full: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    question = "task=translation&pair=en-zh&gpu-mem=24"
    words = _command(full, f"/model/gemma/gemma-3-27b-it?{question}")
    answer = full.get(
        f"/download/explain.json?{question}&model=gemma/gemma-3-27b-it", follow_redirects=True
    )
    assert answer.text == _printed([*words, "-o", "json"], capsys)


@pytest.mark.slow
def test_a_comparison_is_what_the_copied_command_prints(
    full: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    question = "task=translation&pair=en-zh&gpu-mem=24&model=gemma-3-27b-it&model=nllb-200-3.3b"
    words = _command(full, f"/compare?{question}")
    answer = full.get(f"/download/compare.json?{question}", follow_redirects=True)
    assert answer.text == _printed([*words, "-o", "json"], capsys)


def test_a_download_of_a_wrong_question_says_what_is_wrong(page: TestClient) -> None:
    answer = page.get("/download/recommend.json?task=task&gpu-mem=lots")
    assert answer.status_code == 422
    assert "--gpu-mem: 'lots' is not an amount of memory" in answer.text


def test_a_download_is_a_file(page: TestClient) -> None:
    headers = page.get("/download/recommend.csv?task=task&gpu-mem=24").headers
    assert headers["content-disposition"] == 'attachment; filename="recommend.csv"'


def test_words_are_quoted_for_a_shell() -> None:
    asked = Asked({"gpu": ("RTX 4090; rm -rf ~",), "family": ("$(x)", "it's")})
    said = "llm-select recommend --gpu 'RTX 4090; rm -rf ~' --family '$(x)' --family 'it'\"'\"'s'"
    assert asked.command("recommend") == said


def test_a_value_that_begins_with_a_dash_stays_a_value() -> None:
    assert asked_command("gpu=-x") == "llm-select recommend --gpu=-x"


def test_a_model_that_begins_with_a_dash_stays_a_model() -> None:
    said = Asked({"task": ("ner",)}).command("explain", ["-x"], more=("--catalog", "mine"))
    assert said == "llm-select explain --task ner --catalog mine -- -x"


def test_the_catalog_of_the_server_is_in_the_command(asking: Ask, bundled: Catalog) -> None:
    client = asking(bundled, directories=("my cards",))
    words = _command(client, "/?task=translation&pair=en-zh&gpu-mem=24")
    assert words[-2:] == ["--catalog", "my cards"]


def test_the_command_of_a_page_in_chinese_speaks_chinese() -> None:
    assert asked_command("task=ner&locale=zh") == "llm-select recommend --task ner --locale zh"


@pytest.mark.parametrize(
    "query",
    ["task=ner&language=de&language=nl", "task=ner&commercial=on", "task=ner&gpu=RTX+4090&top=3"],
)
def test_an_address_read_and_written_is_the_same(query: str) -> None:
    asked, wrong = read(query, HOME)
    assert not wrong
    assert asked.query(HOME) == f"?{query}"


@pytest.mark.parametrize("sign", ["\n", "\x00", "\x1b", "\u202e", "\u2028"])
def test_signs_that_steer_are_no_part_of_a_value(sign: str) -> None:
    asked = Asked({"gpu": read(f"gpu=a{sign}b", HOME)[0].many("gpu")})
    assert asked.one("gpu") == "a b"


def asked_command(query: str) -> str:
    """The command line of an address."""
    return read(query, HOME)[0].command("recommend")
