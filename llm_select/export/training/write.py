"""Writes a training project into a folder: all of it, or nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from llm_select.errors import UsageError
from llm_select.export.training import launch, other_trainers, readme, requirements, settings_file
from llm_select.export.training.checks import check
from llm_select.export.training.tasks import folder, sample
from llm_select.messages import Message, listed
from llm_select.plan.types import TrainingPlan

SOURCE = Path(__file__).parent / "project"
"""The project's own files, copied as they are."""
_SHOWN = 5


def write_project(directory: Path, settings: TrainingPlan, *, name: str = "") -> list[str]:
    """The names of the files written, in order. Raises UsageError when the plan cannot be followed, when `directory`
    holds anything already, or when it cannot be written; then nothing is left behind."""
    check(settings)
    files = contents(settings, name or settings.model_id)
    _check_free(directory)
    parent = directory.absolute().parent
    made = [path for path in (parent, *parent.parents) if not path.exists()]
    try:
        parent.mkdir(parents=True, exist_ok=True)
        # Written beside its place and renamed in one step, so that a break leaves no half project under its name.
        draft = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=parent))
        try:
            draft.chmod(0o755)
            for file, content in files.items():
                path = draft / file
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(content)
            draft.replace(directory.absolute())
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
    except OSError as error:
        for path in made:
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
        raise UsageError(
            Message(
                "{directory} cannot be written: {why}",
                directory=directory,
                why=error.strerror,
            ),
            where="--export",
        ) from None
    return list(files)


def contents(settings: TrainingPlan, name: str) -> dict[str, bytes]:
    """The files of the project by name; `name` is the model's, for people. Raises UsageError for a head that no project
    has."""
    own = folder(settings)
    files = {
        path.name: path.read_bytes()
        for part in ("shared", own)
        for path in sorted((SOURCE / part).glob("*.py"))
    }
    data = sample(settings).file
    files[f"samples/{data}"] = (SOURCE / "samples" / data).read_bytes()
    written = {
        "README.md": readme.text(settings, own, name),
        "requirements.txt": requirements.text(settings),
        "settings.yaml": settings_file.text(settings, name),
        **_launchers(settings),
    }
    if other_trainers.refusal(settings) is None:
        written |= other_trainers.llama_factory(settings)
        if other_trainers.axolotl_refusal(settings) is None:
            written |= other_trainers.axolotl(settings)
    # A name from a command line may hold bytes that are no text; they are shown, not lost.
    files |= {file: text.encode("utf-8", "backslashreplace") for file, text in written.items()}
    return dict(sorted(files.items()))


def _launchers(settings: TrainingPlan) -> Mapping[str, str]:
    if settings.gpus == 1:
        return {}
    files = {"accelerate.yaml": launch.accelerate(settings)}
    if settings.sharding in launch.STAGES:
        files["deepspeed.json"] = launch.deepspeed(settings)
    return files


def _check_free(directory: Path) -> None:
    try:
        found = sorted(path.name for path in directory.iterdir())
    except FileNotFoundError:
        if directory.is_symlink():
            raise UsageError(
                Message("{directory} is a link to nowhere", directory=directory), where="--export"
            ) from None
        return
    except OSError as error:
        raise UsageError(
            Message(
                "{directory} cannot be used: {why}",
                directory=directory,
                why=error.strerror,
            ),
            where="--export",
            remedy=Message("name a folder that is new or empty"),
        ) from None
    if found:
        shown = listed(found[:_SHOWN])
        if len(found) > _SHOWN:
            shown = Message("{files} and {n} more", files=shown, n=len(found) - _SHOWN)
        raise UsageError(
            Message("{directory} is not empty: it holds {found}", directory=directory, found=shown),
            where="--export",
            remedy=Message("name a folder that is new or empty; nothing is written over"),
        )
