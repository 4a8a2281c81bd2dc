"""The sizing sheet: same rows out, parts that sum, a bad row says why and the others go on."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest

from tests.cli.conftest import Call, Refused

READS = (
    "model,quantization,engine,engine_version,context,batch,prompt_tokens,generate_tokens,kv_type,ubatch,"
    "flash_attention,split_mode,gpu,gpus,gpu_mem"
)
WRITES = (
    "weights_gib,host_gib,kv_cache_gib,activations_gib,overhead_gib,total_gib,low_gib,high_gib,verdict,"
    "decode_tps,decode_low,decode_high,prefill_tps,prefill_low,prefill_high,assumptions,error"
)
GOOD = (
    "gemma-3-12b-it,,,,,,,,,,,,,,",
    "gemma-3-12b-it,q4_k_m,llama.cpp,,8192,1,,,q8_0,512,on,,RTX 4090,1,",
    "google/gemma-3-27b-it,bf16,vllm,,32768,8,30000,500,,,,,H100 SXM,2,80",
    "deepseek-v3,q4_k_m,llama.cpp,,4096,1,,,,,,layer,H100 SXM,8,80",
    "llama-3.1-8b-instruct,,transformers,,2048,,,,,,,,,,24",
)
BAD = {
    "nosuch-model,,,,,,,,,,,,,,": "model: unknown model",
    ",,,,,,,,,,,,,,": "unknown model",
    "gpt-4.1,,,,,,,,,,,,,,": "not published",
    "gemma-3-12b-it,q99,,,,,,,,,,,,,": "quantization: unknown quantization",
    "gemma-3-12b-it,q4_k_m,vllm,,,,,,,,,,,,": "does not load q4_k_m",
    "gemma-3-12b-it,,bananas,,,,,,,,,,,,": "engine: unknown engine",
    "gemma-3-12b-it,,,,minus,,,,,,,,,,": "context: 'minus' is not a whole number",
    "gemma-3-12b-it,,,,-1,,,,,,,,,,": "context: '-1'",
    "gemma-3-12b-it,,,,0,,,,,,,,,,": "context: '0'",
    "gemma-3-12b-it,,,,,NaN,,,,,,,,,": "batch: 'NaN'",
    "gemma-3-12b-it,,,,,,,,q99,,,,,,": "kv_type",
    "gemma-3-12b-it,,,,,,,,,,perhaps,,,,": "flash_attention: 'perhaps'",
    "gemma-3-12b-it,,,,,,,,,,,,,,24 bananas": "'24 bananas' is not an amount of memory",
    "gemma-3-12b-it,,,,,,,,,,,,,,-24": "is not an amount of memory",
    "gemma-3-12b-it,,,,,,,,,,,,RTX 9999,,": "unknown device",
    "gemma-3-12b-it,,,,,,,,,,,,M4 Max,,": "several memories",
    "gemma-3-12b-it,,,,,,,,,,,,RTX 4090,,48": "is not sold with 48 GiB",
    "gemma-3-12b-it,,,,,,,,,,,,,2,": "number of devices",
    "gemma-3-12b-it,,,,,,,,,,,sideways,,,24": "split",
}
Sheet = Callable[..., list[dict[str, str]]]


@pytest.fixture
def sheet(call: Call, tmp_path: Path) -> Sheet:
    """Estimates the rows given and returns those that come back."""

    def estimate(*rows: str, header: str = READS) -> list[dict[str, str]]:
        path = tmp_path / "in.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        answer = call("estimate", "--cases", str(path), "-o", "csv")
        assert answer.code == 0, answer.err
        return list(csv.DictReader(StringIO(answer.out)))

    return estimate


def test_the_columns_are_those_of_the_contract(sheet: Sheet) -> None:
    assert list(sheet(*GOOD)[0]) == [*READS.split(","), *WRITES.split(",")]


@pytest.mark.parametrize("row", GOOD)
def test_the_parts_sum_to_the_total(row: str, sheet: Sheet) -> None:
    (found,) = sheet(row)
    assert found["error"] == ""
    parts = ("weights_gib", "kv_cache_gib", "activations_gib", "overhead_gib")
    total = float(found["total_gib"])
    assert sum(float(found[part]) for part in parts) == pytest.approx(total, rel=1e-6)
    assert float(found["low_gib"]) <= total <= float(found["high_gib"])


def test_a_row_comes_back_with_what_it_asked(sheet: Sheet) -> None:
    (found,) = sheet(GOOD[1])
    assert list(found.values())[:15] == GOOD[1].split(",")


def test_defaults_are_named_in_the_assumptions(sheet: Sheet) -> None:
    (found,) = sheet(GOOD[0])
    for name in ("engine=", "quantization=", "context=", "batch=1", "generate_tokens="):
        assert name in found["assumptions"]


def test_absent_columns_mean_the_default(sheet: Sheet) -> None:
    (found,) = sheet("gemma-3-12b-it", header="model")
    assert float(found["total_gib"]) > 0


def test_a_known_card_gives_speed_with_its_range_and_a_verdict(sheet: Sheet) -> None:
    (found,) = sheet(GOOD[1])
    assert found["verdict"] == "fits"
    low, mid, high = (float(found[f"decode_{k}"]) for k in ("low", "tps", "high"))
    assert 0 < low <= mid <= high


def test_without_a_machine_there_is_no_verdict_and_no_speed(sheet: Sheet) -> None:
    (found,) = sheet(GOOD[0])
    assert found["decode_tps"] == ""
    assert found["verdict"] == ""


@pytest.mark.parametrize("row", BAD)
def test_a_bad_row_says_why_and_the_others_go_on(row: str, sheet: Sheet) -> None:
    first, bad, last = sheet(GOOD[0], row, GOOD[0])
    assert BAD[row] in bad["error"]
    assert bad["total_gib"] == ""
    assert first["error"] == last["error"] == ""
    assert first == last


def test_columns_of_the_users_own_are_kept(sheet: Sheet) -> None:
    (found,) = sheet("gemma-3-12b-it,seven", header="model,ticket")
    assert found["ticket"] == "seven"


@pytest.mark.parametrize(
    ("slip", "meant"), [("kvtype", "kv_type"), ("contxt", "context"), ("GPU", "gpu")]
)
def test_a_misspelt_column_is_refused_with_the_one_meant(
    slip: str, meant: str, refused: Refused, tmp_path: Path
) -> None:
    path = tmp_path / "in.csv"
    path.write_text(f"model,{slip}\ngemma-3-12b-it,1\n")
    message = refused("estimate", "--cases", str(path))
    assert f"'{slip}'" in message
    assert f"`{meant}`" in message


def test_a_column_like_one_that_the_sheet_has_too_is_the_users_own(sheet: Sheet) -> None:
    (found,) = sheet("gemma-3-12b-it,7", header="model,model_id")
    assert found["model_id"] == "7"


def test_results_can_be_estimated_again(sheet: Sheet) -> None:
    (first,) = sheet(GOOD[1])
    (again,) = sheet(GOOD[1] + "," * len(WRITES.split(",")), header=f"{READS},{WRITES}")
    assert again == first


def test_no_row_that_can_be_estimated_is_exit_code_1(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("model\nnosuch-model\n\nalso-none\n")
    answer = call("estimate", "--cases", str(path), "-o", "csv")
    assert answer.code == 1
    assert answer.out.count("unknown model") == 2


def test_a_sheet_of_a_header_alone_gives_the_header(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("model,ticket\n")
    answer = call("estimate", "--cases", str(path), "-o", "csv")
    assert answer == (0, f"model,ticket,{WRITES}\n", "")


def test_a_longer_context_never_takes_less(sheet: Sheet) -> None:
    rows = [f"gemma-3-12b-it,q8_0,llama.cpp,{n}" for n in (512, 4096, 32768, 131072)]
    totals = [
        float(r["total_gib"]) for r in sheet(*rows, header="model,quantization,engine,context")
    ]
    assert totals == sorted(totals)


def test_a_missing_sheet_is_refused(refused: Refused, tmp_path: Path) -> None:
    message = refused("estimate", "--cases", str(tmp_path / "none.csv"))
    assert "--cases" in message
    assert "none.csv" in message


def test_a_directory_is_no_sheet(refused: Refused, tmp_path: Path) -> None:
    assert "--cases" in refused("estimate", "--cases", str(tmp_path))


def test_a_sheet_without_models_is_refused(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("name\nx\n")
    assert "no column `model`" in refused("estimate", "--cases", str(path))


def test_an_empty_sheet_is_refused(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("")
    assert "no column `model`" in refused("estimate", "--cases", str(path))


def test_a_sheet_that_is_not_utf8_is_refused(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(b"model\n\xff\xfe\n")
    assert "UTF-8" in refused("estimate", "--cases", str(path))


def test_a_sheet_of_100_mb_is_refused_unread(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    with path.open("wb") as file:
        file.truncate(100 * 10**6)
    assert "larger than 64 MiB" in refused("estimate", "--cases", str(path))


def test_a_sheet_with_a_byte_order_mark_is_read(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes("model\ngemma-3-12b-it\n".encode("utf-8-sig"))
    assert call("estimate", "--cases", str(path), "-o", "csv").code == 0


def test_a_cell_more_or_less_than_the_header_is_no_crash(sheet: Sheet) -> None:
    short, long = sheet("gemma-3-12b-it", "gemma-3-12b-it,,,,,,,,,,,,,,,surplus")
    assert short["error"] == ""
    assert long["error"] == ""


@pytest.mark.parametrize(
    "option",
    [
        ("--gpu-mem", "24"),
        ("--context", "4096"),
        ("--generate", "9"),
        ("--concurrency", "2"),
        ("--kv-type", "q8_0"),
    ],
)
def test_options_that_belong_in_columns_are_refused(
    option: tuple[str, str], refused: Refused, tmp_path: Path
) -> None:
    path = tmp_path / "in.csv"
    path.write_text("model\ngemma-3-12b-it\n")
    assert "--cases" in refused("estimate", "--cases", str(path), *option)
