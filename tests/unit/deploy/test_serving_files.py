"""Files of a deployment are what their readers take: manifests, compose files, units, agents."""

from __future__ import annotations

import configparser
import plistlib
import shlex
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml

from llm_select.export.serving import serve_template

if TYPE_CHECKING:
    from llm_select.plan.deploy_types import EnginePlan

Files = dict[str, str]
Made = Callable[[str], Files]
KUBERNETES = "1.33"

LEADER_WORKER_SET = {
    "type": "object",
    "required": ["apiVersion", "kind", "metadata", "spec"],
    "properties": {
        "apiVersion": {"const": "leaderworkerset.x-k8s.io/v1"},
        "kind": {"const": "LeaderWorkerSet"},
        "spec": {
            "type": "object",
            "required": ["leaderWorkerTemplate"],
            "additionalProperties": False,
            "properties": {
                "replicas": {"type": "integer"},
                "leaderWorkerTemplate": {
                    "type": "object",
                    "required": ["workerTemplate"],
                    "additionalProperties": False,
                    "properties": {
                        "size": {"type": "integer"},
                        "restartPolicy": {
                            "enum": [
                                "Default",
                                "RecreateGroupOnPodRestart",
                                "RecreateGroupAfterStart",
                                "None",
                            ]
                        },
                        "leaderTemplate": {"type": "object"},
                        "workerTemplate": {"type": "object"},
                    },
                },
            },
        },
    },
}
"""Fields of the resource as its definition names them (kubernetes-sigs/lws 060ab4da, config/crd/bases)."""

SERVICE_FIELDS = {
    "build", "deploy", "devices", "entrypoint", "environment", "image", "ipc", "ports", "restart", "volumes",
}  # fmt: skip
"""Fields of a service that the exports use, all in the Compose Specification's schema (compose-spec 170098ba)."""


def documents(exports: list[Files]) -> Iterator[dict[str, Any]]:
    """Every manifest."""
    for made in exports:
        if "kubernetes.yaml" in made:
            yield from yaml.safe_load_all(made["kubernetes.yaml"])


def served(made: Files) -> dict[str, Any]:
    """The one service of a compose file."""
    (service,) = yaml.safe_load(made["compose.yaml"])["services"].values()
    return service  # type: ignore[no-any-return]


@pytest.mark.slow
def test_manifests_obey_the_published_schemas(exports: list[Files]) -> None:
    validate = pytest.importorskip("kubernetes_validate").validate
    checked = 0
    for document in documents(exports):
        if document["kind"] != "LeaderWorkerSet":
            validate(document, KUBERNETES, strict=True)
            checked += 1
            continue
        for name in ("leaderTemplate", "workerTemplate"):
            template = document["spec"]["leaderWorkerTemplate"][name]
            pod = {
                "apiVersion": "v1",
                "kind": "PodTemplate",
                "metadata": {"name": "x"},
                "template": template,
            }
            validate(pod, KUBERNETES, strict=True)
    assert checked > 100


def test_a_leader_worker_set_has_the_fields_of_its_definition(exports: list[Files]) -> None:
    found = [d for d in documents(exports) if d["kind"] == "LeaderWorkerSet"]
    for document in found:
        jsonschema.validate(document, LEADER_WORKER_SET)
    assert found


def test_compose_files_use_fields_of_the_specification(exports: list[Files]) -> None:
    used: set[str] = set()
    for made in exports:
        if "compose.yaml" in made:
            tree = yaml.safe_load(made["compose.yaml"])
            assert set(tree) <= {"name", "services", "volumes"}
            for service in tree["services"].values():
                used |= set(service)
    assert used == SERVICE_FIELDS


def test_no_text_is_taken_for_a_number_or_a_truth_value(exports: list[Files]) -> None:
    """YAML reads a bare `1` or `on` as something else than the word a server is told."""
    for document in documents(exports):
        for container in containers(document):
            assert all(isinstance(word, str) for word in container["command"])
            assert all(isinstance(v.get("value", ""), str) for v in container.get("env", []))


def containers(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Containers at any depth."""
    for key, value in document.items():
        if key == "containers":
            yield from value
        elif isinstance(value, dict):
            yield from containers(value)


def test_servers_of_a_cluster_may_reach_nothing(files: Made) -> None:
    made = files("qwen3-32b --gpu H100 --engine vllm")
    policy = next(d for d in documents([made]) if d["kind"] == "NetworkPolicy")
    assert policy["spec"]["policyTypes"] == ["Egress"]
    assert policy["spec"]["egress"] == []


def test_the_policy_holds_for_servers_and_not_for_the_download(files: Made) -> None:
    found = {d["kind"]: d for d in documents([files("qwen3-32b --gpu H100 --engine vllm")])}
    chosen = found["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"].items()
    serving = found["Deployment"]["spec"]["template"]["metadata"]["labels"]
    fetching = found["Job"]["spec"]["template"]["metadata"]["labels"]
    assert chosen <= serving.items()
    assert not chosen <= fetching.items()


def test_several_nodes_make_a_group_of_pods(files: Made) -> None:
    made = files("deepseek-v3 --gpu H100")
    found = {d["kind"]: d for d in documents([made])}
    template = found["LeaderWorkerSet"]["spec"]["leaderWorkerTemplate"]
    leader, worker = (
        template[name]["spec"]["containers"][0]["command"]
        for name in ("leaderTemplate", "workerTemplate")
    )
    assert template["size"] == 2
    assert leader[leader.index("--node-rank") + 1] == "0"
    assert worker[worker.index("--node-rank") + 1] == "$(LWS_WORKER_INDEX)"
    assert leader[leader.index("--master-addr") + 1] == "$(LWS_LEADER_ADDRESS)"
    assert "--headless" in worker
    assert "--headless" not in leader
    assert "Deployment" not in found
    assert "compose.yaml" not in made


def test_sglang_is_told_the_head_with_its_port(files: Made) -> None:
    made = files("deepseek-v3 --gpu H100 --engine sglang")
    document = next(d for d in documents([made]) if d["kind"] == "LeaderWorkerSet")
    leader = next(containers(document))["command"]
    assert leader[leader.index("--dist-init-addr") + 1] == "$(LWS_LEADER_ADDRESS):20000"


def test_replicas_of_a_deployment_hold_at_the_slow_end(
    first: Callable[[str], EnginePlan], files: Made
) -> None:
    line = "llama-3.1-8b-instruct --gpu L40S --requests-per-second 5 --engine vllm"
    document = next(d for d in documents([files(line)]) if d["kind"] == "Deployment")
    replicas = first(line).capacity.replicas
    assert replicas.low < replicas.high
    assert document["spec"]["replicas"] == replicas.high


def test_a_compose_file_listens_on_this_computer_only(files: Made) -> None:
    service = served(files("qwen3-32b --gpu H100 --engine vllm"))
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_a_compose_file_asks_for_the_devices_of_the_plan(files: Made) -> None:
    made = files("llama-3.1-70b-instruct --gpu H100 --gpus 4 --engine vllm")
    service = served(made)
    assert service["deploy"]["resources"]["reservations"]["devices"][0]["count"] == 4


def test_units_have_one_command_and_their_sections(exports: list[Files]) -> None:
    for made in exports:
        for name, text in made.items():
            if name.endswith(".service"):
                unit = configparser.ConfigParser(interpolation=None, strict=False)
                unit.optionxform = str  # type: ignore[assignment, method-assign]
                unit.read_string(text)
                assert unit.sections() == ["Unit", "Service", "Install"]
                assert shlex.split(unit["Service"]["ExecStart"])[0].startswith("/")


def test_a_unit_of_one_device_may_talk_to_this_computer_only(files: Made) -> None:
    assert "IPAddressDeny=any" in files("qwen3-32b --gpu H100 --engine vllm")["qwen3-32b.service"]


def test_a_mac_gets_an_agent_and_no_container(files: Made) -> None:
    made = files("gemma-3-4b-it --gpu 'M4 Max' --gpu-mem 64")
    agent = plistlib.loads(made["local.gemma-3-4b-it.plist"].encode())
    assert agent["ProgramArguments"][0].endswith("mlx_lm.server")
    assert "compose.yaml" not in made
    assert "kubernetes.yaml" not in made


def test_a_maker_without_an_image_gets_no_wrong_one(files: Made) -> None:
    """vLLM's package on the index is built for NVIDIA."""
    made = files("gemma-3-27b-it --gpu MI300X --engine vllm")
    assert set(made) == {"README.md", "gemma-3-27b-it.service"}


def test_an_own_server_takes_the_options_it_is_given(exports: list[Files]) -> None:
    parser = serve_template.parser()
    tried = 0
    for made in exports:
        if "serve.py" in made:
            service = served(made)
            parser.parse_args(service["entrypoint"][2:])
            tried += 1
    assert tried > 3


def test_ollama_is_given_a_file_where_no_tag_is_known(files: Made) -> None:
    made = files("qwen3-32b --gpu 'RTX 4090' --engine ollama --quantization q5_k_m --context 2048")
    assert made["Modelfile"].splitlines() == [
        "FROM ./models/qwen3-32b-Q5_K_M.gguf",
        "PARAMETER num_ctx 2048",
    ]


def test_the_page_gives_every_setting_its_reason(files: Made) -> None:
    page = files("qwen3-32b --gpu H100 --engine vllm")["README.md"]
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert any(row.startswith("| `--max-model-len 1536` | ") for row in rows)
    assert all(row.count("|") == 3 and not row.endswith("|  |") for row in rows)


def test_containers_look_for_files_where_they_are_mounted(exports: list[Files]) -> None:
    """The download and the server name the same place, and it is the mounted one."""
    checked = 0
    for files in exports:
        for document in yaml.safe_load_all(files.get("kubernetes.yaml", "")):
            for container in _containers(document):
                mounts = {mount["mountPath"] for mount in container.get("volumeMounts", ())}
                named = {
                    variable["value"]
                    for variable in container.get("env", ())
                    if variable["name"] in ("HF_HOME", "OLLAMA_MODELS")
                }
                assert named <= mounts
                assert named or "/models" in mounts
                checked += 1
    assert checked > 50


def _containers(document: Any) -> Iterator[Any]:
    """Every container below a document."""
    if isinstance(document, dict):
        yield from document.get("containers", ())
        document = list(document.values())
    if isinstance(document, list):
        for item in document:
            yield from _containers(item)
