"""The page of a model and the comparison."""

from __future__ import annotations

import html

import pytest
from starlette.testclient import TestClient

from tests.builders import board, catalog, model
from tests.web.conftest import Ask

QUESTION = "?task=task&gpu-mem=24"
LIVE = {"hx-request": "true"}


def test_a_model_says_its_place(page: TestClient) -> None:
    assert "Rank 1 of 3 that fit." in page.get("/model/a/one" + QUESTION).text


def test_a_rejected_model_says_what_would_admit_it(page: TestClient) -> None:
    text = page.get("/model/b/large" + QUESTION).text
    assert "Rejected." in text
    assert '<a href="/?task=task&amp;gpu-mem=' in text


def test_a_model_may_be_named_as_on_the_command_line(page: TestClient) -> None:
    assert page.get("/model/Two" + QUESTION).status_code == 200


def test_an_unknown_model_names_the_nearest(page: TestClient) -> None:
    answer = page.get("/model/a/ones" + QUESTION)
    assert answer.status_code == 404
    assert 'href="/model/a/one?task=task' in answer.text


def test_a_model_without_a_task_shows_its_card(page: TestClient) -> None:
    answer = page.get("/model/a/one")
    assert answer.status_code == 200
    assert "For which task?" in answer.text


def test_a_wrong_need_stands_on_the_model_page(page: TestClient) -> None:
    answer = page.get("/model/a/one?task=task&gpu-mem=24&context=x")
    assert answer.status_code == 422
    assert "no whole number" in html.unescape(answer.text)


def test_a_longer_context_makes_a_longer_bar(page: TestClient) -> None:
    short = page.get("/memory/a/one" + QUESTION + "&context=1024").text
    long = page.get("/memory/a/one" + QUESTION + "&context=32768").text
    assert "1,024 tokens" in short
    assert "32,768 tokens" in long
    assert _total(short) < _total(long)


def _total(text: str) -> float:
    line = text[text.index("<dt>total</dt>") :]
    return float(line[line.index("<dd>") + 4 :].split()[0])


def test_the_slider_shows_the_memory_of_the_page(page: TestClient) -> None:
    whole = page.get("/model/a/one" + QUESTION + "&context=8192").text
    assert _total(whole) == _total(page.get("/memory/a/one" + QUESTION + "&context=8192").text)


def test_a_live_model_answer_replaces_the_address(page: TestClient) -> None:
    answer = page.get("/model/a/one" + QUESTION + "&context=8192", headers=LIVE)
    assert answer.headers["hx-replace-url"] == "/model/a/one" + QUESTION + "&context=8192"


def test_a_hosted_model_has_no_slider(asking: Ask) -> None:
    hosted = model("Far", weights="hosted", architecture=None, parameters=None, artifacts=())
    known = catalog(models={"a/far": hosted}, boards={"direct": board({"all": {"a/far": 50.0}})})
    answer = asking(known).get("/model/a/far?task=task")
    assert answer.status_code == 200
    assert "data-slider" not in answer.text


def test_models_stand_side_by_side(page: TestClient) -> None:
    text = page.get("/compare" + QUESTION + "&model=a/one&model=b/large").text
    assert "≠ marks rows that differ." in text
    assert "Large" in text


def test_one_model_is_not_a_comparison(page: TestClient) -> None:
    answer = page.get("/compare?model=a/one")
    assert answer.status_code == 422
    assert "two or more" in answer.text


def test_a_model_that_is_not_there_is_an_error_beside_the_field(page: TestClient) -> None:
    answer = page.get("/compare?model=a/one&model=zzzzzz")
    assert answer.status_code == 422
    assert "zzzzzz" in answer.text


def test_needs_that_a_comparison_has_not_are_named(page: TestClient) -> None:
    query = "?task=task&gpu-mem=24&commercial=on&model=a/one&model=a/two"
    assert "Not asked of a comparison: --commercial." in page.get("/compare" + query).text


def test_a_chosen_model_can_be_taken_away(page: TestClient) -> None:
    text = page.get("/compare?model=a/one&model=a/two").text
    assert 'href="/compare?model=a/two"' in text


def test_an_unknown_page_leads_back(page: TestClient) -> None:
    answer = page.get("/nothing")
    assert answer.status_code == 404
    assert 'href="/"' in answer.text


@pytest.mark.parametrize(
    "path", ["/model/", "/model/a/one/", "/memory/", "/download/", "/download/x.exe"]
)
def test_a_half_address_is_not_found(page: TestClient, path: str) -> None:
    assert page.get(path, follow_redirects=True).status_code in (404, 422)
