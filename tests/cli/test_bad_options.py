"""A wrong option exits 2, names itself and says how to mend it."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Refused

TASK = ("recommend", "--task", "translation")
CARD = (*TASK, "--gpu-mem", "24")
NER = ("recommend", "--task", "ner")
BY_NAME = {
    # command line: the option named, part of the remedy
    ("recommend", "--task", "translatoin", "--gpu-mem", "24"): ("--task", "translation"),
    ("recommend", "--task", "", "--gpu-mem", "24"): ("--task", "llm-select tasks"),
    ("recommend", "--gpu-mem", "24"): ("--task", "--help"),
    (*NER, "--gpu-mem", "24", "--language", "xx"): ("--language", "llm-select benchmarks"),
    (*NER, "--gpu-mem", "24", "--language", "germna"): ("--language", ""),
    (*CARD, "--pair", "en-xx"): ("--pair", "did you mean en-"),
    (*CARD, "--pair", "en"): ("--pair", "llm-select benchmarks"),
    (*CARD, "--pair", "en-en"): ("--pair", ""),
    (*TASK, "--gpu", "RTX 9999"): ("--gpu", "rtx 4090"),
    (*TASK, "--gpu", "bananas"): ("--gpu", "llm-select hardware list"),
    ("explain", "gema-3-12b-it", "--task", "ner", "--gpu-mem", "24"): ("MODEL", "gemma-3-12b-it"),
    ("compare", "gemma-3-12b-it", "gpt-4.11"): ("MODEL", "gpt-4.1"),
    ("estimate", "gema-3-12b-it"): ("MODEL", "gemma-3-12b-it"),
    (*CARD, "--engine", "vlm"): ("--engine", "vllm"),
    (*CARD, "--engine", "qqqqq"): ("--engine", "llama.cpp"),
    (*CARD, "--quantization", "q4_k_x"): ("--quantization", "q4_k_m"),
    (*CARD, "--quantization", "zzz"): ("--quantization", "q4_k_m"),
    (*CARD, "--profile", "fast"): ("--profile", "speed"),
    (*CARD, "--profile", "fast", "--weights", "quality=1"): ("--profile", "speed"),
    (*CARD, "--weights", "sped=1"): ("--weights", "speed"),
    (*CARD, "--license", "mitt"): ("--license", "mit"),
    (*CARD, "--license", "zzz"): ("--license", "llm-select licenses"),
    (*CARD, "--family", "lama"): ("--family", "llama"),
    (*CARD, "-o", "jsn"): ("--output", "json"),
    (*CARD, "-o", "xml"): ("--output", "json"),
    (*CARD, "--locale", "fr"): ("--locale", "en, zh"),
    (*CARD, "--weights-access", "hostd"): ("--weights-access", "hosted"),
    (*CARD, "--privacy", "slef"): ("--privacy", "self-hosted"),
    (*CARD, "--modality", "smell"): ("--modality", "image"),
    (*CARD, "--thinking", "maybe"): ("--thinking", "off"),
    ("estimate", "gemma-3-12b-it", "--kv-type", "q99"): ("--kv-type", "q8_0"),
    ("catalog", "schema", "modle"): ("KIND", "model"),
    ("hardware", "lst"): ("lst", "list"),
    ("recommend", "--tsk", "ner"): ("--tsk", "--task"),
    (*CARD, "surplus"): ("surplus", "--help"),
}


@pytest.mark.parametrize("line", BY_NAME, ids=" ".join)
def test_an_unknown_name_is_refused_with_the_nearest(
    line: tuple[str, ...], refused: Refused
) -> None:
    option, remedy = BY_NAME[line]
    message = refused(*line)
    assert option in message
    assert remedy in message


@pytest.mark.parametrize(
    "amount",
    [
        "-1",
        "-24GB",
        "0",
        "0GiB",
        "nan",
        "NaN",
        "inf",
        "-inf",
        "24 bananas",
        "",
        " ",
        "1e400",
        "24,5",
        "٢٤",
        "0x18",
        "99999999999",
        "2TiBs",
        "24 24",
    ],
)
@pytest.mark.parametrize("option", ["--gpu-mem", "--ram"])
def test_an_amount_of_memory_that_is_none_is_refused(
    option: str, amount: str, refused: Refused
) -> None:
    message = refused(*NER, option, amount)
    assert f"{option}: " in message
    assert "GiB" in message


@pytest.mark.parametrize("command", ["explain", "compare", "estimate"])
def test_every_command_checks_memory(command: str, refused: Refused) -> None:
    models = ["gemma-3-12b-it", "gemma-3-27b-it"][: 2 if command == "compare" else 1]
    task = ["--task", "ner"] if command == "explain" else []
    assert "--gpu-mem" in refused(command, *models, *task, "--gpu-mem", "24 bananas")


WHOLE = ("--gpus", "--context", "--generate", "--concurrency", "--top")


@pytest.mark.parametrize(
    "value", ["0", "-1", "99999999999999999999", "1.5", "nan", "inf", "many", ""]
)
@pytest.mark.parametrize("option", WHOLE)
def test_a_count_must_be_a_whole_number_in_range(option: str, value: str, refused: Refused) -> None:
    assert option in refused(*CARD, option, value)


@pytest.mark.parametrize("value", ["-1", "1.5", "9" * 30, "9" * 400, "nan"])
def test_examples_must_be_a_whole_number_in_range(value: str, refused: Refused) -> None:
    assert "--examples" in refused(*CARD, "--examples", value)


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "-inf", "fast", "1e400"])
@pytest.mark.parametrize("option", ["--min-speed", "--max-price"])
def test_a_bound_must_be_above_0_and_finite(option: str, value: str, refused: Refused) -> None:
    assert option in refused(*CARD, option, value)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "good"])
def test_an_accuracy_must_be_a_number(value: str, refused: Refused) -> None:
    assert "--min-accuracy" in refused(*CARD, "--min-accuracy", value)


@pytest.mark.parametrize(
    "weights",
    [
        "",
        "quality",
        "quality=",
        "quality=x",
        "quality=-1",
        "quality=nan",
        "quality=inf",
        "quality=0",
        "quality=1,quality=2",
        "quality=1,,speed=1",
        "=1",
        "quality=1;speed=1",
    ],
)
def test_weights_must_be_numbers_of_known_criteria(weights: str, refused: Refused) -> None:
    assert "--weights: " in refused(*CARD, "--weights", weights)


def test_a_number_out_of_range_is_shown_as_typed(refused: Refused) -> None:
    assert "99999999 is out of range" in refused(*CARD, "--gpus", "99999999")


def test_a_device_with_several_memories_asks_which(refused: Refused) -> None:
    message = refused(*NER, "--gpu", "M4 Max")
    assert "--gpu-mem" in message
    assert "64" in message


def test_a_size_the_device_is_not_sold_with_is_refused(refused: Refused) -> None:
    message = refused(*NER, "--gpu", "RTX 4090", "--gpu-mem", "48")
    assert "not sold with 48 GiB" in message
    assert "24" in message


def test_an_input_of_any_characters_is_no_crash(refused: Refused) -> None:
    for text in ("\x00", "\ud800", "'; DROP", "🤖" * 2000, "../../etc/passwd", "%s%n", "[bold]"):
        assert "--task" in refused("recommend", "--task", text, "--gpu-mem", "24")
