"""4. Evaluation: on rows the model has not seen.

    python evaluate.py      metrics with intervals, the loss, and the worst answers; writes evaluation.json

Two looks at the same model. The loss asks how probable the true answer was, token by token; exp(loss) is the
perplexity, the number of tokens among which the model wavers. The metrics compare what it writes by itself.
"""

from __future__ import annotations

from typing import Any

import torch
from data import prepare
from metrics import interval, perplexity, score, span_f1
from model import load_trained
from predict import answer
from runs import write_evaluation
from settings import Settings, load, script

WORST = 5


def completion_loss(model: Any, tokenizer: Any, example: dict[str, Any]) -> tuple[float, int]:
    """Sum of −log p over the tokens of a completion, and their number."""
    prompt, completion = example["prompt"], example["completion"]
    if isinstance(prompt, str):
        start = tokenizer(prompt)["input_ids"]
        whole = tokenizer(prompt + completion + tokenizer.eos_token)["input_ids"]
    else:
        start = tokenizer.apply_chat_template(
            prompt, add_generation_prompt=True, tokenize=True, return_dict=True
        )["input_ids"]
        whole = tokenizer.apply_chat_template(prompt + completion, tokenize=True, return_dict=True)[
            "input_ids"
        ]
    ids = torch.tensor([whole], device=model.device)
    with torch.inference_mode():
        logits = model(ids).logits[0].float()
    # The scores at position i are about token i + 1.
    at = slice(len(start), len(whole))
    chances = torch.log_softmax(logits[len(start) - 1 : len(whole) - 1], dim=-1)
    picked = chances.gather(1, ids[0, at, None])
    return -float(picked.sum()), len(whole) - len(start)


def evaluate(settings: Settings) -> dict[str, Any]:
    """All figures on the test rows."""
    model, tokenizer = load_trained(settings)
    found = prepare(settings)[0]["test"]
    seed = settings.training.seed
    sums, counts = zip(*(completion_loss(model, tokenizer, row) for row in found), strict=True)
    wavering = interval("perplexity", perplexity, sums, counts, seed)
    wanted = [_text(example["completion"]) for example in found]
    given = [answer(settings, model, tokenizer, example["prompt"]) for example in found]
    others = [name for name in settings.evaluation.metrics if name != "perplexity"]
    results = {"perplexity": wavering} | score(others, given, wanted, seed)
    worst = sorted(range(len(found)), key=lambda i: span_f1([given[i]], [wanted[i]]))[:WORST]
    for i in worst:
        print(
            f"  asked {_text(found[i]['prompt'])!r}\n  given {given[i]!r}\n  wanted {wanted[i]!r}"
        )
    return {
        "loss": sum(sums) / sum(counts),
        "metrics": results,
        "rows": [
            {"asked": _text(e["prompt"]), "given": g, "wanted": w}
            for e, g, w in zip(found, given, wanted, strict=True)
        ],
    }


def _text(part: Any) -> str:
    return part.strip() if isinstance(part, str) else part[-1]["content"]


def main() -> None:
    settings = load()
    write_evaluation(settings, evaluate(settings))


if __name__ == "__main__":
    script(main)
