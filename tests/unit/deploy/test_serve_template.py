"""The small server, with an answer of the test's in place of a model."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from llm_select.export.serving import serve_template


@pytest.fixture
def address() -> Iterator[str]:
    """A running server that gives texts back in capitals and fails on one of them."""

    def answer(request: dict[str, Any]) -> list[Any]:
        if "break" in request["inputs"]:
            raise RuntimeError("no memory")
        return [text.upper() for text in request["inputs"]]

    told = serve_template.parser().parse_args(
        ["--model", "m", "--task", "text-to-text", "--port", "0"]
    )
    running = serve_template.server(told, answer)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{running.server_address[1]}"
    running.shutdown()
    thread.join()
    running.server_close()


def post(address: str, body: str) -> tuple[int, Any]:
    """Status and answer."""
    request = urllib.request.Request(address + "/", body.encode())
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_texts_come_back_in_order(address: str) -> None:
    assert post(address, '{"inputs": ["a", "b"]}') == (200, {"outputs": ["A", "B"]})


def test_one_text_need_not_be_a_list(address: str) -> None:
    assert post(address, '{"inputs": "a"}') == (200, {"outputs": ["A"]})


WRONG = ("", "{", "[]", "{}", '{"inputs": []}', '{"inputs": [1]}', '{"inputs": [""]}')


@pytest.mark.parametrize("body", WRONG)
def test_a_wrong_request_is_told_what_is_wrong(address: str, body: str) -> None:
    status, answer = post(address, body)
    assert status == 400
    assert answer["error"]


def test_a_failure_of_the_model_is_an_answer(address: str) -> None:
    assert post(address, '{"inputs": ["break"]}') == (500, {"error": "RuntimeError: no memory"})


def test_health_is_answered(address: str) -> None:
    with urllib.request.urlopen(address + "/health", timeout=10) as answer:
        assert json.load(answer) == {"status": "ok"}


def test_a_question_needs_its_context() -> None:
    with pytest.raises(ValueError, match="context"):
        serve_template.checked({"inputs": ["who?"]}, "question-answering")


class Tokenizer:
    """One of a translation model."""

    src_lang = "eng_Latn"
    unk_token_id = 3

    def convert_tokens_to_ids(self, token: str) -> int:
        """The id, or the one of unknown tokens."""
        return {"deu_Latn": 7}.get(token, 3)


def test_an_answer_begins_with_the_language_asked() -> None:
    tokenizer = Tokenizer()
    request = {"inputs": [], "source": "fra_Latn", "target": "deu_Latn"}
    assert serve_template.languages(tokenizer, request) == 7
    assert tokenizer.src_lang == "fra_Latn"


def test_a_language_the_model_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="xyz"):
        serve_template.languages(Tokenizer(), {"inputs": [], "target": "xyz"})
