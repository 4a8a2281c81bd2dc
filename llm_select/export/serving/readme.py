"""The page beside the files: what to do, in which order, why each setting is there, and how to see that it serves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from llm_select.export.serving.site import requirements
from llm_select.i18n import prose, tr, translated
from llm_select.plan.deploy_lines import Place, filled, shell_line

if TYPE_CHECKING:
    from llm_select.export.serving.site import Export
    from llm_select.plan.deploy_types import Deployment, EnginePlan
    from llm_select.selection.types import Reason

Say = Callable[["Reason"], str]


def readme(answer: Deployment, one: Export, names: Sequence[str], say: Say) -> str:
    """The page. `names` are the other files."""
    plan = one.plan
    parts = [
        tr("# {model} on {engine}", model=plan.candidate.model.name, engine=_engine(plan)),
        "",
        tr(
            "Planned by `llm-select deploy` for {machine}: {form}, {batch} request(s) at a time of "
            "{context} tokens each.",
            machine=_machine(plan),
            form=_form(plan),
            batch=plan.workload.batch,
            context=plan.workload.context,
        ),
        "",
        tr("Privacy: {privacy}.", privacy=say(answer.privacy)),
        "",
        tr("## 1. Files"),
        "",
        _sentence(say(plan.files.reason)),
        "",
        *_files(one),
        tr("## 2. Start"),
        "",
        *_starts(one, names),
        tr("## 3. Check that it serves"),
        "",
        *_checks(one),
        tr("## Why each setting is there"),
        "",
        tr("| setting | why |"),
        "| --- | --- |",
        *_settings(plan, say),
        "",
        tr("## What to know"),
        "",
        *(f"- {_sentence(say(note))}" for note in plan.notes),
        *(f"- {_sentence(say(reason))}" for reason in answer.assumed),
        tr("- Settings: {checked}", checked=prose(plan.serving.checked))
        if not plan.own_server
        else tr("- `serve.py` is yours to change."),
        *_scale(plan),
        "",
    ]
    return "\n".join(parts)


def _files(one: Export) -> Iterator[str]:
    plan = one.plan
    commands = plan.files.commands
    if not commands:
        return
    needs = " ".join(filter(None, ("huggingface_hub", plan.files.needs)))
    # An environment of its own: systems that manage Python refuse a bare `pip install` (PEP 668).
    tools = ("python3 -m venv tools && . tools/bin/activate", f"pip install {needs}")
    yield "```sh"
    if plan.files.basis != "tag":
        yield from tools
    if one.local:
        yield "mkdir -p models && cd models"
    yield from commands
    if one.local:
        yield "cd .."
    if plan.engine_id == "ollama" and plan.files.basis != "tag":
        yield f"ollama create {one.name} -f Modelfile  # while the server of the next step runs"
    yield "```"
    yield ""
    if plan.files.basis != "tag":
        yield tr(
            "A repository with terms to accept wants `HF_TOKEN` in the environment of these "
            "commands, and only there."
        )
        yield ""
    if any("convert_hf_to_gguf" in command for command in commands):
        yield tr(
            "`convert_hf_to_gguf.py` and `llama-quantize` come with llama.cpp\n"
            "(https://github.com/ggml-org/llama.cpp); the first wants the packages of its requirements.txt."
        )
        yield ""
    template = next((f.value for f in plan.flags if f.role == "chat-template"), None)
    if template is not None:
        engine = plan.candidate.engine
        name = template.rpartition("/")[2]
        home = engine.url if engine is not None else ""
        yield tr(
            "`{name}` lies under `examples` of {home} and in the engine's image; by hand it is read "
            "from `examples`.",
            name=name,
            home=home,
        )
        yield ""
    if plan.files.model.endswith("FILE.gguf"):
        yield tr(
            "Put the name of the GGUF file in place of `FILE.gguf` in the files here: the catalog "
            "does not know it."
        )
        yield ""


def _starts(one: Export, names: Sequence[str]) -> Iterator[str]:
    pip = requirements(one)
    if not pip and one.plan.serving.install is not None:
        engine = one.plan.candidate.engine
        yield (
            tr(
                "The package on the index is not built for {machine}: install {engine} as its pages say "
                "({home}), into /opt/{name} for the unit.",
                machine=one.plan.machine.name,
                engine=_engine(one.plan),
                home=engine.url if engine is not None else "",
                name=one.name,
            )
        )
        yield ""
    if pip:
        yield tr("By hand:")
        yield ""
        yield from _block(
            "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt",
            f"PATH=$PWD/.venv/bin:$PATH {shell_line(one.plan, Place())}",
        )
        nodes = one.plan.machine.nodes
        if nodes > 1:
            yield tr(
                "The same on the other {n} machine(s), each with its rank and the first one's "
                "address:",
                n=nodes - 1,
            )
            yield ""
            options: dict[str, str] = dict(one.plan.serving.options)  # type: ignore[arg-type]
            worker = f" {options['worker']}" if "worker" in options else ""
            port = one.plan.serving.head_port
            place = Place(rank="1", head_port=f":{port}" if port else "")
            yield from _block(f"PATH=$PWD/.venv/bin:$PATH {shell_line(one.plan, place)}{worker}")
    elif one.plan.machine.nodes == 1:
        yield tr("By hand:")
        yield ""
        yield from _block(shell_line(one.plan, Place()))
    if "compose.yaml" in names:
        yield tr("In a container on this machine:")
        yield ""
        yield from _block("docker compose up -d && docker compose logs -f")
        if one.plan.files.basis == "tag":
            yield from _block(f"docker compose exec {one.name} ollama pull {one.plan.files.model}")
        elif one.plan.engine_id == "ollama":
            yield from _block(
                f"docker compose cp Modelfile {one.name}:/Modelfile",
                f"docker compose exec {one.name} ollama create {one.name} -f /Modelfile",
            )
    unit = f"{one.name}.service"
    if unit in names:
        yield tr("As a service of this machine:")
        yield ""
        yield from _block(*_service(one, unit))
    plist = f"local.{one.name}.plist"
    if plist in names:
        yield tr(
            "As an agent of this Mac (containers do not reach Metal, so there is no compose file):"
        )
        yield ""
        setup = []
        if pip:
            setup.append(f"sudo python3 -m venv /opt/{one.name}")
            setup.append(f"sudo /opt/{one.name}/bin/pip install -r requirements.txt")
        yield from _block(
            *setup,
            f"cp {plist} ~/Library/LaunchAgents/ && launchctl load ~/Library/LaunchAgents/{plist}",
        )
    if "kubernetes.yaml" in names:
        yield from _cluster(one)
    elif one.plan.engine_id == "ollama":
        yield tr(
            "No manifests: Ollama takes a file of one's own into its store only through a running "
            "server."
        )
        yield ""
    elif one.vendor != "apple":
        yield tr(
            "No manifests: an image, or the name of the device's resource, is not in the catalog for "
            "this maker."
        )
        yield ""


def _service(one: Export, unit: str) -> Iterator[str]:
    state = f"/var/lib/{one.name}"
    yield f"sudo mkdir -p {state}/models"
    if requirements(one):
        yield f"sudo python3 -m venv /opt/{one.name}"
        yield f"sudo /opt/{one.name}/bin/pip install -r requirements.txt"
    if one.plan.own_server:
        yield f"sudo cp serve.py {state}/"
    if one.plan.engine_id == "ollama":
        # The unit lets no server reach out, so the model is taken in before.
        take = f"create {one.name} -f Modelfile"
        if one.plan.files.basis == "tag":
            take = f"pull {one.plan.files.model}"
        serve = f"OLLAMA_MODELS={state}/models ollama serve"
        yield f"sudo sh -c '{serve} & sleep 5; ollama {take}; kill $!'"
    elif one.local:
        yield f"sudo cp -r models/. {state}/models/"
    else:
        for command in one.plan.files.commands:
            # sudo knows neither the tools of step 1 nor the token.
            known = (
                command.replace("hf ", '"$(command -v hf)" ', 1)
                if command.startswith("hf ")
                else command
            )
            yield f'sudo HF_HOME={state}/huggingface ${{HF_TOKEN:+HF_TOKEN="$HF_TOKEN"}} {known}'
    template = next((f.value for f in one.plan.flags if f.role == "chat-template"), None)
    if template is not None:
        name = template.rpartition("/")[2]
        yield f"sudo mkdir -p {state}/templates && sudo cp {name} {state}/templates/  # from the engine's examples"
    yield f"sudo cp {unit} /etc/systemd/system/ && sudo systemctl enable --now {one.name}"


def _cluster(one: Export) -> Iterator[str]:
    plan = one.plan
    yield tr("On Kubernetes:")
    yield ""
    if one.image is None:
        yield from _block(
            f"docker build -t {one.name}:1 .  # then push it where the cluster pulls, and write that name in the file"
        )
    yield from _block("kubectl apply -f kubernetes.yaml")
    yield from _block(f"kubectl port-forward service/{one.name} {one.port}")
    if not one.local:
        yield tr(
            "The job `{name}-download` fetches the files into the volume; the servers may reach "
            "nothing.",
            name=one.name,
        )
        yield ""
    if one.local:
        yield tr("The volume `{name}-files` must hold what step 1 left in `models`.", name=one.name)
        yield ""
    if plan.machine.nodes > 1:
        yield (
            tr(
                "One replica is {nodes} nodes of {devices} devices: the LeaderWorkerSet controller "
                "(https://lws.sigs.k8s.io) must be installed. Layers are divided inside a node and "
                "handed on between nodes.",
                nodes=plan.machine.nodes,
                devices=one.devices,
            )
        )
        yield ""


def _checks(one: Export) -> Iterator[str]:
    plan = one.plan
    address = f"http://127.0.0.1:{one.port}"
    if plan.own_server:
        body: dict[str, object] = {"inputs": ["A sentence to try."]}
        flags = {flag.role: flag.value for flag in plan.flags}
        if flags.get("task") == "question-answering":
            body["context"] = "A text that holds the answer."
        ask = f"curl -s {address}/ -d '{json.dumps(body)}'"
    else:
        body = {
            "model": _name(one),
            "messages": [{"role": "user", "content": "Say hello."}],
            "max_tokens": 32,
        }
        path = "/v1/chat/completions"
        tuning = plan.candidate.model.finetuning
        if tuning is None or tuning.chat_template is not True:
            body = {"model": _name(one), "prompt": "Once upon a time", "max_tokens": 32}
            path = "/v1/completions"
        ask = f"curl -s {address}{path} -H 'Content-Type: application/json' -d '{json.dumps(body)}'"
    yield from _block(f"curl -f {address}{plan.serving.health}", ask)
    if plan.own_server and plan.candidate.model.kind == "encoder-decoder":
        yield (
            tr(
                'A model with language codes is told them as its tokenizer writes them: `"source": …, '
                '"target": …` beside `inputs`.'
            )
        )
        yield ""


def _name(one: Export) -> str:
    """The name clients ask for."""
    served = next((f.value for f in one.plan.flags if f.role == "served-name"), None)
    if served is not None:
        return served
    if one.plan.engine_id == "ollama":
        return one.plan.files.model if one.plan.files.basis == "tag" else one.name
    return filled(one.plan.files.model, Place())


def _settings(plan: EnginePlan, say: Say) -> Iterator[str]:
    for flag in plan.flags:
        value = filled(flag.value, Place()) if flag.value is not None else ""
        shown = f"{flag.name}={value}" if flag.environment else f"{flag.name} {value}".strip()
        yield f"| `{shown}` | {say(flag.reason)} |"


def _scale(plan: EnginePlan) -> Iterator[str]:
    can = plan.capacity
    if can.rate_known and can.replicas.high > 1:
        yield (
            tr(
                "- {n} replicas ({low} to {high}) for what was asked: each needs its own devices. "
                "The compose file and the unit start one, the manifests as many as hold at the slow end.",
                n=can.replicas.expected,
                low=can.replicas.low,
                high=can.replicas.high,
            )
        )


def _sentence(text: str) -> str:
    return tr("{text}.", text=_capital(text))


def _capital(text: str) -> str:
    """As a sentence begins; a repository's name stays as it is."""
    return text if "/" in text.split(" ")[0] else text[0].upper() + text[1:]


def _block(*lines: str) -> Iterator[str]:
    yield "```sh"
    yield from lines
    yield "```"
    yield ""


def _engine(plan: EnginePlan) -> str:
    engine = plan.candidate.engine
    return f"{engine.name} ({plan.serving.version})" if engine is not None else ""


def _form(plan: EnginePlan) -> str:
    return plan.candidate.quantization.name if plan.candidate.quantization is not None else ""


def _machine(plan: EnginePlan) -> str:
    machine = plan.machine
    inside = f"{machine.devices // machine.nodes} × {translated(machine.name)}"
    return (
        tr("{n} nodes of {devices}", n=machine.nodes, devices=inside)
        if machine.nodes > 1
        else inside
    )
