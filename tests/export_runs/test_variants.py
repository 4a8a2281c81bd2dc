"""Every method, optimizer, number type and form of data that a project offers, trained in this process."""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.export_runs.projects import PLANS, export, lora
from tests.export_runs.running import losses

CHAT = PLANS["chat"]._replace(epochs=3)
ADAPTED = lora(CHAT)
VECTORS = {"lora_rank": 8, "lora_targets": (), "lora_alpha": None, "learning_rate": 3e-2}
NARROW = {"lora_targets": ("q_proj", "v_proj")}
VARIANTS = {
    "qlora": lora(CHAT, method="qlora", quantization="nf4"),
    "dora": lora(CHAT, method="dora", **NARROW),
    "rslora": lora(CHAT, method="rslora"),
    "pissa": lora(CHAT, method="pissa"),
    "prefix-tuning": lora(CHAT, method="prefix-tuning", **VECTORS),
    "prompt-tuning": lora(CHAT, method="prompt-tuning", **VECTORS),
    "ia3": lora(CHAT, method="ia3", **VECTORS),
    "sgd": CHAT._replace(optimizer="sgd", learning_rate=0.5),
    "momentum": CHAT._replace(optimizer="momentum", learning_rate=0.1),
    "adam": CHAT._replace(optimizer="adam"),
    "adafactor": CHAT._replace(optimizer="adafactor", schedule="constant"),
    "lion": CHAT._replace(optimizer="lion", learning_rate=1e-3, schedule="cosine"),
    "galore": CHAT._replace(optimizer="galore"),
    "adamw-8bit": CHAT._replace(optimizer="adamw-8bit"),
    "ademamix": CHAT._replace(optimizer="ademamix"),
    "bf16": CHAT._replace(precision="bf16", warmup_ratio=0.0),
    "bf16-mixed": ADAPTED._replace(precision="bf16-mixed"),
    "packing": CHAT._replace(packing=True, batch=2, epochs=8),
    "checkpointing": ADAPTED._replace(checkpointing=True, accumulation=2, epochs=6),
    "label-smoothing": PLANS["translation"]._replace(label_smoothing=0.1, epochs=3),
    "plain-text": CHAT._replace(chat=False, task="extractive-qa", metrics=("span-f1",)),
    "decoder-names": CHAT._replace(task="ner", metrics=("entity-f1",)),
    "decoder-translates": CHAT._replace(task="translation", pairs=("en-de",), metrics=("chrf",)),
    "number": PLANS["number"],
    "decoder-labels": PLANS["labels"]._replace(kind="decoder", model_type="qwen3", epochs=3),
}
_ARCHITECTURE = {"label-smoothing": "marian", "decoder-labels": "qwen3", "number": "bert"}


@contextmanager
def modules_of(project: Path) -> Iterator[None]:
    """Imports find the project's own modules, and forget them afterwards."""
    own = {path.stem for path in project.glob("*.py")}
    before = sys.path[:]
    sys.path[:0] = [str(project)]
    try:
        yield
    finally:
        sys.path[:] = before
        for module in own & set(sys.modules):
            del sys.modules[module]


def main_of(project: Path, name: str, *arguments: str) -> None:
    """Runs a script of the project here, with modules of its own."""
    before = sys.argv
    sys.argv = [name, *arguments]
    try:
        with modules_of(project):
            runpy.run_path(str(project / name), run_name="__main__")
    finally:
        sys.argv = before


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_trains_and_answers(
    name: str, tmp_path: Path, base: Any, capsys: Any, record_property: Any
) -> None:
    """The loss falls and the saved model answers."""
    plan = VARIANTS[name]
    project = export(tmp_path / "project", plan, base(_ARCHITECTURE.get(name, "llama")))
    main_of(project, "train.py")
    found = losses(project)
    last = min(loss for _, loss in found[-3:])
    assert last < found[0][1]
    capsys.readouterr()
    main_of(project, "predict.py", "Where is the station?")
    assert capsys.readouterr().out.endswith("\n")
    record_property("loss", f"{found[0][1]:.3f} to {last:.3f}")


def test_a_merged_adapter_answers_as_the_adapter_does(tmp_path: Path, base: Any) -> None:
    """`merge.py` writes a whole model with the same scores."""
    import torch
    from transformers import AutoModelForCausalLM

    project = export(tmp_path / "project", ADAPTED, base("llama"))
    main_of(project, "train.py")
    main_of(project, "merge.py")
    from peft import AutoPeftModelForCausalLM

    ids = torch.tensor([[5, 9, 20, 300]])
    adapter = AutoPeftModelForCausalLM.from_pretrained(project / "output" / "model").eval()
    merged = AutoModelForCausalLM.from_pretrained(project / "output" / "merged").eval()
    with torch.no_grad():
        assert torch.allclose(adapter(ids).logits, merged(ids).logits, atol=1e-4)


def test_names_listed_by_a_decoder_are_scored(tmp_path: Path, base: Any) -> None:
    """Entity F1 of a decoder compares the names it writes with those of the row."""
    project = export(tmp_path / "project", VARIANTS["decoder-names"], base("llama"))
    main_of(project, "train.py")
    main_of(project, "evaluate.py")
    results = json.loads((project / "output" / "evaluation.json").read_text())
    assert 0 <= results["metrics"]["entity-f1"]["value"] <= 1


def test_other_settings_than_those_of_the_checkpoints_are_refused(
    tmp_path: Path, base: Any, capsys: Any
) -> None:
    """Going on with another rate is an error that names it, with both values."""
    project = export(tmp_path / "project", PLANS["labels"]._replace(epochs=1), base("bert"))
    main_of(project, "train.py")
    settings = project / "settings.yaml"
    settings.write_text(settings.read_text().replace("learning_rate: 0.001", "learning_rate: 0.5"))
    with pytest.raises(SystemExit) as ended:
        main_of(project, "train.py")
    assert ended.value.code == 2
    assert "training.learning_rate: was 0.001, is 0.5" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("tokenizer", "tag", "codes"),
    [
        ("NllbTokenizer", "de", ["deu_Latn"]),
        ("NllbTokenizer", "zh", ["zho_Hans", "zho_Hant"]),
        ("NllbTokenizer", "zh-Hant", ["zho_Hant"]),
        ("MBart50Tokenizer", "zh", ["zh_CN"]),
        ("MBart50Tokenizer", "sr", []),
    ],
)
def test_a_language_is_found_among_the_codes_of_a_tokenizer(
    tokenizer: str, tag: str, codes: list[str], tmp_path: Path
) -> None:
    """BCP-47 tags in, the tokenizer's own codes out; two for a language written in two scripts."""
    import transformers

    project = export(tmp_path / "project", PLANS["translation"], tmp_path)
    with modules_of(project):
        from model import language_codes

        assert language_codes(getattr(transformers, tokenizer)(), tag) == codes
