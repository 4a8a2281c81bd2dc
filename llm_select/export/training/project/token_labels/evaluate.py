"""4. Evaluation: on sentences the model has not seen.

python evaluate.py      F1 over whole names, with an interval, by type, and the mistakes; writes evaluation.json
"""

from __future__ import annotations

from typing import Any

from data import prepare
from metrics import entity_f1, score
from model import load_trained
from predict import answers
from runs import write_evaluation
from settings import Settings, load, script

SHOWN = 5


def evaluate(settings: Settings) -> dict[str, Any]:
    """All figures on the test rows."""
    model, tokenizer, tags = load_trained(settings)
    rows = prepare(settings)[0].test
    given = answers(settings, model, tokenizer, tags, [list(row.input) for row in rows])
    wanted = [list(row.answer) for row in rows]
    results = score(settings.evaluation.metrics, given, wanted, settings.training.seed)
    by_type = {}
    for kind in sorted({tag[2:] for tag in tags if tag != "O"}):
        only = [
            [[tag if tag[2:] == kind else "O" for tag in row] for row in side]
            for side in (given, wanted)
        ]
        names = sum(tag == f"B-{kind}" for row in only[1] for tag in row)
        if names:
            by_type[kind] = entity_f1(only[0], only[1])
            print(f"  {kind}: F1 {by_type[kind]:.4g} ({names} names)")
    table = [
        {"where": row.where, "tokens": row.input, "given": g, "wanted": w}
        for row, g, w in zip(rows, given, wanted, strict=True)
    ]
    for line in [line for line in table if line["given"] != line["wanted"]][:SHOWN]:
        words = zip(line["tokens"], line["given"], line["wanted"], strict=True)
        wrong = ", ".join(f"{word}: {g} instead of {w}" for word, g, w in words if g != w)
        print(f"  {line['where']}: {wrong}")
    return {"metrics": results, "by_type": by_type, "rows": table}


def main() -> None:
    settings = load()
    write_evaluation(settings, evaluate(settings))


if __name__ == "__main__":
    script(main)
