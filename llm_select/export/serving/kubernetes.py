"""Kubernetes manifests: a Deployment where one node is enough, a LeaderWorkerSet where it is not."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from llm_select.export.serving.site import (
    CACHE,
    MODELS,
    container_environment,
    container_words,
    store_environment,
)
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.export.serving.site import Export

Tree = dict[str, object]
RESOURCES = {"nvidia": "nvidia.com/gpu", "amd": "amd.com/gpu", "cpu": ""}
"""Names of devices as their makers' plug-ins register them. Intel's depends on the driver and is not known."""
START_SECONDS = 3600
ROOM = 1.3
"""Space of the volume, in weights: a download is unpacked beside what is there."""


def supported(one: Export) -> bool:
    """False where the name of the device's resource is not known, and for Ollama with a file of one's own, which only a
    running server takes into its store."""
    own_file = one.plan.engine_id == "ollama" and one.local
    return one.vendor in RESOURCES and not own_file


def manifests(one: Export, replicas: int) -> list[Tree]:
    """Volume, download, server, service and the rule that lets nothing out."""
    parts = [_claim(one, replicas)]
    if not one.local:
        parts.append(_download(one))
    if one.plan.machine.nodes > 1:
        parts.append(_leader_worker(one, replicas))
    else:
        parts.append(_deployment(one, replicas))
    return [*parts, _service(one), _policy(one)]


def image(one: Export) -> str:
    """The image; one that is built has to be pushed where the cluster can pull it."""
    return one.image or f"{one.name}:1"


def _labels(one: Export) -> Tree:
    return {"app.kubernetes.io/name": one.name}


def _meta(one: Export, suffix: str = "") -> Tree:
    return {"name": f"{one.name}{suffix}", "labels": _labels(one)}


def _claim(one: Export, replicas: int) -> Tree:
    pods = replicas * one.plan.machine.nodes
    gib = math.ceil((one.plan.memory.weights + one.plan.memory.host) / GIB * ROOM) + 1
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": _meta(one, "-files"),
        "spec": {
            "accessModes": ["ReadWriteOnce" if pods == 1 else "ReadWriteMany"],
            "resources": {"requests": {"storage": f"{gib}Gi"}},
        },
    }


def _download(one: Export) -> Tree:
    files = one.plan.files
    token = {"secretKeyRef": {"name": "hf-token", "key": "token", "optional": True}}
    env: list[Tree] = [{"name": "HF_TOKEN", "valueFrom": token}]
    if files.basis == "tag":
        env = [{"name": "OLLAMA_HOST", "value": "127.0.0.1:11434"}]
    env += [{"name": key, "value": value} for key, value in store_environment(one).items()]
    fetch: Tree = {
        "name": "download",
        "image": image(one),
        "command": _fetch_words(one),
        "env": env,
        "volumeMounts": [_mount(one)],
    }
    spec = {
        "restartPolicy": "OnFailure",
        "automountServiceAccountToken": False,
        "containers": [fetch],
        "volumes": [_volume(one)],
    }
    labels = {"app.kubernetes.io/name": f"{one.name}-download"}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": f"{one.name}-download", "labels": labels},
        "spec": {"template": {"metadata": {"labels": labels}, "spec": spec}},
    }


def _fetch_words(one: Export) -> list[str]:
    files = one.plan.files
    if files.basis == "tag":
        # Pulling needs a server beside it.
        return ["sh", "-c", f"ollama serve & sleep 5; ollama pull {files.model}"]
    words = ["hf", "download", files.repository or files.model]
    return [*words, "--revision", files.revision] if files.revision else words


def _mount(one: Export) -> Tree:
    return {"name": "files", "mountPath": MODELS if one.local else CACHE}


def _volume(one: Export) -> Tree:
    return {"name": "files", "persistentVolumeClaim": {"claimName": f"{one.name}-files"}}


def _pod(one: Export, words: list[str], *, serves: bool) -> Tree:
    plan = one.plan
    container: Tree = {"name": "server", "image": image(one), "command": words}
    variables = container_environment(one)
    if variables:
        container["env"] = [{"name": key, "value": value} for key, value in variables.items()]
    if serves:
        probe = {"path": plan.serving.health, "port": "http"}
        container["ports"] = [{"name": "http", "containerPort": one.port}]
        container["startupProbe"] = {
            "httpGet": probe,
            "periodSeconds": 10,
            "failureThreshold": START_SECONDS // 10,
        }
        container["readinessProbe"] = {"httpGet": probe, "periodSeconds": 5}
    if RESOURCES[one.vendor]:
        container["resources"] = {"limits": {RESOURCES[one.vendor]: str(one.devices)}}
    mounts, volumes = [_mount(one)], [_volume(one)]
    if plan.split.devices > 1:
        mounts.append({"name": "shared-memory", "mountPath": "/dev/shm"})
        volumes.append({"name": "shared-memory", "emptyDir": {"medium": "Memory"}})
    container["volumeMounts"] = mounts
    container["securityContext"] = {"allowPrivilegeEscalation": False}
    return {
        "automountServiceAccountToken": False,
        # Variables of services are read by vLLM as its own (VLLM_PORT).
        "enableServiceLinks": False,
        "containers": [container],
        "volumes": volumes,
    }


def _deployment(one: Export, replicas: int) -> Tree:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _meta(one),
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": _labels(one)},
            # The old pod holds the device that the new one waits for.
            "strategy": {"type": "Recreate"},
            "template": {
                "metadata": {"labels": _labels(one)},
                "spec": _pod(one, container_words(one), serves=True),
            },
        },
    }


def _leader_worker(one: Export, replicas: int) -> Tree:
    """A group of pods for each replica: the first serves, the others work for it (lws.sigs.k8s.io)."""
    head = "$(LWS_LEADER_ADDRESS)"
    leader = container_words(one, rank="0", head=head)
    worker = container_words(one, rank="$(LWS_WORKER_INDEX)", head=head)
    options: dict[str, str] = dict(one.plan.serving.options)  # type: ignore[arg-type]
    if "worker" in options:
        worker.append(options["worker"])
    role = "app.kubernetes.io/component"
    return {
        "apiVersion": "leaderworkerset.x-k8s.io/v1",
        "kind": "LeaderWorkerSet",
        "metadata": _meta(one),
        "spec": {
            "replicas": replicas,
            "leaderWorkerTemplate": {
                "size": one.plan.machine.nodes,
                "restartPolicy": "RecreateGroupOnPodRestart",
                "leaderTemplate": {
                    "metadata": {"labels": {**_labels(one), role: "leader"}},
                    "spec": _pod(one, leader, serves=True),
                },
                "workerTemplate": {
                    "metadata": {"labels": {**_labels(one), role: "worker"}},
                    "spec": _pod(one, worker, serves=False),
                },
            },
        },
    }


def _service(one: Export) -> Tree:
    selector = dict(_labels(one))
    if one.plan.machine.nodes > 1:
        selector["app.kubernetes.io/component"] = "leader"
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _meta(one),
        "spec": {
            "selector": selector,
            "ports": [{"name": "http", "port": one.port, "targetPort": "http"}],
        },
    }


def _policy(one: Export) -> Tree:
    """Servers may reach nothing; where several make one replica, each other and the names of each other."""
    out: list[Tree] = []
    if one.plan.machine.nodes > 1:
        dns = [{"protocol": kind, "port": 53} for kind in ("UDP", "TCP")]
        out = [{"to": [{"podSelector": {"matchLabels": _labels(one)}}]}, {"ports": dns}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _meta(one, "-nothing-leaves"),
        "spec": {
            "podSelector": {"matchLabels": _labels(one)},
            "policyTypes": ["Egress"],
            "egress": out,
        },
    }
