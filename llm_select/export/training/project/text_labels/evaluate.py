"""4. Evaluation: on rows the model has not seen.

python evaluate.py      metrics with intervals, beside the plainest guess, and the mistakes; writes evaluation.json
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from data import prepare
from metrics import score
from model import load_trained
from predict import answers
from runs import write_evaluation
from settings import Settings, load, script

SHOWN = 5


def evaluate(settings: Settings) -> dict[str, Any]:
    """All figures on the test rows."""
    model, tokenizer, labels = load_trained(settings)
    splits = prepare(settings)[0]
    rows = splits.test
    given = answers(
        settings, model, tokenizer, labels, [(str(row.input), row.context) for row in rows]
    )
    wanted: list[Any]
    guess: Any
    if labels:
        wanted = [row.answer for row in rows]
        guess = Counter(row.answer for row in splits.train).most_common(1)[0][0]
    else:
        wanted = [float(str(row.answer)) for row in rows]
        guess = sum(float(str(row.answer)) for row in splits.train) / len(splits.train)
    names, seed = settings.evaluation.metrics, settings.training.seed
    print("the model")
    results = score(names, given, wanted, seed)
    print(f"always {guess if labels else round(guess, 3)}, which every model must beat")
    plain = score(names, [guess] * len(wanted), wanted, seed)
    table = [
        {"where": row.where, "text": row.input, "given": g, "wanted": w}
        for row, g, w in zip(rows, given, wanted, strict=True)
    ]
    for line in [line for line in table if line["given"] != line["wanted"]][:SHOWN]:
        print("  {where}: {text!r}: given {given!r}, wanted {wanted!r}".format(**line))
    return {"metrics": results, "plainest_guess": plain, "rows": table}


def main() -> None:
    settings = load()
    write_evaluation(settings, evaluate(settings))


if __name__ == "__main__":
    script(main)
