"""A service without containers: a systemd unit on Linux, a launchd agent on macOS."""

from __future__ import annotations

import plistlib
from typing import TYPE_CHECKING

from llm_select.export.serving.site import requirements
from llm_select.i18n import tr
from llm_select.plan.deploy_lines import Place, arguments, environment

if TYPE_CHECKING:
    from llm_select.export.serving.site import Export


def unit(one: Export) -> str:
    """A unit of a user of its own that may talk to this computer only. Programs are looked for in /opt/NAME/bin where
    pip installs them, else in /usr/local/bin."""
    state = f"/var/lib/{one.name}"
    place = Place(
        models=f"{state}/models", templates=f"{state}/templates", python=f"{_programs(one)}/python"
    )
    words = arguments(one.plan, place)
    if not words[0].startswith("/"):
        words[0] = f"{_programs(one)}/{words[0]}"
    words = [f"{state}/serve.py" if word == "serve.py" else word for word in words]
    variables = {"HF_HOME": f"{state}/huggingface", **environment(one.plan, place)}
    if "OLLAMA_HOST" in variables:
        variables = {
            "HOME": state,
            "OLLAMA_MODELS": f"{state}/models",
            **{k: v for k, v in variables.items() if k != "HF_HOME"},
        }
    lines = [
        "[Unit]",
        f"Description={one.plan.candidate.model.name} on {_engine(one)}",
        "After=network.target",
        "",
        "[Service]",
        f"ExecStart={' '.join(_quoted(word) for word in words)}",
        *(f"Environment={_quoted(f'{key}={value}')}" for key, value in variables.items()),
        "DynamicUser=yes",
        f"StateDirectory={one.name}",
        f"WorkingDirectory={state}",
        "Restart=on-failure",
        "RestartSec=5",
        f"# {tr('Weights take minutes to load.')}",
        "TimeoutStartSec=infinity",
        *_fence(one),
        *_groups(one),
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    ]
    return "\n".join(lines) + "\n"


def _programs(one: Export) -> str:
    python = one.plan.serving.install is not None or one.plan.own_server
    return f"/opt/{one.name}/bin" if python else "/usr/local/bin"


def _fence(one: Export) -> list[str]:
    """Processes on several devices find each other by the computer's own address, which is not localhost."""
    if one.devices > 1:
        return _comment(
            tr(
                "Processes on several devices talk over the computer's own address, so addresses are not fenced."
            )
        )
    return [
        *_comment(
            tr(
                "Nothing leaves this computer, and only it can ask. To serve others, list their addresses here and "
                "change\nthe address it listens on."
            )
        ),
        "IPAddressAllow=localhost",
        "IPAddressDeny=any",
    ]


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in text.splitlines()]


def _engine(one: Export) -> str:
    engine = one.plan.candidate.engine
    return engine.name if engine is not None else ""


def _groups(one: Export) -> list[str]:
    if one.vendor in ("amd", "intel"):
        return ["SupplementaryGroups=video render"]
    return []


def _quoted(word: str) -> str:
    """As systemd reads it: percent signs doubled, quotes around what has spaces (systemd.service(5))."""
    safe = word.replace("\\", "\\\\").replace("%", "%%").replace("$", "$$").replace('"', '\\"')
    return f'"{safe}"' if any(c in " \t'" for c in word) else safe


def agent(one: Export) -> str:
    """A launchd agent. macOS has no container that reaches Metal."""
    place = Place(
        models=f"/opt/{one.name}/models", python=f"/opt/{one.name}/bin/python", templates="examples"
    )
    words = arguments(one.plan, place)
    if requirements(one) and not words[0].startswith("/"):
        words[0] = f"/opt/{one.name}/bin/{words[0]}"
    elif not words[0].startswith("/"):
        words[0] = f"/opt/homebrew/bin/{words[0]}"
    words = [f"/opt/{one.name}/serve.py" if word == "serve.py" else word for word in words]
    tree = {
        "Label": f"local.{one.name}",
        "ProgramArguments": words,
        "EnvironmentVariables": environment(one.plan, place),
        "RunAtLoad": True,
        "KeepAlive": True,
        "StandardErrorPath": f"/tmp/{one.name}.log",
    }
    return plistlib.dumps(tree, sort_keys=False).decode()
