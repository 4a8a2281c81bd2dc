"""The ranking page."""

from __future__ import annotations

import html
import re

import pytest
from starlette.testclient import TestClient

LIVE = {"hx-request": "true"}
ASKED = "/?task=task&gpu-mem=24"


def _fault(text: str, field: str) -> str:
    found = re.search(rf'<div id="fault-{field}"[^>]*>(.*?)</div>', text, re.DOTALL)
    assert found is not None
    return html.unescape(re.sub(r"<[^>]+>", "", found[1])).strip()


def _order(text: str) -> list[str]:
    table = text[text.index('<table class="ranking">') : text.index("</table>")]
    return re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', table)


def test_without_a_question_there_are_examples(page: TestClient) -> None:
    assert "/?task=translation&amp;pair=en-zh&amp;gpu-mem=24" in page.get("/").text


def test_models_that_fit_are_ranked(page: TestClient) -> None:
    assert _order(page.get(ASKED).text) == ["One", "Two", "Three"]


def test_the_form_keeps_what_was_asked(page: TestClient) -> None:
    text = page.get(ASKED + "&commercial=on&family=a").text
    assert 'name="gpu-mem" value="24"' in text
    assert 'name="commercial" value="on" checked' in text


def test_a_family_narrows_the_ranking(page: TestClient) -> None:
    assert _order(page.get(ASKED + "&family=b").text) == ["Three"]


def test_empty_fields_leave_the_address(page: TestClient) -> None:
    answer = page.get(ASKED + "&gpu=&ram=&weights=")
    assert (answer.status_code, answer.headers["location"]) == (303, ASKED)


def test_a_list_may_be_typed_with_commas(page: TestClient) -> None:
    answer = page.get(ASKED + "&family=a,%20b")
    assert answer.headers["location"] == "/?task=task&gpu-mem=24&family=a&family=b"


def test_a_better_model_links_to_the_change_that_admits_it(page: TestClient) -> None:
    text = page.get(ASKED).text
    link = re.search(r'<a href="([^"]+)"><code>--gpu-mem', text)
    assert link is not None
    admitted = page.get(html.unescape(link[1])).text
    assert _order(admitted)[0] == "Large"


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("task=tsk", "task", "did you mean task?"),
        ("task=task&gpu-mem=lots", "gpu-mem", "not an amount of memory"),
        ("task=task&gpu=card+25", "gpu", "did you mean card 24"),
        ("task=task&gpu-mem=24&gpus=two", "gpus", "no whole number"),
        ("task=task&gpu-mem=24&min-accuracy=high", "min-accuracy", "no number"),
        ("task=task&gpu-mem=24&min-accuracy=nan", "min-accuracy", "not a number"),
        ("task=task&gpu-mem=24&min-accuracy=101", "min-accuracy", "out of range"),
        ("task=task&gpu-mem=24&min-speed=-1", "min-speed", "out of range"),
        ("task=task&gpu-mem=24&max-price=inf", "max-price", "out of range"),
        ("task=task&gpu-mem=24&context=0", "context", "out of range"),
        ("task=task&gpu-mem=24&top=0", "top", "out of range"),
        ("task=task&gpu-mem=24&weights=quality", "weights", "quality"),
        ("task=task&gpu-mem=24&profile=best", "profile", "best"),
        ("task=task&gpu-mem=24&privacy=secret", "privacy", "secret"),
        ("task=task&gpu-mem=24&license=mine", "license", "mine"),
        ("task=task&gpu-mem=24&engine=nothing", "engine", "nothing"),
        ("task=task&gpu-mem=24&quantization=q0", "quantization", "q0"),
        ("task=task&gpu-mem=24&pair=en-zh", "pair", "within one language"),
        ("task=task&gpu-mem=24&gpu-mem=48", "gpu-mem", "given 2 times"),
        ("task=task&weights-access=hosted&gpu-mem=24", "weights-access", "your hardware"),
        ("gpu-mem=24", "task", "no task"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    page: TestClient, query: str, field: str, said: str
) -> None:
    answer = page.get("/?" + query, follow_redirects=True)
    assert answer.status_code == 422
    assert said in _fault(answer.text, field)


@pytest.mark.parametrize("query", ["task=task&foo=1", "task=task&gpu-memory=24"])
def test_an_unknown_field_is_an_error(page: TestClient, query: str) -> None:
    answer = page.get("/?" + query)
    assert answer.status_code == 422
    assert "the page has no field" in html.unescape(answer.text)


def test_a_suggestion_is_a_link_to_the_mended_question(page: TestClient) -> None:
    text = page.get("/?task=task&gpu=card+25").text
    assert 'href="/?task=task&amp;gpu=card+24"' in text


def test_a_live_answer_is_only_what_changes(page: TestClient) -> None:
    answer = page.get(ASKED, headers=LIVE)
    assert "<html" not in answer.text
    assert answer.headers["hx-push-url"] == ASKED


def test_a_live_error_leaves_the_answer_alone(page: TestClient) -> None:
    answer = page.get("/?task=task&gpu-mem=lots", headers=LIVE)
    assert answer.status_code == 200
    assert (answer.headers["hx-reswap"], answer.headers["hx-push-url"]) == ("none", "false")
    assert "not an amount of memory" in _fault(answer.text, "gpu-mem")
    assert '<table class="ranking">' not in answer.text


def test_a_live_answer_takes_old_errors_away(page: TestClient) -> None:
    assert _fault(page.get(ASKED, headers=LIVE).text, "gpu-mem") == ""


def test_another_task_drops_what_it_has_no_use_for_and_says_so(page: TestClient) -> None:
    answer = page.get(ASKED + "&pair=en-zh", headers={**LIVE, "x-changed": "task"})
    assert answer.headers["hx-push-url"] == ASKED
    assert "en-zh left out" in answer.text


def test_the_state_of_the_plot_is_in_the_address(page: TestClient) -> None:
    text = page.get("/?task=task&gpu=card-24&plot=speed").text
    assert 'aria-current="true">Quality against speed' in text


def test_an_unknown_plot_is_an_error(page: TestClient) -> None:
    assert page.get(ASKED + "&plot=colour").status_code == 422


def test_rejected_points_say_why(page: TestClient) -> None:
    text = page.get(ASKED).text
    point = re.search(r'<a aria-label="(Large:[^"]*)"|aria-label="(Large:[^"]*)"', text)
    assert point is not None
    assert "usable" in (point[1] or point[2])


def test_a_page_in_chinese_says_so(page: TestClient) -> None:
    assert '<html lang="zh">' in page.get(ASKED + "&locale=zh").text


@pytest.mark.parametrize(
    ("accepted", "locale"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,zh;q=0.5", "en"),
        ("fr, zh;q=0.1", "zh"),
        ("zh;q=0, en", "en"),
        ("zh;q=x", "en"),
        ("", "en"),
    ],
)
def test_the_browser_chooses_the_language(page: TestClient, accepted: str, locale: str) -> None:
    text = page.get("/", headers={"accept-language": accepted}).text
    assert f'<html lang="{locale}">' in text


def test_an_unknown_language_of_messages_is_an_error(page: TestClient) -> None:
    assert page.get(ASKED + "&locale=fr").status_code == 422


def test_pictures_are_drawn_for_a_window_and_for_a_phone(page: TestClient) -> None:
    """A picture of a window does not fit a phone, and shrunk its letters are too small to read."""
    text = page.get("/?task=task&gpu-mem=24").text
    assert text.count('<div class="chart wide"') == text.count('<div class="chart narrow"') == 2
