"""How an engine is started as a server: what of it is fact and not arithmetic."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from llm_select.messages import Message
from llm_select.schema.base import Slug, SourceId, Strict
from llm_select.schema.hardware import Vendor
from llm_select.schema.model import Kind

Role = Literal[
    "model",
    "repository",
    "revision",
    "served-name",
    "host",
    "port",
    "context",
    "total-context",
    "sequences",
    "pass-tokens",
    "prompts",
    "memory-share",
    "kv-type",
    "kv-key-type",
    "kv-value-type",
    "kv-bits",
    "flash-attention",
    "tensor",
    "pipeline",
    "nodes",
    "node-rank",
    "head-address",
    "head-port",
    "worker",
    "split-mode",
    "device-layers",
    "host-gib",
    "quantization",
    "load-format",
    "dtype",
    "device",
    "tools",
    "tool-parser",
    "reasoning-parser",
    "chat-template",
    "spread",
    "keep-loaded",
    "loaded-models",
    "offline",
]
"""What an option is for. The rule that gives it a value is code; its name is the engine's."""

Option = Annotated[str, StringConstraints(pattern=r"^-{1,2}[a-zA-Z][a-zA-Z0-9-]*$")]
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]


class ModelParsers(Strict):
    """Parsers that turn a model's tool calls and reasoning into fields of the answer."""

    repositories: tuple[str, ...]
    """Repositories they are for, as globs, case aside; the first entry that matches counts."""
    tool: str | None = None
    """Value of the option for tool calls."""
    reasoning: str | None = None
    """Value of the option for reasoning."""
    template: str | None = None
    """Chat template among the engine's examples that tool calls need."""


class Prepare(Strict):
    """Commands that make files of some formats from the released weights."""

    formats: dict[Slug, str]
    """Formats, with the name that the commands use for each."""
    commands: tuple[str, ...]
    """In order; `{repository}`, `{revision}` (an option, or empty), `{name}`, `{format}` and `{type}` are filled in."""
    needs: str | None = None
    """What pip installs for them besides the hub's client."""
    path: str
    """What they leave, in the directory of models; filled in the same way."""


class Serving(Strict):
    """How an engine's server is started. The key is the engine's id."""

    command: tuple[str, ...]
    """Words before the options. `{model}` stands for the model, `{python}` for the interpreter."""
    kinds: tuple[Kind, ...] | None = None
    """Model kinds that the server takes, where they are fewer than the engine's."""
    revision_mark: str | None = None
    """What joins a model and its revision where no option names the revision."""
    options: dict[Role, Option] = {}
    """Options of the command; none where an export writes the server itself."""
    environment: dict[Role, Variable] = {}
    """Settings made by environment variables."""
    private: dict[Variable, str] = {}
    """Environment that keeps the server from reaching out once the files are there."""
    port: Annotated[int, Field(gt=0, le=65535)]
    """Its default port."""
    api: Literal["openai", "own"]
    """`openai`: /v1/chat/completions; `own`: the small server that an export writes."""
    health: str
    """Path that answers once it serves."""
    direct: tuple[Slug, ...] = ()
    """Formats that it loads from the released weights as they are."""
    dtypes: dict[Slug, str] = {}
    """For those of them whose number type is told, the option's value."""
    loading: dict[Slug, str] = {}
    """Formats that it makes of the released weights while loading, with the option's value."""
    load_formats: dict[Slug, str] = {}
    """For those of them that need a second option, its value."""
    prepare: tuple[Prepare, ...] = ()
    """Formats that are made beforehand."""
    tags: tuple[Slug, ...] = ()
    """Formats that a card's tag (`qwen3:32b`) stands for."""
    parsers: tuple[ModelParsers, ...] = ()
    """Parsers by model; none is set for a model that no entry names."""
    parsers_detected: str | None = None
    """Value that makes it find the parsers from the chat template."""
    parsers_built_in: bool = False
    """True when it finds them from the chat template without being told."""
    template_directory: str | None = None
    """Where its image keeps the example templates."""
    container_command: tuple[str, ...] | None = None
    """The command in its image, where it differs."""
    cache_variable: str = "HF_HOME"
    """Variable that names the directory of downloaded files."""
    head_port: Annotated[int, Field(gt=0, le=65535)] | None = None
    """Port that the head's address is given with, where it takes both in one."""
    batches_with_narrow_cache: bool = True
    """False when a cache narrower than the default makes it serve one request at a time."""
    images: dict[Vendor, str] = {}
    """Container image for each maker's devices."""
    install: str | None = None
    """What pip installs where no container is used."""
    install_vendors: tuple[Vendor, ...] = ()
    """Makers whose devices that package runs on as it comes from the index."""
    validated: Literal["parser", "source", "documentation"]
    """How the options were held against the engine: its own parser run on them, its source, or its pages."""
    version: str
    """The version they were held against."""
    checked: str
    """How, in a sentence."""
    source: SourceId
    """Where the options were read."""
    sources: dict[str, SourceId] = {}
    """For `parsers`, `images`, `private`, `prepare`, `install`, where they were read."""

    @model_validator(mode="after")
    def _consistent(self) -> Serving:
        if sum((bool(self.parsers), bool(self.parsers_detected), self.parsers_built_in)) > 1:
            raise ValueError(
                Message("parsers, parsers_detected and parsers_built_in exclude one another")
            )
        for role in self.options.keys() & self.environment.keys():
            raise ValueError(
                Message("{role} is both an option and an environment variable", role=role)
            )
        return self
