"""`evaluate` from the command line to the catalog, against a server of the test's own."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

pytest.importorskip("httpx2")
pytest.importorskip("stamina")
pytest.importorskip("sacrebleu")

from llm_select.render.contract import CONTRACTS
from tests.cli.conftest import Call, Refused
from tests.unit.evaluation.server import Act, Server, prompt_of, serving

ROOT = Path(__file__).parents[2]
KEY = "sk-very-secret-1234"


def sentiment(body: dict[str, Any], _: int) -> Act:
    """Model `good` is right, `fair` is wrong on every third text, `rude` answers in a sentence."""
    text = prompt_of(body).rpartition("Text: ")[2]
    right, wrong = ("positive", "negative") if "nice" in text else ("negative", "positive")
    number = int(text.split()[-1])
    if body["model"] == "rude" and number % 2:
        return Act(text=f"I think it is {right}")
    return Act(text=wrong if body["model"] == "fair" and number % 3 == 0 else right)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of its own to run in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(sentiment) as running:
        yield running


@pytest.fixture
def data(here: Path) -> Path:
    path = here / "texts.jsonl"
    rows = [
        {
            "text": f"{'nice' if i % 2 else 'dull'} film {i}",
            "label": "positive" if i % 2 else "negative",
        }
        for i in range(40)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def line(server: Server, data: Path, *models: str) -> list[str]:
    """`evaluate` on these models."""
    named = [word for model in models for word in ("--model", model)]
    start = ["evaluate", "--task", "sentiment-analysis", "--data", str(data)]
    return [*start, *named, "--endpoint", server.url]


def test_scores_intervals_and_who_is_better(call: Call, server: Server, data: Path) -> None:
    answer = call(*line(server, data, "qwen3-8b=good", "gemma-3-12b-it=fair"), "-o", "json")
    jsonschema.validate(answer.json(), CONTRACTS["evaluate"])
    best, other = answer.json()["models"]
    assert (best["model"], best["scores"]["accuracy"]["value"]) == ("qwen3-8b", 100.0)
    assert other["scores"]["accuracy"]["value"] == pytest.approx(100 * 26 / 40)
    assert other["scores"]["macro-f1"]["low"] < other["scores"]["macro-f1"]["value"]
    (pair,) = answer.json()["pairs"]
    assert (pair["better"], pair["than"], pair["p_corrected"] < 0.01) == (
        "qwen3-8b",
        "gemma-3-12b-it",
        True,
    )
    assert answer.code == 0


def test_unreadable_answers_are_counted_and_are_wrong(
    call: Call, server: Server, data: Path
) -> None:
    (model,) = call(*line(server, data, "rude"), "-o", "json").json()["models"]
    assert (model["unreadable"], model["scores"]["accuracy"]["value"]) == (20, 50.0)
    assert not any(bad["readable"] for bad in model["worst"])


@pytest.mark.parametrize("form", ["table", "plain", "markdown"])
def test_every_page_says_where_the_texts_went(
    form: str, call: Call, server: Server, data: Path
) -> None:
    answer = call(*line(server, data, "good"), "-o", form)
    assert "and nowhere else" in " ".join(answer.out.split())
    assert f"127.0.0.1:{server.port}" in "".join(answer.out.split())


def test_a_page_and_a_picture_show_each_model_with_its_interval(
    call: Call, server: Server, data: Path
) -> None:
    page = call(*line(server, data, "good", "fair"), "-o", "html").out
    assert "and nowhere else" in page
    picture = call(*line(server, data, "good", "fair"), "--resume", "-o", "svg").out
    assert picture.count('class="ls-row ls-pick"') == 2


def test_a_dry_run_has_no_picture(refused: Refused, server: Server, data: Path) -> None:
    said = refused(*line(server, data, "good"), "--dry-run", "-o", "svg")
    assert "there is no svg of this answer" in said


def test_csv_has_a_row_for_each_model(call: Call, server: Server, data: Path) -> None:
    answer = call(*line(server, data, "good", "fair"), "-o", "csv")
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    assert [(row["model"], row["answered"]) for row in rows] == [("good", "40"), ("fair", "40")]


def test_a_dry_run_sends_nothing_and_leaves_nothing(
    call: Call, server: Server, data: Path, here: Path
) -> None:
    answer = call(*line(server, data, "good"), "--dry-run", "--price", "1,2", "-o", "json")
    (model,) = answer.json()["models"]
    assert (model["calls"], server.calls.total()) == (40, 0)
    assert 0 < model["usd"] < model["usd_at_most"]
    assert [path.name for path in here.iterdir()] == ["texts.jsonl"]


def test_a_price_comes_from_the_offer_of_the_provider_asked(call: Call, data: Path) -> None:
    start = ("evaluate", "--task", "sentiment-analysis", "--data", str(data), "--model", "gpt-4.1")
    answer = call(*start, "--endpoint", "https://api.openai.com", "--dry-run")
    assert "$2 and $8 per million tokens: OpenAI" in " ".join(answer.out.split())


def test_a_bar_with_rate_and_time_left_shows_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from llm_select.evaluation.runner import Progress
    from llm_select.render.progress import request_progress

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return shown

    for shown in (True, False):
        monkeypatch.setattr(sys, "stderr", Terminal())
        with request_progress({"tiny": 4}) as told:
            told(Progress("tiny", 3, 1))
        assert ("4/4" in sys.stderr.getvalue()) is shown  # type: ignore[attr-defined]


def test_a_second_run_asks_to_resume_and_then_pays_nothing(
    call: Call, refused: Refused, server: Server, data: Path
) -> None:
    call(*line(server, data, "good"))
    assert "--resume" in refused(*line(server, data, "good"))
    answer = call(*line(server, data, "good"), "--resume", "-o", "json")
    assert answer.json()["models"][0]["reused"] == 40
    assert server.calls.total() == 40


def test_after_kill_9_no_answer_is_lost_and_none_is_paid_twice(
    call: Call, data: Path, here: Path
) -> None:
    def slow(body: dict[str, Any], count: int) -> Act:
        return sentiment(body, count)._replace(wait=0.03)

    with serving(slow) as server:
        command = [*line(server, data, "good"), "--concurrency", "4"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            [sys.executable, "-m", "llm_select", *command],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while server.calls.total() < 14:
            assert process.poll() is None
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        copy = here / "copy.sqlite"
        with (
            sqlite3.connect("texts.sentiment-analysis.sqlite") as journal,
            sqlite3.connect(copy) as target,
        ):
            journal.backup(target)
        (kept,) = target.execute("SELECT count(*) FROM answers").fetchone()
        journal.close()
        target.close()
        before = server.calls.copy()
        answer = call(*command, "--resume", "-o", "json")
    (model,) = answer.json()["models"]
    assert (model["answered"], model["reused"]) == (40, kept)
    assert before.total() - 4 <= kept  # all but those under way
    # A request may have left when the process died and reach the server later or never: at most those under way are
    # asked twice, and as many as that are said to have been perhaps.
    again = sum(count - 1 for count in server.calls.values())
    assert again <= model["unconfirmed"]["requests"] <= 4


def test_a_journal_in_use_by_another_run_is_refused(
    refused: Refused, server: Server, data: Path, here: Path
) -> None:
    from llm_select.evaluation.journal import Journal

    held = Journal(here / "texts.sentiment-analysis.sqlite")
    try:
        assert "in use" in refused(*line(server, data, "good"))
    finally:
        held.close()


@pytest.mark.slow
def test_saved_results_pass_the_check_and_lead_the_ranking(
    call: Call, server: Server, data: Path
) -> None:
    """In the published evidence Gemma 3 12B is ahead of Qwen3 0.6B; on the user's data it is behind."""
    asked = ("recommend", "--task", "sentiment-analysis", "--gpu-mem", "48", "--all", "-o", "json")
    models = line(server, data, "qwen3-0.6b=good", "gemma-3-12b-it=fair")
    call(*models, "--save-to", "mine")

    def order(*more: str) -> list[tuple[str, str]]:
        found = call(*asked, *more).json()["models"]
        wanted = ("qwen/qwen3-0.6b", "gemma/gemma-3-12b-it")
        rated = [
            (one["quality"]["value"], one["model"], one["quality"])
            for one in found
            if one["model"] in wanted and one["quality"]["value"] is not None
        ]
        rated.sort(key=lambda one: -one[0])
        return [(name, quality["board"]) for _, name, quality in rated]

    assert call("catalog", "check", "mine").code == 0
    assert order()[0][0] == "gemma/gemma-3-12b-it"
    assert order("--catalog", "mine")[0] == ("qwen/qwen3-0.6b", "own-texts")
    best = call(*asked, "--catalog", "mine").json()["picks"][0]
    assert best["model"] == "qwen/qwen3-0.6b"
    assert best["quality"]["tag"] == "measured"
    assert best["quality"]["evidence"][0]["reported_by"] == "users"


def test_another_model_joins_the_saved_board(call: Call, server: Server, data: Path) -> None:
    call(*line(server, data, "qwen3-8b=good"), "--save-to", "mine")
    call(*line(server, data, "gemma-3-12b-it=fair"), "--save-to", "mine", "--journal", "b.sqlite")
    board = Path("mine/evaluations/own-texts.yaml").read_text()
    assert "qwen/qwen3-8b" in board
    assert "gemma/gemma-3-12b-it" in board


def test_other_tasks_keep_the_fit_of_the_bundled_catalog(
    call: Call, server: Server, data: Path
) -> None:
    from llm_select.catalog.load import load_catalog

    call(*line(server, data, "qwen3-8b=good"), "--save-to", "mine")
    fitted = list(load_catalog((Path("mine"),)).links)
    assert "translation" in fitted
    assert "sentiment-analysis" not in fitted


def test_a_task_of_the_users_own_keeps_its_words_when_results_are_saved(
    call: Call, server: Server, data: Path
) -> None:
    bundled = (ROOT / "catalog/tasks/sentiment-analysis.yaml").read_text()
    Path("base/tasks").mkdir(parents=True)
    Path("base/tasks/mood.yaml").write_text(
        bundled.replace("Sentiment analysis", "Mood").replace(
            "aliases: [sentiment", "aliases: [moods"
        )
    )
    start = ["evaluate", "--task", "mood", "--data", str(data), "--model", "qwen3-8b=good"]
    call(*start, "--endpoint", server.url, "--catalog", "base", "--save-to", "mine")
    assert "name: Mood" in Path("mine/tasks/mood.yaml").read_text()


def test_other_data_do_not_join_a_saved_board_and_their_results_are_still_shown(
    call: Call, server: Server, data: Path
) -> None:
    call(*line(server, data, "qwen3-8b=good"), "--save-to", "mine")
    data.write_text(data.read_text() + '{"text": "nice film 41", "label": "positive"}\n')
    answer = call(*line(server, data, "qwen3-8b=good"), "--save-to", "mine", "--resume")
    assert (answer.code, "--board" in answer.err, "41/41" in answer.out) == (2, True, True)


def test_another_sample_does_not_join_a_saved_board(call: Call, server: Server, data: Path) -> None:
    sampled = [*line(server, data, "qwen3-8b=good"), "--save-to", "mine", "--sample", "20"]
    call(*sampled, "--seed", "1")
    assert "sample" in call(*sampled, "--seed", "2", "--resume").err


def test_a_model_with_examples_left_out_is_not_saved(call: Call, data: Path) -> None:
    def script(body: dict[str, Any], count: int) -> Act:
        bad = prompt_of(body).endswith(" 7")
        return Act(status=400, body=b"{}") if bad else sentiment(body, count)

    with serving(script) as server:
        answer = call(*line(server, data, "qwen3-8b=good"), "--save-to", "mine")
    assert answer.code == 1
    assert "not saved" in answer.out
    assert not Path("mine").exists()


def test_a_refused_key_is_told_without_the_key(
    call: Call, data: Path, monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    said = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}"}}).encode()
    with serving(lambda *_: Act(status=401, body=said)) as server:
        answer = call(*line(server, data, "good"), "--api-key-env", "MY_KEY", "-o", "json")
    assert answer.code == 1
    jsonschema.validate(answer.json(), CONTRACTS["evaluate"])
    assert answer.json()["models"][0]["stopped"]["code"] == "401"
    assert KEY not in answer.out + answer.err
    assert not any(KEY.encode() in path.read_bytes() for path in here.iterdir())


def test_the_prompt_shown_is_one_that_template_takes(
    call: Call, server: Server, data: Path, here: Path
) -> None:
    shown = call("evaluate", "--task", "sentiment-analysis", "--show-prompt").out
    (here / "own.yaml").write_text(shown.replace("Say which", "Tell which"))
    call(*line(server, data, "good"), "--template", "own.yaml")
    assert server.seen[0][1]["messages"][0]["content"].startswith("Tell which sentiment")


def test_translation_keeps_the_signature_and_scores_by_pair(call: Call, here: Path) -> None:
    rows = "source,reference,pair\n" + "".join(
        f"the cat sat on mat {i},猫坐在{i}号垫子上,en-zh\n" for i in range(6)
    )
    rows += "".join(f"the cat sat on {i},die Katze sass auf {i},en-de\n" for i in range(6))
    (here / "mt.csv").write_text(rows, encoding="utf-8-sig")

    def script(body: dict[str, Any], _: int) -> Act:
        prompt = prompt_of(body)
        number = prompt.split()[-1]
        return Act(
            text=f"猫坐在{number}号垫子上" if "into Chinese" in prompt else "der Hund lief weg"
        )

    start = ("evaluate", "--task", "translation", "--data", "mt.csv", "--model", "qwen3-8b")
    with serving(script) as server:
        answer = call(*start, "--endpoint", server.url, "--save-to", "mine", "-o", "json")
    jsonschema.validate(answer.json(), CONTRACTS["evaluate"])
    (model,) = answer.json()["models"]
    chinese = next(group for group in model["languages"] if group["language"] == "en-zh")
    assert chinese["value"] == pytest.approx(100.0)
    assert "nw:2" in model["scores"]["chrf++"]["signature"]
    assert "version:" in model["scores"]["bleu"]["signature"]
    assert "en-zh:" in Path("mine/evaluations/own-mt.yaml").read_text()


WRONG = {
    "a task without a metric": (("--task", "dialogue"), "--task"),
    "a misspelt task": (("--task", "sentimnt-analysis"), "sentiment-analysis"),
    "an encoding nobody knows": (("--encoding", "utf-99"), "--encoding"),
    "a journal that is none": (("--journal", "texts.jsonl"), "no journal"),
    "nothing to resume": (("--resume",), "--resume"),
    "a budget without a price": (("--budget", "1"), "--price"),
    "a price of words": (("--price", "cheap"), "--price"),
    "two prices for one model": (("--price", "1,1", "--price", "2,2"), "--price"),
    "no such variable": (("--api-key-env", "NO_SUCH_KEY"), "NO_SUCH_KEY"),
    "an unknown format": (("--quantization", "q4_k_x"), "q4_k_m"),
    "a field the run fills": (("--parameter", "max_tokens=5"), "--max-tokens"),
    "an unknown API": (("--api", "chats"), "completions"),
    "a label not named": (("--labels", "positive,neutral"), "negative"),
    "no concurrency": (("--concurrency", "0"), "--concurrency"),
    "a pair for one language": (("--pair", "en-de"), "--language"),
    "no template": (("--template", "none.yaml"), "--template"),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_options_are_told_before_anything_is_sent(
    what: str, refused: Refused, server: Server, data: Path
) -> None:
    options, said = WRONG[what]
    assert said in refused(*line(server, data, "good"), *options)
    assert server.calls.total() == 0


def test_a_key_given_in_place_of_its_variable_is_not_repeated(
    refused: Refused, server: Server, data: Path
) -> None:
    assert KEY not in refused(*line(server, data, "good"), "--api-key-env", KEY)


def test_one_key_is_not_sent_to_two_endpoints(
    refused: Refused, server: Server, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    two = [*line(server, data, "a", "b"), "--endpoint", "http://127.0.0.1:9/v1"]
    assert "--api-key-env" in refused(*two, "--api-key-env", "MY_KEY")
    assert server.calls.total() == 0


def test_a_key_is_not_sent_in_clear_over_a_public_network(
    refused: Refused, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    start = ("evaluate", "--task", "sentiment-analysis", "--data", str(data), "--model", "x")
    assert "https://" in refused(
        *start, "--endpoint", "http://api.example.com", "--api-key-env", "MY_KEY"
    )


@pytest.mark.parametrize("place", ["ftp://x/v1", "http://me:pw@host/v1", "http://", "http://a b/"])
def test_what_is_no_address_is_refused(place: str, refused: Refused, data: Path) -> None:
    start = ("evaluate", "--task", "sentiment-analysis", "--data", str(data), "--model", "x")
    message = refused(*start, "--endpoint", place)
    assert "--endpoint" in message
    assert "pw" not in message


def test_a_model_without_a_card_is_told_with_its_nearest(
    call: Call, server: Server, data: Path
) -> None:
    answer = call(*line(server, data, "qwen3-8bb=good"))
    assert "is not in the catalog" in " ".join(answer.out.split())
    assert "qwen3-8b" in answer.out


def test_a_place_that_cannot_hold_results_is_refused_before_anything_is_asked(
    refused: Refused, server: Server, data: Path
) -> None:
    assert "--save-to" in refused(*line(server, data, "good"), "--save-to", str(data))
    assert server.calls.total() == 0
