"""Reads `settings.yaml`, and says in which line a value is wrong, and why."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

HERE = Path(__file__).resolve().parent

Method = Literal[
    "full",
    "lora",
    "qlora",
    "dora",
    "rslora",
    "pissa",
    "prefix-tuning",
    "prompt-tuning",
    "ia3",
]
Optimizer = Literal[
    "sgd",
    "momentum",
    "adam",
    "adamw",
    "adamw-8bit",
    "paged-adamw",
    "paged-adamw-8bit",
    "adafactor",
    "lion",
    "ademamix",
    "galore",
]


class Section(BaseModel):
    """A part of the file. A key that is not known here is an error, so that a slip of the pen is not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class Model(Section):
    name: str
    card: str
    repository: str = Field(min_length=1)
    """Repository on the Hugging Face hub, or a folder."""
    revision: str | None = None
    kind: Literal["decoder", "encoder", "encoder-decoder"]
    architecture: str = ""
    head: Literal["language-model", "sequence-labels", "token-labels", "span", "number"]


class Shares(Section):
    """Which part of the rows goes where, when one file holds them all."""

    train: float = Field(gt=0, lt=1)
    validation: float = Field(gt=0, lt=1)
    test: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def sum_to_one(self) -> Shares:
        total = self.train + self.validation + self.test
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the three shares must sum to 1, not {total:g}")
        return self


class Columns(Section):
    """Names of the columns (CSV) or keys (JSONL). Rows in the chat format need none."""

    input: str = Field(min_length=1)
    context: str | None = None
    answer: str = Field(min_length=1)


class Data(Section):
    task: str
    languages: list[str] = []
    pairs: list[str] = []
    train: str = Field(min_length=1)
    validation: str | None = None
    test: str | None = None
    shares: Shares
    columns: Columns
    instruction: str = ""
    """What stands before every input of a decoder or an encoder-decoder."""
    source_code: str | None = None
    target_code: str | None = None
    """Language codes of the tokenizer, such as eng_Latn; looked up from `pairs` when left out."""
    chat: bool
    seq_len: int = Field(gt=0)
    target_len: int | None = Field(default=None, gt=0)
    packing: bool = False

    @model_validator(mode="after")
    def files_go_together(self) -> Data:
        if self.test is not None and self.validation is None:
            raise ValueError("`test` is given without `validation`: give both, or none")
        return self


class Training(Section):
    method: Method
    loss: Literal["cross-entropy", "mse"]
    label_smoothing: float = Field(default=0, ge=0, lt=1)
    optimizer: Optimizer
    learning_rate: float = Field(gt=0)
    schedule: Literal["linear", "cosine", "constant"]
    warmup_ratio: float = Field(ge=0, lt=1)
    weight_decay: float = Field(ge=0)
    max_grad_norm: float = Field(gt=0)
    epochs: float = Field(gt=0)
    batch: int = Field(gt=0)
    accumulation: int = Field(gt=0)
    checkpointing: bool = False
    seed: int = Field(ge=0)
    checkpoints: int = Field(default=10, gt=0)
    """How often in a run a checkpoint is written and the validation loss is taken."""


class Adapter(Section):
    rank: int | None = Field(default=None, gt=0)
    alpha: float | None = Field(default=None, gt=0)
    dropout: float | None = Field(default=None, ge=0, lt=1)
    targets: list[str] = []
    modules_to_save: list[str] = []


class Hardware(Section):
    precision: Literal["bf16", "fp16", "bf16-mixed", "fp16-mixed", "fp32"]
    base_format: str
    gpus: int = Field(gt=0)
    sharding: Literal["none", "ddp", "zero1", "zero2", "zero3", "fsdp"]


class Evaluation(Section):
    metrics: list[str] = Field(min_length=1)


class Settings(Section):
    model: Model
    data: Data
    training: Training
    adapter: Adapter
    hardware: Hardware
    evaluation: Evaluation
    output: str = Field(default="output", min_length=1)

    @model_validator(mode="after")
    def fit_together(self) -> Settings:
        method = self.training.method
        if method in ("lora", "qlora", "dora", "rslora", "pissa") and not (
            self.adapter.rank and self.adapter.alpha
        ):
            raise ValueError(f"method {method} needs adapter.rank and adapter.alpha")
        if method in ("prefix-tuning", "prompt-tuning") and not self.adapter.rank:
            raise ValueError(f"method {method} needs adapter.rank, the number of virtual tokens")
        if (self.training.loss == "mse") != (self.model.head == "number"):
            raise ValueError("loss mse belongs to head number, cross-entropy to all others")
        if self.model.kind == "encoder-decoder" and self.data.target_len is None:
            raise ValueError("an encoder-decoder needs data.target_len")
        return self

    @property
    def folder(self) -> Path:
        """Where checkpoints and results go."""
        return HERE / self.output

    def path(self, name: str) -> Path:
        """A file of the project; absolute names stay as they are."""
        return HERE / name


class ProjectError(Exception):
    """Something the reader has to mend: what is wrong and where, a line each."""


class SettingsError(ProjectError):
    """Wrong settings."""


def load(path: Path | None = None) -> Settings:
    """The settings. Raises SettingsError with every fault found, each with file and line."""
    path = path or HERE / "settings.yaml"
    try:
        text = path.read_text(encoding="utf-8")
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(error, "problem", None) or str(error)
        raise SettingsError(f"{path}:{line}: not YAML: {problem}") from None
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        lines = [
            f"{path}:{_line(tree, fault['loc'])}: {'.'.join(map(str, fault['loc'])) or 'settings'}: "
            f"{fault['msg']}{_found(fault)}"
            for fault in error.errors()
        ]
        raise SettingsError("\n".join(lines)) from None


def _found(fault: Any) -> str:
    given = fault["input"]
    return f" (found {given!r})" if isinstance(given, str | int | float | None) else ""


def _line(node: yaml.Node | None, keys: tuple[int | str, ...]) -> int:
    """Line of the value that `keys` lead to, or of the last of them that is there."""
    line = 1
    for key in keys:
        if isinstance(node, yaml.MappingNode):
            pairs = [(k, v) for k, v in node.value if k.value == key]
            if not pairs:
                break
            name, node = pairs[0]
            line = name.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int):
            node = node.value[key]
            line = node.start_mark.line + 1
    return line


def script(main: Callable[[], None]) -> None:
    """Runs a script's main part. What the reader has to mend is printed, and the exit code is 2: wrong settings or
    data, a repository that cannot be reached or needs a login, a full disk."""
    try:
        main()
    except (ProjectError, OSError) as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
