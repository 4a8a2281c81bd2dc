"""Whether each rule of `catalog/strategies.yaml` holds: one function each, named as the rule is.

A function returns whether it holds and the values its sentence needs; what follows from it stands in the catalog.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from llm_select.plan.facts import Facts, Rival
from llm_select.plan.objective import SHORT_ANSWERS

Value = str | float | int | None
Found = tuple[bool, dict[str, Value]]
Thresholds = Mapping[str, float]
FACTS = ("open-qa", "knowledge")
"""Tasks that ask what is true rather than how to put it."""
GENERATIVE = ("decoder", "encoder-decoder")


class Outcome(NamedTuple):
    """A rule and whether it holds."""

    rule: str
    holds: bool
    values: Mapping[str, Value]


def weights_hosted(f: Facts, _: Thresholds) -> Found:
    return f.model.weights == "hosted", {"developer": f.model.developer}


def privacy_hosted(f: Facts, _: Thresholds) -> Found:
    return f.privacy == "self-hosted" and f.model.weights == "hosted", {"privacy": f.privacy}


def license_commercial(f: Facts, _: Thresholds) -> Found:
    forbids = f.commercial and (f.license is None or f.license.commercial == "no")
    name = f.license.name if f.license is not None else f.model.license
    other = "license" in f.blocked
    return forbids or other, {"license": name, "asked": int(f.commercial), "other": int(other)}


def task_kind(f: Facts, _: Thresholds) -> Found:
    code = next(
        (c for c in ("kind", "specialization", "modality", "modality-output") if c in f.blocked), ""
    )
    kinds = ", ".join(f.task.kinds)
    made = ", ".join(f.model.specialization)
    return bool(code), {"code": code, "kind": f.model.kind, "kinds": kinds, "made_for": made}


def not_promptable(f: Facts, _: Thresholds) -> Found:
    if f.task.output_modality == "embedding":
        return False, {"kind": f.model.kind}
    untrained = f.model.kind in f.task.finetune_kinds and not f.model.specialization
    return f.model.kind == "encoder" or untrained, {"kind": f.model.kind}


def no_examples(f: Facts, t: Thresholds) -> Found:
    return f.examples < t["examples"], {"given": f.examples}


def few_examples(f: Facts, t: Thresholds) -> Found:
    return 0 < f.examples < t["examples"], {"given": f.examples, "needed": t["examples"]}


def accuracy_reached(f: Facts, _: Thresholds) -> Found:
    low = f.quality.low if f.quality is not None else None
    values: dict[str, Value] = {"asked": f.min_accuracy, "low": low}
    if f.min_accuracy is None or low is None or not_promptable(f, {})[0]:
        return False, values
    return low >= f.min_accuracy, values


def encoder_wins(f: Facts, t: Thresholds) -> Found:
    return _wins(f, f.encoder, "encoder", t)


def encoder_decoder_wins(f: Facts, t: Thresholds) -> Found:
    return _wins(f, f.encoder_decoder, "encoder-decoder", t)


def _wins(f: Facts, rival: Rival | None, kind: str, t: Thresholds) -> Found:
    own = f.quality.value if f.quality is not None else None
    values: dict[str, Value] = {"own": own, "examples": f.examples, "kind": kind}
    if f.model.kind == kind:
        return False, {**values, "why": "same-kind"}
    if kind not in f.task.kinds:
        return False, {**values, "why": "task"}
    if rival is None:
        return False, {**values, "why": "none"}
    values |= {
        "rival": rival.model_id,
        "name": rival.name,
        "value": rival.value,
        "needed": rival.needed,
        "probability": rival.probability,
    }
    if f.examples < rival.needed:
        return False, {**values, "why": "examples"}
    asked = f.min_accuracy
    own_low = f.quality.low if f.quality is not None else None
    if asked is not None and rival.low >= asked and (own_low is None or own_low < asked):
        return True, {**values, "why": "reaches", "asked": asked}
    if rival.probability is None:
        return False, {**values, "why": "unrated"}
    if rival.probability < t["probability"]:
        return False, {**values, "why": "lower"}
    return True, {**values, "why": "higher"}


def own_encoder(f: Facts, _: Thresholds) -> Found:
    return f.model.kind == "encoder" and not task_kind(f, {})[0], {"kind": f.model.kind}


def encoder_few(f: Facts, t: Thresholds) -> Found:
    few = 0 < f.examples < t["examples"]
    return f.model.kind == "encoder" and few, {
        "given": f.examples,
        "needed": t["examples"],
        "kind": f.model.kind,
    }


def translation_few(f: Facts, t: Thresholds) -> Found:
    applies = f.task.paired and f.model.kind == "decoder"
    return applies and f.examples < t["examples"], {
        "given": f.examples,
        "needed": t["examples"],
        "applies": int(applies),
    }


def own_encoder_decoder(f: Facts, _: Thresholds) -> Found:
    return f.model.kind == "encoder-decoder" and not task_kind(f, {})[0], {"kind": f.model.kind}


def many_examples(f: Facts, t: Thresholds) -> Found:
    many = f.examples >= t["examples"]
    return f.model.kind == "decoder" and many, {"given": f.examples, "needed": t["examples"]}


def short_answers_few(f: Facts, t: Thresholds) -> Found:
    short = f.task_id in SHORT_ANSWERS and f.model.kind in GENERATIVE
    few = t["from"] <= f.examples < t["examples"]
    return short and few, {
        "given": f.examples,
        "from": t["from"],
        "to": t["examples"],
        "short": int(f.task_id in SHORT_ANSWERS),
    }


def adapter(f: Facts, t: Thresholds) -> Found:
    enough = f.examples >= t["examples"]
    return f.model.kind == "decoder" and enough, {
        "given": f.examples,
        "needed": t["examples"],
        "kind": f.model.kind,
    }


def quantized_base(f: Facts, _: Thresholds) -> Found:
    lora, qlora = f.verdicts.get("lora"), f.verdicts.get("qlora")
    return lora in ("tight", "no") and qlora == "fits", {"lora": lora, "qlora": qlora}


def dora(f: Facts, _: Thresholds) -> Found:
    own = f.quality.value if f.quality is not None else None
    short = f.min_accuracy is not None and own is not None and own < f.min_accuracy
    return f.model.kind == "decoder" and short, {"own": own, "asked": f.min_accuracy}


def virtual_tokens(f: Facts, t: Thresholds) -> Found:
    size = f.model.parameters.total if f.model.parameters is not None else 0
    large = f.model.kind == "decoder" and size >= t["parameters"]
    return large, {"parameters": size, "needed": t["parameters"]}


def memory_serve(f: Facts, _: Thresholds) -> Found:
    return f.serves is False, {"serves": None if f.serves is None else int(f.serves)}


def memory_full(f: Facts, _: Thresholds) -> Found:
    return _short_of_memory(f, "full")


def memory_lora(f: Facts, _: Thresholds) -> Found:
    return _short_of_memory(f, "lora")


def memory_qlora(f: Facts, _: Thresholds) -> Found:
    return _short_of_memory(f, "qlora")


def memory_small(f: Facts, _: Thresholds) -> Found:
    return _short_of_memory(f, "ia3")


def _short_of_memory(f: Facts, method: str) -> Found:
    verdict = f.verdicts.get(method, "unplanned")
    return verdict not in ("fits", None), {"verdict": verdict, "method": method}


def new_facts(f: Facts, _: Thresholds) -> Found:
    return f.task_id in FACTS, {"task": f.task_id}


def baseline(f: Facts, _: Thresholds) -> Found:
    return True, {"shots": f.shots}


def small_data(f: Facts, t: Thresholds) -> Found:
    few = t["from"] <= f.examples < t["examples"]
    return few, {"given": f.examples, "needed": t["examples"]}


def no_chat_format(f: Facts, _: Thresholds) -> Found:
    tuned = f.model.finetuning
    bare = f.model.kind == "decoder" and tuned is not None and tuned.chat_template is False
    return bare, {}


def language_not_listed(f: Facts, _: Thresholds) -> Found:
    return bool(f.missing_languages), {"missing": ", ".join(f.missing_languages)}


def license_terms(f: Facts, _: Thresholds) -> Found:
    terms = f.license
    bound = terms is not None and bool(terms.conditions) and terms.kind != "permissive"
    return bound, {
        "license": terms.name if terms is not None else f.model.license,
        "conditions": "; ".join(terms.conditions) if terms is not None else "",
    }


def superseded(f: Facts, _: Thresholds) -> Found:
    return f.model.superseded_by is not None, {"successor": f.model.superseded_by}


def accuracy_unknown(f: Facts, _: Thresholds) -> Found:
    return f.quality is None or f.quality.value is None, {"task": f.task_id}


def gap_open(f: Facts, _: Thresholds) -> Found:
    own = f.quality.value if f.quality is not None else None
    others = [r.value for r in (f.encoder, f.encoder_decoder) if r is not None]
    known = [value for value in (own, *others) if value is not None]
    best = max(known, default=None)
    asked = f.min_accuracy
    return asked is not None and best is not None and best < asked, {"asked": asked, "best": best}


def gain_unknown(f: Facts, t: Thresholds) -> Found:
    rows = f.quality.evidence if f.quality is not None else ()
    tuned = any(row.setting == "fine-tuned" for row in rows)
    trainable = f.model.weights == "open" and f.examples >= t["examples"]
    return trainable and not tuned, {}


def other_maker(f: Facts, _: Thresholds) -> Found:
    return f.vendor not in (None, "nvidia"), {"vendor": f.vendor}


CHECKS: dict[str, Callable[[Facts, Thresholds], Found]] = {
    check.__name__.replace("_", "-"): check
    for check in (
        weights_hosted, privacy_hosted, license_commercial, task_kind, not_promptable, no_examples, few_examples,
        accuracy_reached, encoder_wins, encoder_decoder_wins, own_encoder, encoder_few, translation_few,
        own_encoder_decoder, many_examples, short_answers_few, adapter, quantized_base, dora, virtual_tokens,
        memory_serve, memory_full, memory_lora, memory_qlora, memory_small, new_facts, baseline, small_data,
        no_chat_format, language_not_listed, license_terms, superseded, accuracy_unknown, gap_open, gain_unknown,
        other_maker,
    )
}  # fmt: skip
"""By the rule's id."""
