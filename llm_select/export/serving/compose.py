"""A compose file (compose-spec.io) for one machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.export.serving.site import CACHE, MODELS, container_environment, container_words

if TYPE_CHECKING:
    from llm_select.export.serving.site import Export

Tree = dict[str, object]


def compose(one: Export) -> Tree:
    """The file as a tree. It listens on this computer only; the hub's cache and the models come from the host."""
    plan = one.plan
    words = container_words(one)
    service: Tree = {}
    if one.image is None:
        service["build"] = "."
    else:
        service["image"] = one.image
    service["entrypoint"] = words
    variables = container_environment(one)
    if variables:
        service["environment"] = variables
    service["ports"] = [f"127.0.0.1:{one.port}:{one.port}"]
    volumes = []
    if one.local:
        volumes.append(f"./models:{MODELS}:ro")
    if one.own_store:
        volumes.append(f"ollama:{CACHE}")
    elif not one.local:
        volumes.append("${HF_HOME:-${HOME}/.cache/huggingface}:" + CACHE)
    service["volumes"] = volumes
    service["restart"] = "unless-stopped"
    if one.devices > 1 and plan.split.tensor * plan.split.stages > 1:
        service["ipc"] = "host"  # processes of one server share memory
    service |= _devices(one)
    tree: Tree = {"name": one.name, "services": {one.name: service}}
    if any(str(volume).startswith("ollama:") for volume in volumes):
        tree["volumes"] = {"ollama": {}}
    return tree


def _devices(one: Export) -> Tree:
    if one.vendor == "nvidia":
        reserved = {"driver": "nvidia", "count": one.devices, "capabilities": ["gpu"]}
        return {"deploy": {"resources": {"reservations": {"devices": [reserved]}}}}
    if one.vendor == "amd":
        return {"devices": ["/dev/kfd:/dev/kfd", "/dev/dri:/dev/dri"]}
    if one.vendor == "intel":
        return {"devices": ["/dev/dri:/dev/dri"]}
    return {}
