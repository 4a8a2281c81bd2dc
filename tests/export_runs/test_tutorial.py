"""The tutorial is true."""

from __future__ import annotations

from pathlib import Path

from tests.export_runs.tutorial import PAGE, blocks, follow


def test_the_tutorial_runs_as_it_says(tmp_path: Path) -> None:
    """Every step ends as the page says, and prints the lines it shows."""
    follow(tmp_path)


def test_the_tutorial_has_the_five_steps() -> None:
    """Each of the project's programs is run by the page."""
    steps = "\n".join(
        block.text for block in blocks(PAGE.read_text("utf-8")) if block.kind == "step"
    )
    for name in ("data", "model", "train", "evaluate", "predict"):
        assert f"python {name}.py" in steps
