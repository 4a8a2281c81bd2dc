"""4. Evaluation: on rows the model has not seen.

python evaluate.py      metrics with intervals, and the worst outputs; writes evaluation.json
"""

from __future__ import annotations

from typing import Any

from metrics import score, span_f1
from model import load_trained
from predict import answers
from runs import write_evaluation
from settings import Settings, load, script
from splits import read_splits

WORST = 5


def evaluate(settings: Settings) -> dict[str, Any]:
    """All figures on the test rows."""
    model, tokenizer, mark = load_trained(settings)
    rows = read_splits(settings).test
    given = answers(
        settings, model, tokenizer, mark, [(str(row.input), row.context) for row in rows]
    )
    wanted = [str(row.answer) for row in rows]
    results = score(settings.evaluation.metrics, given, wanted, settings.training.seed)
    table = [
        {"where": row.where, "source": row.input, "given": g, "wanted": w}
        for row, g, w in zip(rows, given, wanted, strict=True)
    ]
    for line in sorted(table, key=lambda row: span_f1([row["given"]], [row["wanted"]]))[:WORST]:
        print("  {where}: {source!r}\n  given {given!r}\n  wanted {wanted!r}".format(**line))
    return {"metrics": results, "rows": table}


def main() -> None:
    settings = load()
    write_evaluation(settings, evaluate(settings))


if __name__ == "__main__":
    script(main)
