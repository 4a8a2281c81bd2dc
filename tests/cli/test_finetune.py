"""The training sheet and the table: parts that sum, a bad row says why, and the others go on."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest

from tests.cli.conftest import Call, Refused

READS = (
    "model,method,quantization,optimizer,precision,lora_rank,lora_targets,batch,seq_len,packed,checkpointing,"
    "loss_chunking,optimizer_in_backward,offload,engine,sharding,gpus,gpu"
)
WRITES = (
    "weights_gib,gradients_gib,optimizer_gib,activations_gib,overhead_gib,total_gib,low_gib,high_gib,"
    "assumptions,error"
)
GOOD = (
    "llama-3.1-8b-instruct,,,,,,,,,,,,,,,,,",
    "llama-3.1-8b-instruct,full,bf16,adamw,bf16,,,1,2048,1,1,1,1,optimizer,torchtune,,1,A100 80GB",
    "llama-3.1-8b-instruct,qlora,nf4,paged_adamw_8bit,bf16,16,q_proj;v_proj,4,512,0,1,,,,unsloth,,,RTX 4090",
    "llama-3.1-8b-instruct,lora,bf16,adamw_torch,bf16,8,all-linear,1,4096,1,1,,,all,transformers,zero-3,8,H100",
)
BAD = {
    "nosuch,,,,,,,,,,,,,,,,,": "model: unknown model",
    "gpt-4.1,,,,,,,,,,,,,,,,,": "not published",
    "llama-3.1-8b-instruct,lorra,,,,,,,,,,,,,,,,": "method: unknown method",
    "llama-3.1-8b-instruct,full,nf4,,,,,,,,,,,,,,,": "cannot be trained whole",
    "llama-3.1-8b-instruct,qlora,bf16,,,,,,,,,,,,,,,": "quantized base",
    "llama-3.1-8b-instruct,lora,q4_k_m,,,,,,,,,,,,,,,": "files are for inference",
    "llama-3.1-8b-instruct,lora,,adamz,,,,,,,,,,,,,,": "optimizer: unknown optimizer",
    "llama-3.1-8b-instruct,lora,,,bf8,,,,,,,,,,,,,": "precision: unknown precision",
    "llama-3.1-8b-instruct,lora,,,,0,,,,,,,,,,,,": "lora_rank: '0'",
    "llama-3.1-8b-instruct,lora,,,,,x_proj,,,,,,,,,,,": "no matrix named 'x_proj'",
    "llama-3.1-8b-instruct,lora,,,,,,two,,,,,,,,,,": "batch: 'two'",
    "llama-3.1-8b-instruct,lora,,,,,,,-5,,,,,,,,,": "seq_len: '-5'",
    "llama-3.1-8b-instruct,lora,,,,,,,,,perhaps,,,,,,,": "checkpointing: 'perhaps'",
    "llama-3.1-8b-instruct,lora,,,,,,,,,,,,moon,,,,": "offload: unknown offload 'moon'",
    "llama-3.1-8b-instruct,lora,,,,,,,,,,,,,trainerx,,,": "engine: unknown trainer",
    "llama-3.1-8b-instruct,lora,,,,,,,,,,,,,,zero9,,": "sharding: unknown sharding",
    "llama-3.1-8b-instruct,lora,,,,,,,,,,,,,,,,RTX 9999": "gpu: unknown device",
}
Sheet = Callable[..., list[dict[str, str]]]


@pytest.fixture
def sheet(call: Call, tmp_path: Path) -> Sheet:
    """Estimates the rows given and returns those that come back."""

    def estimate(*rows: str, header: str = READS) -> list[dict[str, str]]:
        path = tmp_path / "in.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        answer = call("finetune", "--cases", str(path), "-o", "csv")
        assert answer.code == 0, answer.err
        return list(csv.DictReader(StringIO(answer.out)))

    return estimate


def test_the_columns_are_those_of_the_contract(sheet: Sheet) -> None:
    assert list(sheet(*GOOD)[0]) == [*READS.split(","), *WRITES.split(",")]


def test_good_rows_have_no_error(sheet: Sheet) -> None:
    assert [row["error"] for row in sheet(*GOOD)] == [""] * len(GOOD)


def test_the_parts_sum_to_the_total(sheet: Sheet) -> None:
    for row in sheet(*GOOD):
        parts = [
            f"{p}_gib" for p in ("weights", "gradients", "optimizer", "activations", "overhead")
        ]
        assert sum(float(row[p]) for p in parts) == pytest.approx(float(row["total_gib"]), abs=1e-9)


def test_the_total_lies_in_its_range(sheet: Sheet) -> None:
    for row in sheet(*GOOD):
        assert float(row["low_gib"]) < float(row["total_gib"]) < float(row["high_gib"])


def test_what_was_filled_in_is_said(sheet: Sheet) -> None:
    (row,) = sheet(GOOD[0])
    for name in ("method=lora", "optimizer=adamw", "batch=1", "seq_len=2048", "lora_rank=8"):
        assert name in row["assumptions"]


@pytest.mark.parametrize(("row", "reason"), BAD.items())
def test_a_bad_row_says_why_and_the_others_go_on(sheet: Sheet, row: str, reason: str) -> None:
    bad, good = sheet(row, GOOD[0])
    assert reason in bad["error"]
    assert good["error"] == ""


def test_a_misspelt_column_is_refused(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("model,lora_rnak\nllama-3.1-8b-instruct,8\n", encoding="utf-8")
    assert "close to `lora_rank`" in refused("finetune", "--cases", str(path))


def test_methods_stand_side_by_side(call: Call) -> None:
    plans = call("finetune", "llama-3.1-8b-instruct", "--gpu-mem", "24", "-o", "json").json()[
        "plans"
    ]
    assert [p["method"] for p in plans] == ["full", "lora", "qlora"]


def test_what_recomputation_would_let_in_is_named(call: Call) -> None:
    done = call(
        "finetune", "llama-3.1-8b-instruct", "--gpu-mem", "24", "--seq-len", "2048", "-o", "json"
    )
    smaller = done.json()["with_checkpointing"]
    assert [p["method"] for p in smaller] == ["lora", "qlora"]


def test_recomputation_is_not_offered_to_who_refused_it(call: Call) -> None:
    done = call(
        "finetune", "llama-3.1-8b-instruct", "--gpu-mem", "24", "--no-checkpointing", "-o", "json"
    )
    assert done.json()["with_checkpointing"] == []


@pytest.mark.parametrize("unused", [("--lora-rank", "64"), ("--lora-targets", "q_proj")])
def test_a_setting_the_method_does_not_have_is_refused(
    refused: Refused, unused: tuple[str, str]
) -> None:
    said = refused("finetune", "llama-3.1-8b-instruct", "--method", "full", *unused)
    assert f"{unused[0]}: full has none" in said


def test_nothing_fits_is_exit_code_1(call: Call) -> None:
    assert (
        call("finetune", "llama-3.1-8b-instruct", "--method", "full", "--gpu-mem", "24").code == 1
    )


def test_a_sheet_takes_no_other_settings(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("model\nllama-3.1-8b-instruct\n", encoding="utf-8")
    assert "holds its own models" in refused("finetune", "--cases", str(path), "--batch", "2")


def test_a_rank_that_a_method_does_not_have_is_said_to_be_unused(sheet: Sheet) -> None:
    (row,) = sheet("llama-3.1-8b-instruct,full,,,,8,,,,,,,,,,,,")
    assert "lora_rank=8 unused" in row["assumptions"]


def test_sharding_on_one_gpu_is_said(sheet: Sheet) -> None:
    (row,) = sheet("llama-3.1-8b-instruct,full,,,,,,,,,,,,,,zero3,1,")
    assert "sharding=zero3 on one GPU" in row["assumptions"]


def test_recomputation_is_said_in_words(call: Call) -> None:
    out = call("finetune", "llama-3.1-8b-instruct").out
    assert "all activations kept for the backward pass" in out
    assert "checkpointing 0" not in out
