"""4. Evaluation: on questions the model has not seen.

python evaluate.py      metrics with intervals, and the worst answers; writes evaluation.json
"""

from __future__ import annotations

from typing import Any

from data import prepare
from metrics import score, span_f1
from model import load_trained
from predict import answer
from runs import write_evaluation
from settings import Settings, load, script

WORST = 5


def evaluate(settings: Settings) -> dict[str, Any]:
    """All figures on the test rows."""
    model, tokenizer = load_trained(settings)
    rows = prepare(settings).test
    given = [answer(settings, model, tokenizer, str(row.input), row.context) for row in rows]
    wanted = [str(row.answer) for row in rows]
    results = score(settings.evaluation.metrics, given, wanted, settings.training.seed)
    table = [
        {"where": row.where, "question": row.input, "given": g, "wanted": w}
        for row, g, w in zip(rows, given, wanted, strict=True)
    ]
    for line in sorted(table, key=lambda row: span_f1([row["given"]], [row["wanted"]]))[:WORST]:
        print("  {where}: {question!r}: given {given!r}, wanted {wanted!r}".format(**line))
    return {"metrics": results, "rows": table}


def main() -> None:
    settings = load()
    write_evaluation(settings, evaluate(settings))


if __name__ == "__main__":
    script(main)
