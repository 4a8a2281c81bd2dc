"""Writes the files that run a deployment. What exists is never overwritten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from llm_select.errors import UsageError
from llm_select.export.serving import serve_template
from llm_select.export.serving.compose import compose
from llm_select.export.serving.kubernetes import manifests, supported
from llm_select.export.serving.readme import readme
from llm_select.export.serving.service import agent, unit
from llm_select.export.serving.site import Export, export_of, requirements
from llm_select.messages import Message, listed

if TYPE_CHECKING:
    from llm_select.plan.deploy_types import Deployment
    from llm_select.selection.types import Reason

HEADER = "# Written by llm-select deploy; README.md says why each setting is there.\n"


def write(answer: Deployment, directory: Path, say: Callable[[Reason], str]) -> tuple[str, ...]:
    """Writes the first plan's files and returns their paths. Raises UsageError when the directory holds one of them
    already, or cannot be written; nothing is written then."""
    made = texts(answer, say)
    try:
        if directory.exists() and not directory.is_dir():
            raise UsageError(
                Message("{directory} is a file", directory=directory),
                where="--export",
                remedy=Message("name a directory"),
            )
        there = [name for name in made if (directory / name).exists()]
        if there:
            raise UsageError(
                Message(
                    "{directory} already has {there}", directory=directory, there=listed(there)
                ),
                where="--export",
                remedy=Message("name another directory, or move what is there"),
            )
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in made.items():
            (directory / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{directory}: {error.strerror or error}",
            where="--export",
            remedy=Message("name a directory you may write to"),
        ) from None
    return tuple(str(directory / name) for name in made)


def texts(answer: Deployment, say: Callable[[Reason], str]) -> dict[str, str]:
    """Every file by name. `say` makes the sentence of a reason."""
    plan = answer.plans[0]
    one = export_of(plan)
    made: dict[str, str] = {}
    if one.vendor == "apple":
        made[f"local.{one.name}.plist"] = agent(one)
    else:
        if plan.machine.nodes == 1:
            if one.image is not None or requirements(one):
                made["compose.yaml"] = _dump([compose(one)])
            made[f"{one.name}.service"] = HEADER + unit(one)
        if supported(one) and (one.image is not None or requirements(one)):
            # As many as hold at the slow end of the range: a replica that is just kept full makes others wait.
            made["kubernetes.yaml"] = _dump(manifests(one, max(1, plan.capacity.replicas.high)))
    if plan.own_server:
        made["serve.py"] = Path(serve_template.__file__).read_text(encoding="utf-8")
    if requirements(one):
        made["requirements.txt"] = "\n".join(requirements(one)) + "\n"
        if one.image is None and one.vendor != "apple":
            made["Dockerfile"] = dockerfile(one)
    if plan.engine_id == "ollama" and plan.files.basis != "tag":
        made["Modelfile"] = modelfile(one)
    return {"README.md": readme(answer, one, tuple(made), say), **made}


def dockerfile(one: Export) -> str:
    """An image with the server's packages, for engines that publish none."""
    lines = [
        HEADER.rstrip(),
        "FROM python:3.12-slim",
        "COPY requirements.txt /requirements.txt",
        "RUN python3 -m pip install --no-cache-dir -r /requirements.txt",
    ]
    if one.plan.own_server:
        lines += ["WORKDIR /app", "COPY serve.py /app/serve.py"]
    return "\n".join(lines) + "\n"


def modelfile(one: Export) -> str:
    """What `ollama create` reads."""
    path = one.plan.files.model.replace("{models}", "models")
    return f"FROM ./{path}\nPARAMETER num_ctx {one.plan.workload.context}\n"


class _Dumper(yaml.SafeDumper):
    """Indents lists under their key, as people write manifests."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


def _dump(trees: Sequence[object]) -> str:
    text = yaml.dump_all(
        trees,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=100,
        explicit_start=len(trees) > 1,
    )
    return HEADER + text
