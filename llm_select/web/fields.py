"""What a page may be asked. A field has the name of the command line's option, so an address reads as a command."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["text", "whole", "number", "flag", "list"]


class Field(NamedTuple):
    """One option."""

    name: str
    """In an address; with two dashes before it, on the command line."""
    kind: Kind = "text"

    @property
    def option(self) -> str:
        """As typed, and as errors name it."""
        return f"--{self.name}"


MACHINE = (Field("gpu"), Field("gpus", "whole"), Field("gpu-mem"), Field("ram"))
LENGTHS = (Field("context", "whole"), Field("generate", "whole"), Field("concurrency", "whole"))
FORMATS = (Field("engine", "list"), Field("quantization", "list"))
ABOUT = (Field("task"), Field("language", "list"), Field("pair", "list"))
EVIDENCE = (Field("examples", "whole"), Field("exclude-board", "list"))
NEEDS = (
    Field("min-accuracy", "number"),
    Field("min-speed", "number"),
    Field("max-price", "number"),
    Field("commercial", "flag"),
    Field("license", "list"),
    Field("weights-access"),
    Field("privacy"),
    Field("modality", "list"),
    Field("thinking"),
    Field("family", "list"),
)
WEIGHING = (Field("profile"), Field("weights"))
LOCALE = Field("locale")

QUESTION = (*ABOUT, *MACHINE, *LENGTHS, *NEEDS, *FORMATS, *EVIDENCE, *WEIGHING)
"""The question of `recommend` and `explain`."""
TOP = Field("top", "whole")
PLOT = Field("plot")
"""What quality is plotted against; the page's own."""
MODEL = Field("model", "list")
"""Arguments of `compare`."""

RECOMMEND = (*QUESTION, TOP, LOCALE)
EXPLAIN = (*QUESTION, LOCALE)
COMPARE = (*ABOUT, *MACHINE, *LENGTHS, *FORMATS, *EVIDENCE, LOCALE)
OPTIONS = {"recommend": RECOMMEND, "explain": EXPLAIN, "compare": COMPARE}
"""The options of each command that a page stands for."""

HOME = (*QUESTION, TOP, PLOT, LOCALE)
SIDE_BY_SIDE = (*QUESTION, TOP, PLOT, MODEL, LOCALE)
"""A comparison keeps the rest of the question for the way back."""
