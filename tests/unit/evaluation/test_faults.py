"""A server that fails in every way it can: no answer is lost, none is paid for twice, and no request goes astray."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("httpx2")
pytest.importorskip("stamina")

from llm_select.evaluation.budget import Price
from tests.unit.evaluation.asking import FAST, ask, prompts
from tests.unit.evaluation.server import JSON, Act, Script, prompt_of, serving

HTML = (("content-type", "text/html"),)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Without stamina's log of retries, as the command does it."""
    import stamina.instrumentation

    stamina.instrumentation.set_on_retry_hooks([])
    yield
    stamina.instrumentation.set_on_retry_hooks(None)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


def first(bad: Act) -> Script:
    """Each prompt meets the fault once, then is answered."""
    return lambda body, count: bad if count == 1 else Act(text=f"to {prompt_of(body)}")


FAULTS = {
    "429": Act(status=429, body=b'{"error": {"message": "slow down"}}'),
    "429 with Retry-After": Act(status=429, headers=(*JSON, ("retry-after", "0.02")), body=b"{}"),
    "500": Act(status=500, body=b"oops", headers=HTML),
    "503": Act(status=503, body=b"{}"),
    "nothing in time": Act(wait=5.0),
    "a byte now and then": Act(drip=0.05),
    "reset before the answer": Act(reset=True),
    "reset in the answer": Act(cut=20),
    "JSON that breaks off": Act(body=b'{"choices": [{"message": {"cont'),
    "a page instead of JSON": Act(body=b"<html>welcome</html>", headers=HTML),
    "an error under status 200": Act(body=b'{"error": {"message": "overloaded"}}'),
    "choices of another kind": Act(body=b'{"choices": "none"}'),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_passing_fault_costs_one_more_request_and_no_answer(fault: str, journal: Path) -> None:
    with serving(first(FAULTS[fault])) as server:
        ran = ask(server.url, journal, prompts(6), timeout=0.3)
    assert [reply.text for reply in ran.replies if reply] == [f"to {p}" for p in prompts(6)]
    assert set(server.calls.values()) == {2}


def test_among_faults_at_random_every_prompt_is_answered_exactly_once(journal: Path) -> None:
    answered: Counter[str] = Counter()
    chance = random.Random(7)
    faults = [act for name, act in FAULTS.items() if name not in ("nothing in time",)]

    def script(body: dict[str, Any], count: int) -> Act:
        if prompt_of(body) != "prompt 0" and count < 4 and chance.random() < 0.4:
            return chance.choice(faults)
        answered[prompt_of(body)] += 1
        return Act(text=f"to {prompt_of(body)}")

    with serving(script) as server:
        ran = ask(server.url, journal, prompts(60), timeout=0.3, concurrency=8)
    assert [reply.text for reply in ran.replies if reply] == [f"to {p}" for p in prompts(60)]
    assert set(answered.values()) == {1}


def test_an_answered_prompt_is_not_sent_again_by_the_next_run(journal: Path) -> None:
    with serving(lambda *_: Act()) as server:
        ask(server.url, journal, prompts(5))
        ran = ask(server.url, journal, prompts(9))
    assert set(server.calls.values()) == {1}
    assert len(server.calls) == 9
    assert all(ran.replies)


def test_a_prompt_that_stands_twice_in_the_data_is_sent_once(journal: Path) -> None:
    with serving(lambda *_: Act()) as server:
        ran = ask(server.url, journal, ["same", "other", "same"])
    assert server.calls == {"same": 1, "other": 1}
    assert len([reply for reply in ran.replies if reply]) == 3


def test_a_request_the_server_will_never_take_is_sent_once_and_the_others_go_on(
    journal: Path,
) -> None:
    def script(body: dict[str, Any], _: int) -> Act:
        bad = Act(status=400, body=b'{"error": {"message": "too long"}}')
        return bad if prompt_of(body) == "prompt 2" else Act()

    with serving(script) as server:
        ran = ask(server.url, journal, prompts(5))
    assert ran.why == [None, None, "400", None, None]
    assert set(server.calls.values()) == {1}


def test_refused_examples_do_not_end_a_run_that_has_answers(journal: Path) -> None:
    def script(body: dict[str, Any], _: int) -> Act:
        late = int(prompt_of(body).split()[-1]) > 3
        return Act(status=400, body=b"{}") if late else Act()

    with serving(script) as server:
        ran = ask(server.url, journal, prompts(30))
    assert len(server.calls) == 30
    assert not ran.outcome.stopped


def test_half_a_character_in_an_answer_is_replaced(journal: Path) -> None:
    body = b'{"choices": [{"message": {"content": "a\\ud83d"}}]}'
    with serving(lambda *_: Act(body=body)) as server:
        ran = ask(server.url, journal, ["x"])
    assert [reply.text for reply in ran.replies if reply] == ["a?"]


def test_an_answer_may_come_in_parts(journal: Path) -> None:
    body = b'{"choices": [{"message": {"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}}]}'
    with serving(lambda *_: Act(body=body)) as server:
        ran = ask(server.url, journal, ["x"])
    assert [reply.text for reply in ran.replies if reply] == ["ab"]


def test_a_fault_that_stays_fails_the_prompt_after_the_attempts_allowed(journal: Path) -> None:
    def script(body: dict[str, Any], _: int) -> Act:
        return Act(status=500, body=b"{}") if prompt_of(body) == "prompt 0" else Act()

    with serving(script) as server:
        ran = ask(server.url, journal, prompts(3))
    assert ran.why == ["500", None, None]
    assert server.calls["prompt 0"] == FAST.attempts


def test_a_server_that_only_fails_is_given_up(journal: Path) -> None:
    with serving(lambda *_: Act(status=500, body=b"{}")) as server:
        ran = ask(server.url, journal, prompts(100))
    assert ran.outcome.stopped["tiny"].code == "failing"
    assert len(server.calls) < 20


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_server_that_refuses_access_is_asked_no_more(status: int, journal: Path) -> None:
    with serving(lambda *_: Act(status=status, body=b"{}")) as server:
        ran = ask(server.url, journal, prompts(50), concurrency=2)
    assert ran.outcome.stopped["tiny"].code == str(status)
    assert server.calls.total() == 1


def test_an_address_with_a_web_page_is_found_out_by_its_second_page(journal: Path) -> None:
    with serving(lambda *_: Act(body=b"<html>", headers=HTML)) as server:
        ran = ask(server.url, journal, prompts(50))
    assert ran.outcome.stopped["tiny"].code == "not-json"
    assert server.calls.total() == 2


def test_a_server_that_is_down_is_told_at_once(journal: Path) -> None:
    with serving(lambda *_: Act()) as server:
        url = server.url
    ran = ask(url, journal, prompts(50))
    assert ran.outcome.stopped["tiny"].code == "connect"


def test_a_server_that_asks_for_a_long_pause_is_left_alone(journal: Path) -> None:
    pause = Act(status=429, headers=(*JSON, ("retry-after", "3600")), body=b"{}")
    with serving(lambda *_: pause) as server:
        ran = ask(server.url, journal, prompts(50), concurrency=2)
    assert ran.outcome.stopped["tiny"].code == "long-wait"
    assert server.calls.total() == 1


def test_texts_are_not_sent_on_to_where_a_redirect_leads(journal: Path) -> None:
    with serving(lambda *_: Act()) as other:
        there = (("location", f"{other.url}/chat/completions"),)
        for status in (301, 307, 308):
            with serving(lambda *_, s=status: Act(status=s, headers=there, body=b"")) as server:  # type: ignore[misc]
                ran = ask(server.url, journal, prompts(3))
            assert ran.outcome.stopped["tiny"].code == "redirect"
    assert not other.seen


def test_a_proxy_of_the_environment_is_not_used(
    journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(lambda *_: Act()) as proxy, serving(lambda *_: Act()) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        ran = ask(server.url, journal, prompts(2))
    assert all(ran.replies)
    assert not proxy.seen


def test_the_key_goes_into_the_header_and_nowhere_else(journal: Path) -> None:
    key = "sk-very-secret-1234"

    def script(_: dict[str, Any], count: int) -> Act:
        echo = Act(status=500, body=f'{{"error": "bad key {key}"}}'.encode())
        return echo if count == 1 else Act(status=400, body=echo.body)

    with serving(script) as server:
        ran = ask(server.url, journal, prompts(3), key=key)
    assert {headers["authorization"] for headers, _ in server.seen} == {f"Bearer {key}"}
    assert key not in repr(ran.outcome)
    written = b"".join(path.read_bytes() for path in journal.parent.iterdir())
    assert key.encode() not in written


def test_the_texts_of_the_data_are_not_in_the_journal(journal: Path) -> None:
    with serving(lambda *_: Act()) as server:
        ask(server.url, journal, ["a private text"])
    assert b"a private text" not in journal.read_bytes()


def test_the_limit_goes_by_its_newer_name_where_a_server_asks_for_it(journal: Path) -> None:
    said = b'{"error": {"message": "use max_completion_tokens instead of max_tokens"}}'

    def script(body: dict[str, Any], _: int) -> Act:
        return Act(status=400, body=said) if "max_tokens" in body else Act()

    with serving(script) as server:
        ran = ask(server.url, journal, prompts(3), concurrency=1)
    assert all(ran.replies)
    assert server.seen[-1][1]["max_completion_tokens"] == 5


def test_a_base_model_is_asked_by_the_completions_call(journal: Path) -> None:
    with serving(lambda body, _: Act(text=f"after {body['prompt']}")) as server:
        ran = ask(server.url, journal, ["once"], api="completions")
    assert [reply.text for reply in ran.replies if reply] == ["after once"]
    assert server.seen[0][0]["request"] == "POST /v1/completions HTTP/1.1"


BUDGETS: list[Callable[[int], dict[str, Any]]] = [
    lambda most: {"tokens": most},
    lambda most: {"usd": most * 2 / 1e6, "price": Price(2.0, 2.0, "given")},
]


@pytest.mark.parametrize("limit", BUDGETS)
@pytest.mark.parametrize("usage", [(300, 5), None])
def test_a_budget_stops_before_it_is_exceeded(
    limit: Callable[[int], dict[str, Any]], usage: tuple[int, int] | None, journal: Path
) -> None:
    most = 3000
    with serving(lambda *_: Act(usage=usage, text="a b c d e")) as server:
        ran = ask(server.url, journal, prompts(50), max_tokens=50, **limit(most))
    charged = 305 if usage else len("prompt 10") + 256 + 50
    assert ran.outcome.stopped["tiny"].code == "budget"
    assert most - 2 * charged < server.calls.total() * (charged if usage else 313) <= most


def test_a_budget_counts_what_may_have_been_charged_without_an_answer(journal: Path) -> None:
    with serving(lambda *_: Act(reset=True)) as server:
        ran = ask(server.url, journal, prompts(50), tokens=3000)
    assert ran.outcome.stopped["tiny"].code == "budget"
    assert ran.spend.unconfirmed.tokens <= 3000
    assert ran.spend.lost == server.calls.total()


def test_a_budget_holds_over_all_runs_on_a_journal(journal: Path) -> None:
    with serving(lambda *_: Act(usage=(200, 5))) as server:
        for _ in range(3):
            ran = ask(server.url, journal, prompts(50), tokens=3000)
    assert ran.spend.billed.tokens <= 3000
    assert server.calls.total() * 205 <= 3000
