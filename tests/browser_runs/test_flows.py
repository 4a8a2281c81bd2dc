"""What people do on the page."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect
expect.set_options(timeout=20_000)

QUESTION = "/?task=translation&pair=en-zh&gpu-mem=24"
MODEL = "/model/gemma/gemma-3-27b-it?task=translation&pair=en-zh&gpu-mem=24"


def containing(text: str) -> Any:
    """A pattern for a text that holds another."""
    return re.compile(re.escape(text))


def _order(page: Any) -> list[str]:
    return page.locator("table.ranking tbody th a").all_inner_texts()


def test_another_task_changes_the_ranking_and_the_address(page: Any, site: str) -> None:
    page.goto(site + QUESTION)
    before = _order(page)
    page.select_option("#in-task", "summarization")
    expect(page.locator("h1")).to_contain_text("Summarization")
    assert page.url == f"{site}/?task=summarization&gpu-mem=24"
    assert _order(page) != before
    expect(page.locator("#summary")).to_contain_text("en-zh left out")


def test_the_back_button_brings_the_question_back(page: Any, site: str) -> None:
    page.goto(site + QUESTION)
    page.check("#question input[name='commercial']")
    expect(page.locator("h1")).to_be_visible()
    page.wait_for_url("**commercial=on")
    page.go_back()
    page.wait_for_url(site + QUESTION)
    expect(page.locator("#question input[name='commercial']")).not_to_be_checked()
    expect(page.locator("table.ranking")).to_contain_text("Tower+ 9B")
    page.wait_for_load_state("networkidle")
    page.go_forward()
    page.wait_for_url("**commercial=on")
    expect(page.locator("#question input[name='commercial']")).to_be_checked()


def test_typing_updates_without_leaving_the_field(page: Any, site: str) -> None:
    page.goto(site + QUESTION)
    page.click("#in-gpu-mem", click_count=3)
    page.keyboard.type("48")
    expect(page.locator("h1")).to_contain_text("48 GiB")
    assert page.evaluate("document.activeElement.id") == "in-gpu-mem"
    page.wait_for_url("**gpu-mem=48")


def test_an_error_stands_beside_the_field_and_the_answer_stays(page: Any, site: str) -> None:
    page.goto(site + QUESTION)
    before = _order(page)
    page.fill("#in-gpu", "RTX 4099")
    page.press("#in-gpu", "Tab")
    expect(page.locator("#fault-gpu")).to_contain_text("did you mean")
    expect(page.locator("#in-gpu")).to_have_attribute("aria-invalid", "true")
    assert _order(page) == before
    assert page.url == site + QUESTION
    page.fill("#in-gpu", "RTX 4090")
    page.press("#in-gpu", "Tab")
    expect(page.locator("h1")).to_contain_text("RTX 4090")
    expect(page.locator("#fault-gpu")).to_be_empty()
    expect(page.locator("#in-gpu[aria-invalid]")).to_have_count(0)


def test_a_suggestion_is_followed_by_a_click(page: Any, site: str) -> None:
    page.goto(site + QUESTION)
    page.fill("#in-gpu", "RTX 4099")
    page.press("#in-gpu", "Tab")
    page.click("#fault-gpu a >> nth=0")
    expect(page.locator("#fault-gpu")).to_be_empty()
    assert "gpu=" in page.url


def test_a_mark_of_the_plot_says_by_keyboard_why_it_is_rejected(page: Any, site: str) -> None:
    page.goto(site + QUESTION)
    assert page.locator(".plot .wide .ls-point[tabindex='0']").count() == 1
    page.focus(".plot .wide .ls-point[tabindex='0']")
    page.keyboard.press("End")
    said = page.locator("#point-said")
    expect(said).to_contain_text("rejected")
    expect(said).to_contain_text("usable")
    last = said.inner_text()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(said).not_to_have_text(last)
    page.keyboard.press("Enter")
    page.wait_for_url("**/model/**")


def test_a_mark_of_the_plot_says_under_the_pointer_what_it_is(page: Any, site: str) -> None:
    page.goto(site + QUESTION)
    page.hover(".plot .ls-rejected[aria-label^='Qwen3 235B'] .ls-hit")
    expect(page.locator("#point-said")).to_contain_text("Qwen3 235B A22B: rejected")


def test_the_plot_may_be_against_speed(page: Any, site: str) -> None:
    page.goto(site + "/?task=translation&pair=en-zh&gpu=RTX+4090")
    page.click("text=Quality against speed")
    expect(page.locator(".plot h2")).to_have_text("Quality against speed")
    page.wait_for_url("**plot=speed")
    page.check("#question input[name='commercial']")
    page.wait_for_url("**commercial=on&plot=speed")
    expect(page.locator(".plot h2")).to_have_text("Quality against speed")


def test_the_slider_moves_the_bar(page: Any, site: str) -> None:
    page.goto(site + MODEL)
    label = page.locator("#memory svg").first
    before = label.get_attribute("aria-label")
    slider = page.locator("#slide-context")
    expect(slider).to_be_visible()
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    value = page.input_value("#in-context")
    assert slider.get_attribute("aria-valuetext") == f"{int(value):,} tokens"
    expect(label).to_have_attribute("aria-label", containing(f"{int(value):,} tokens"))
    assert label.get_attribute("aria-label") != before
    page.wait_for_url(f"**context={value}*")
    assert page.evaluate("document.activeElement.id") == "slide-context"


def test_a_better_model_is_admitted_by_a_click(page: Any, site: str) -> None:
    page.goto(site + QUESTION)
    name = page.locator("table.misses tbody th a").first.inner_text()
    page.click("table.misses tbody td a >> nth=0")
    mark = page.locator(f".plot .wide .ls-point[aria-label^='{name}: ']")
    expect(mark).to_have_attribute("aria-label", containing("place"))


def test_chosen_models_are_compared(page: Any, site: str) -> None:
    page.goto(site + QUESTION)
    names = _order(page)[:2]
    page.click("text=Compare those chosen")
    expect(page.locator("h1")).to_have_text("Models side by side")
    for name in names:
        expect(page.locator("table").first).to_contain_text(name)
    page.fill("#in-model", "nllb-200-3.3b")
    page.press("#in-model", "Enter")
    expect(page.locator("table").first).to_contain_text("NLLB-200 3.3B")
    page.click("text=Back to the ranking")
    page.wait_for_url(site + QUESTION)


def test_the_copied_command_gives_the_same_answer(opened: Any, site: str) -> None:
    one = opened(permissions=["clipboard-read", "clipboard-write"])
    page = one.page
    page.goto(site + QUESTION + "&family=gemma&family=qwen")
    page.click("text=Copy the command")
    expect(page.locator("#said")).to_have_text("Copied.")
    command = shlex.split(page.evaluate("navigator.clipboard.readText()"))
    done = subprocess.run(
        [sys.executable, "-m", "llm_select", *command[1:], "-o", "json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert [pick["name"] for pick in json.loads(done.stdout)["picks"]] == _order(page)


def test_the_page_speaks_chinese(page: Any, site: str) -> None:
    page.goto(site + QUESTION)
    page.click("text=中文")
    page.wait_for_url("**locale=zh")
    assert page.evaluate("document.documentElement.lang") == "zh"
    assert "机器翻译" in page.locator("#in-task").inner_text()
    page.check("#question input[name='commercial']")
    page.wait_for_url("**commercial=on&locale=zh")


def test_the_whole_flow_works_by_keyboard(page: Any, site: str) -> None:
    page.goto(site + "/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#in-task")).to_be_focused()
    page.keyboard.type("Coding")
    page.keyboard.press("Tab")
    expect(page.locator("table.ranking, .warn").first).to_be_visible()


def test_a_server_that_is_gone_is_said(opened: Any, site: str) -> None:
    one = opened()
    one.page.goto(site + QUESTION)
    one.context.set_offline(True)
    one.page.check("#question input[name='commercial']")
    expect(one.page.locator("#said")).to_contain_text("does not answer")
    one.context.set_offline(False)
    one.troubles.clear()  # the browser itself reports the failed request


def test_the_page_works_without_scripts(opened: Any, site: str) -> None:
    one = opened(java_script_enabled=False)
    page = one.page
    page.goto(site + "/")
    page.select_option("#in-task", "translation")
    page.fill("#in-pair", "en-zh")
    page.fill("#in-gpu-mem", "24")
    page.click("text=Show the ranking")
    page.wait_for_url(site + QUESTION)
    expect(page.locator("table.ranking")).to_contain_text("Gemma 3 27B IT")
    page.fill("#in-gpu-mem", "lots")
    page.click("text=Show the ranking")
    expect(page.locator("#fault-gpu-mem")).to_contain_text("not an amount of memory")
    one.troubles.clear()  # the browser itself reports the status 422
