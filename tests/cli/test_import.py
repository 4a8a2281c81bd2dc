"""`catalog import` and `catalog import-evaluations` as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.catalog.importers.builders import LLAMA_WEIGHTS, config_bytes
from tests.cli.conftest import Call, Refused


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "config.json"
    path.write_bytes(config_bytes())
    return str(path)


def test_a_configuration_alone_prints_a_draft_and_what_is_missing(config: str, call: Call) -> None:
    answer = call("catalog", "import", config, "--id", "acme/small", "-o", "plain")
    assert answer.code == 0
    assert "acme/small: a new card" in answer.out
    assert f"parameters: {{total: {LLAMA_WEIGHTS}, active: {LLAMA_WEIGHTS}}}" in answer.out
    assert "Still to be given: name, developer, released, license." in answer.out


def test_a_card_of_the_catalog_shows_what_differs(config: str, call: Call) -> None:
    answer = call("catalog", "import", config, "--id", "llama/llama-3.1-8b", "-o", "plain")
    assert answer.code == 0
    assert "! architecture.layers: 32 on the card, 2 in the source" in answer.out
    assert "--accept FIELD or --accept all takes it" in answer.out


def test_json_has_every_change(config: str, call: Call) -> None:
    found = call("catalog", "import", config, "--id", "llama/llama-3.1-8b", "-o", "json").json()
    by_field = {one["field"]: one for one in found["changes"]}
    assert by_field["architecture.layers"] == {
        "field": "architecture.layers", "status": "differs", "card": 32, "source": 2
    }  # fmt: skip
    assert by_field["kind"]["status"] == "same"
    assert found["written"] == []


def test_a_draft_is_written_and_passes_the_check(config: str, tmp_path: Path, call: Call) -> None:
    mine = tmp_path / "mine"
    answer = call(
        "catalog", "import", config, "--catalog", str(mine), "--id", "acme/small",
        "--repository", "acme/Small", "--revision", "abc", "--set", "name=Small", "--set", "developer=Acme",
        "--set", "released=2026-01-02", "--set", "license=mit",
    )  # fmt: skip
    assert answer.code == 0, answer
    assert call("catalog", "check", str(mine)).code == 0
    assert call("show", "acme/Small", "--catalog", str(mine)).code == 0


def test_a_bundled_card_is_corrected_whole_in_a_directory_of_ones_own(
    config: str, tmp_path: Path, call: Call
) -> None:
    mine = tmp_path / "mine"
    answer = call(
        "catalog", "import", config, "--catalog", str(mine), "--id", "qwen/qwen3-8b",
        "--repository", "Qwen/Qwen3-8B", "--accept", "context",
    )  # fmt: skip
    assert answer.code == 0, answer
    assert call("catalog", "check", str(mine)).code == 0
    assert "native: 2048" in (mine / "models/qwen/qwen3-8b.yaml").read_text()


def test_prices_are_compared_with_the_cards(tmp_path: Path, call: Call) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("model,provider,input,output,as_of\ngpt-4.1,OpenAI,2,9,2026-11-24\n")
    answer = call("catalog", "import", str(path), "-o", "json")
    assert answer.json()["offers"][0]["status"] == "differs"


def test_a_board_is_compared(tmp_path: Path, call: Call) -> None:
    path = tmp_path / "table.csv"
    path.write_text("entry,language,score\nRoBERTa-Large,en,80\nNew One,en,70\n")
    answer = call("catalog", "import-evaluations", str(path), "--board", "squad-v2", "-o", "json")
    found = answer.json()
    assert found["differing"] == [
        {"entry": "RoBERTa-Large", "language": "en", "board": 89.4, "csv": 80}
    ]
    assert found["unknown"] == ["New One"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--id", "Not An Id"), "--id"),
        (("--set", "colour=red"), "--set"),
        (("--set", "released"), "--set"),
        (("--set", "released=soon"), "--set"),
        (("--repository", "nobody"), "no repository"),
        (("--url", "ftp:x"), "--url"),
        (("--as-of", "2026"), "--as-of goes with a price table"),
        (("-o", "html"), "--output"),
        (("--id", "a/b", "--accept", "context"), "--accept"),
    ],
)
def test_a_wrong_option_is_refused(
    options: tuple[str, ...], said: str, config: str, refused: Refused
) -> None:
    assert said in refused("catalog", "import", config, *options)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff", b"[" * 9999, b'{"model_type": 1}', b"null", b'"x"', b"7"]
)
def test_a_broken_file_is_refused_without_a_traceback(
    data: bytes, tmp_path: Path, refused: Refused
) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(data)
    assert "config.json" in refused("catalog", "import", str(path))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path, refused: Refused) -> None:
    assert "not a file" in refused("catalog", "import", str(tmp_path / "config.json"))
    assert "not a file" in refused(
        "catalog", "import-evaluations", str(tmp_path / "x.csv"), "--board", "b"
    )


def test_an_unknown_architecture_is_refused_by_name(tmp_path: Path, refused: Refused) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"model_type": "warp", "warp_layers": 3}))
    assert "fields not placed: warp_layers" in refused("catalog", "import", str(path))
