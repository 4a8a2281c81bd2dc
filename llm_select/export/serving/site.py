"""What the files of an export have in common: names, places, images."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.plan.deploy_files import short_name
from llm_select.plan.deploy_lines import Place, arguments, environment

if TYPE_CHECKING:
    from llm_select.plan.deploy_types import EnginePlan

MODELS = "/models"
CACHE = "/cache"
"""Where a container has downloaded files: named to the engine by a variable, whoever its image runs as."""
HUB = "HF_HOME"
"""Variable that names the hub's cache."""
OWN_REQUIREMENTS = {
    "transformers": ("transformers==5.23.0", "torch", "accelerate", "sentencepiece"),
    "ctranslate2": ("ctranslate2==4.8.1", "transformers==5.23.0", "sentencepiece"),
}
"""What the small server needs. Transformers without torch tokenizes for CTranslate2."""


class Export(NamedTuple):
    """One plan to be written."""

    plan: EnginePlan
    name: str
    """Of services and files: the model's short name as a DNS label."""
    vendor: str
    image: str | None
    """None where the export brings a Dockerfile."""

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self.plan.serving.port

    @property
    def devices(self) -> int:
        """Devices in one machine."""
        return self.plan.machine.devices // self.plan.machine.nodes

    @property
    def own_store(self) -> bool:
        """True when the engine keeps files in a store of its own rather than in the hub's cache."""
        return self.plan.serving.cache_variable != HUB

    @property
    def local(self) -> bool:
        """True when files lie in a directory of models."""
        return any(flag.value and "{models}" in flag.value for flag in self.plan.flags) or (
            "{models}" in self.plan.files.model
        )


def store_environment(one: Export) -> dict[str, str]:
    """The variable that tells a container where downloaded files are; none when models alone are mounted."""
    return {one.plan.serving.cache_variable: CACHE} if one.own_store or not one.local else {}


def container_environment(one: Export) -> dict[str, str]:
    """Variables of a container that serves."""
    return {**store_environment(one), **environment(one.plan, Place(host="0.0.0.0"))}


def export_of(plan: EnginePlan) -> Export:
    """Names and image of a plan."""
    vendor = plan.machine.vendor or "nvidia"
    images: dict[str, str] = dict(plan.serving.images)  # type: ignore[arg-type]
    image = None if plan.own_server else images.get(vendor)
    name = "".join(c if c.isalnum() else "-" for c in short_name(plan.candidate.model_id).lower())
    label = name.strip("-")[:50].strip("-")
    return Export(plan, label if label[0].isalpha() else f"m-{label}", vendor, image)


def container_words(one: Export, *, rank: str = "0", head: str = "HEAD") -> list[str]:
    """The command inside a container."""
    serving = one.plan.serving
    place = Place(
        host="0.0.0.0",
        models=MODELS,
        templates=serving.template_directory or "/templates",
        rank=rank,
        head=head,
        head_port=f":{serving.head_port}" if serving.head_port else "",
    )
    words = arguments(one.plan, place)
    if serving.container_command is not None and not one.plan.own_server:
        words = [*serving.container_command, *words[len(serving.command) :]]
    return words


def requirements(one: Export) -> tuple[str, ...]:
    """What pip installs for the server; empty where it is no Python package, or the package on the index is built for
    other makers' devices."""
    plan = one.plan
    if one.vendor not in plan.serving.install_vendors:
        return ()
    if plan.own_server:
        engine = plan.candidate.engine
        kind = "ctranslate2" if engine and engine.memory_model == "ctranslate2" else "transformers"
        made = ("bitsandbytes",) if plan.files.basis == "loading" else ()
        cuda = kind == "ctranslate2" and one.vendor == "nvidia"
        return (*OWN_REQUIREMENTS[kind], *made, *(("nvidia-cublas-cu12",) if cuda else ()))
    if plan.serving.install is None:
        return ()
    more = ("accelerate",) if plan.engine_id == "transformers" else ()
    kinds = {"int8", "nf4", "nf4-single"}
    if plan.engine_id == "transformers" and plan.candidate.quantization_id in kinds:
        more = (*more, "bitsandbytes")
    return (plan.serving.install, *more)
