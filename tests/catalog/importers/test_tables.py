"""Price tables and boards."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from llm_select.catalog.importers.boards import BoardRequest, BoardResult, import_board
from llm_select.catalog.importers.price_run import PriceResult, import_prices
from llm_select.catalog.importers.prices import price_table
from llm_select.catalog.importers.reading import SourceError
from llm_select.catalog.load import load_catalog
from llm_select.catalog.yaml_loader import parse
from tests.catalog.conftest import Build

CSV = "model,provider,usd_per_mtok_in,usd_per_mtok_out,as_of\nacme/Tiny-1B,Acme,1.5,2,2026-01-02\nother,Acme,,3,2026\n"


def test_a_csv_of_prices_is_read_and_rows_without_both_prices_are_said() -> None:
    prices, notes = price_table(CSV.encode(), "p.csv")
    assert [one.offer("acme-card") for one in prices] == [
        {
            "provider": "Acme",
            "input_usd_per_mtok": 1.5,
            "output_usd_per_mtok": 2,
            "as_of": "2026-01-02",
            "source": "acme-card",
        }
    ]
    assert notes == ["1 row(s) without both prices left aside"]


@pytest.mark.parametrize(
    "text",
    [
        '[{"model": "a/b", "input": 1, "output": 2, "as_of": "2026"}]',
        '{"prices": [{"model": "a/b", "input": 1, "output": 2, "as_of": "2026"}]}',
        '{"a/b": {"provider": "a", "input": 1, "output": 2, "as_of": "2026"}}',
    ],
)
def test_json_prices_are_read_in_three_forms(text: str) -> None:
    prices, _ = price_table(text.encode(), "p.json")
    assert (prices[0].model, prices[0].provider, prices[0].output_usd_per_mtok) == ("a/b", "a", 2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("model,input,output\na,1,2\n", "needs the day"),
        ("model,input,output,as_of\na,1,2,yesterday\n", "needs the day"),
        ("model,input,output,as_of\na,dear,2,2026\n", "not a number"),
        ("model,input,output,as_of\na,nan,2,2026\n", "not USD per million"),
        ("model,input,output,as_of\na,-1,2,2026\n", "not USD per million"),
        ("model,input,output,as_of\n,1,2,2026\n", "model is missing"),
        ("model,input,output,as_of\na,1,2,2026,9\n", "more cells"),
        ("name,cost\na,1\n", "no column for"),
        ("", "no rows"),
        ("[1]", "not an object"),
        ('[{"model": ["a"], "input": 1, "output": 2, "as_of": "2026"}]', "model is missing"),
        ('[{"model": "a", "input": true, "output": 2, "as_of": "2026"}]', "not a number"),
    ],
)
def test_a_wrong_price_table_is_refused(text: str, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        price_table(text.encode(), "p")


@pytest.fixture
def tiny(build: Build) -> tuple[Any, Path]:
    """The tiny catalog and its directory."""
    directory = build()
    return load_catalog([directory], bundled=False), directory


def run_prices(tiny: tuple[Any, Path], text: str, **more: Any) -> PriceResult:
    options = {
        "only": None, "source": "acme-card", "as_of": None, "directory": tiny[1], "accept": (), "dry_run": False, **more
    }  # fmt: skip
    return import_prices(text.encode(), "p.csv", tiny[0], **options)


def test_a_new_offer_is_written_to_its_card_and_nothing_else_changes(
    tiny: tuple[Any, Path],
) -> None:
    card = tiny[1] / "models/tiny/tiny-1b.yaml"
    before = card.read_text()
    result = run_prices(tiny, CSV)
    assert [row["status"] for row in result.rows] == ["added"]
    after = card.read_text()
    assert parse(after.encode()).value["hosted"][0]["output_usd_per_mtok"] == 2
    assert set(before.splitlines()) < set(after.splitlines())


def test_an_offer_that_differs_is_written_only_when_accepted(tiny: tuple[Any, Path]) -> None:
    run_prices(tiny, CSV)
    again = (load_catalog([tiny[1]], bundled=False), tiny[1])
    dearer = CSV.replace("1.5", "9")
    assert run_prices(again, dearer).written == ()
    assert run_prices(again, CSV).rows[0]["status"] == "same"
    assert run_prices(again, dearer, accept=("hosted",)).written
    assert "input_usd_per_mtok: 9" in (tiny[1] / "models/tiny/tiny-1b.yaml").read_text()


def test_two_prices_of_one_provider_are_both_refused(tiny: tuple[Any, Path]) -> None:
    result = run_prices(tiny, CSV + "tiny:1b,acme,7,8,2026-01-02\n")
    assert {row["status"] for row in result.rows} == {"ambiguous"}
    assert result.written == ()


def test_a_price_without_a_source_is_not_written(tiny: tuple[Any, Path]) -> None:
    with pytest.raises(SourceError, match="without its source"):
        run_prices(tiny, CSV, source="nobody")


BOARD = BoardRequest("quiz-board")


def board(
    tiny: tuple[Any, Path], text: str, request: BoardRequest = BOARD, **more: Any
) -> BoardResult:
    return import_board(
        text.encode(), "t.csv", request._replace(directory=tiny[1], **more), tiny[0]
    )


def test_new_scores_are_added_and_those_that_differ_are_said(tiny: tuple[Any, Path]) -> None:
    result = board(
        tiny, "entry,language,score\nTiny,en,70\nTiny,no,55\nacme/Tiny-1B,en,62\nNobody,en,80\n"
    )
    assert result.differing == (("Tiny", "en", 61.5, 70),)
    assert result.unknown == ("Nobody",)
    assert "4 score(s) of 3 name(s), 3 new, 1 differ" in result.summary
    written = parse(Path(result.written[0]).read_bytes()).value
    assert written["scores"]["en"]["Tiny"] == 61.5
    assert written["scores"]["no"]["Tiny"] == 55
    assert written["entries"]["acme/Tiny-1B"] == {"model": "tiny/tiny-1b"}
    assert written["entries"]["Nobody"] == {}
    assert load_catalog([tiny[1]], bundled=False).boards


def test_differing_scores_are_taken_when_accepted(tiny: tuple[Any, Path]) -> None:
    result = board(tiny, "entry,en\nTiny,70\n", accept=True)
    assert parse(Path(result.written[0]).read_bytes()).value["scores"]["en"]["Tiny"] == 70


def test_a_wide_table_has_a_column_for_each_language(tiny: tuple[Any, Path]) -> None:
    result = board(tiny, "model,de,en-no\nTiny,40,\nNobody,,50.5\n", dry_run=True)
    assert result.written == ()
    scores = parse(result.text.encode()).value["scores"]
    assert scores["de"] == {"Tiny": 40}
    assert scores["en-no"] == {"Tiny": 33.25, "Nobody": 50.5}


def test_a_new_board_needs_to_say_how_its_scores_came_about(tiny: tuple[Any, Path]) -> None:
    table = "entry,score\nTiny,61\n"
    with pytest.raises(SourceError, match="a new board needs --source"):
        board(tiny, table, BoardRequest("fresh", benchmark="quiz"))
    request = BoardRequest("fresh", "quiz", "acme-card", "2026-01-01", "third-party", "zero-shot")
    assert board(tiny, table, request).written
    assert load_catalog([tiny[1]], bundled=False).boards["fresh"].scores


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("system_,score\na,1\n", "no column entry"),
        ("entry,language,score\nTiny,english,1\n", "no language tag"),
        ("entry,language,score\nTiny,en,high\n", "not a number"),
        ("entry,language,score\nTiny,en,inf\n", "not finite"),
        ("entry,language,score\nTiny,en,30\nTiny,en,30\n", "two scores"),
        ("entry,language,score,stderr\nTiny,en,30,-1\n", "below 0"),
        ("entry,language,score\nTiny,en,130\n", "lies outside"),
        ("entry,language,score\nTiny,en,0.5\nOther,en,0.7\n", "1 or less"),
        ("entry,language,score\n,en,30\n", "name is missing"),
        ("entry,language,score\nTiny,en,\n", "no scores"),
        ("entry,entry,score\na,b,1\n", "given twice"),
        ("entry,en\nTiny,30,40\n", "more cells"),
    ],
)
def test_a_wrong_table_is_refused(tiny: tuple[Any, Path], text: str, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        board(tiny, text)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"board": "No Id"}, "no id"),
        ({"benchmark": "nothing"}, "unknown benchmark"),
        ({"date": "soon"}, "no date"),
        ({"setting": "guessed"}, "'guessed' is not known"),
        ({"reported_by": "me"}, "'me' is not known"),
    ],
)
def test_a_wrong_word_about_a_board_is_refused(
    tiny: tuple[Any, Path], changes: Any, said: str
) -> None:
    with pytest.raises(SourceError, match=said):
        board(tiny, "entry,en\nTiny,30\n", **changes)


def test_an_ambiguous_name_gets_no_card() -> None:
    twins = {
        key: SimpleNamespace(name="Twin", aliases=(), artifacts=()) for key in ("a/one", "b/two")
    }
    quiz = SimpleNamespace(scale="rating", ceiling=None)
    catalog = SimpleNamespace(models=twins, benchmarks={"quiz": quiz})
    request = BoardRequest("fresh", "quiz", "s", "2026", "users", "prompted")
    result = import_board(b"entry,score\nTwin,1\n", "t.csv", request, catalog)
    assert any("may be a/one or b/two" in note for note in result.notes)
    assert "Twin: {}" in result.text
