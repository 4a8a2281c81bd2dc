"""An evaluation from its data to its results: what is asked, asked, read, and saved."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from llm_select.cli.evaluate_options import BATCH, LOCAL, Subject
from llm_select.errors import LlmSelectError, UsageError
from llm_select.i18n import tr
from llm_select.messages import Message, listed
from llm_select.questions.names import named

if TYPE_CHECKING:
    from llm_select.evaluation.client import Reply, Request
    from llm_select.evaluation.data import Data
    from llm_select.evaluation.journal import Journal, Spend
    from llm_select.evaluation.prompts import Template
    from llm_select.evaluation.results import Evaluation
    from llm_select.evaluation.runner import Outcome, Patience, Progress, Target
    from llm_select.schema.catalog import Catalog

LIBRARIES = {
    "httpx2": "httpx2",
    "stamina": "stamina",
    "sacrebleu": "sacrebleu",
    "nervaluate": "nervaluate",
    "rouge-score": "rouge_score",
}


class Limits(NamedTuple):
    """How fast and how much."""

    concurrency: int
    per_minute: float | None
    patience: Patience
    usd: float | None
    tokens: int | None
    workers: int | None = None
    """Actors of a Ray cluster; None runs in this process."""


class Prepared(NamedTuple):
    """Everything that is asked, and what is known before it is."""

    subjects: tuple[Subject, ...]
    targets: tuple[Target, ...]
    data: Data
    first: Request
    """The request of the first example, as it is sent."""


class Question(NamedTuple):
    """What is measured."""

    task: str
    name: str
    """The task's name, in the reader's language."""
    language: str | None
    """Language or pair of all examples, where given."""
    form: str
    metrics: tuple[str, ...]


class Done(NamedTuple):
    """A finished run."""

    evaluation: Evaluation
    spends: Mapping[str, Spend]
    """By model."""
    reused: Mapping[str, int]
    """Answers that an earlier run had brought, by model."""


def one_language(
    catalog: Catalog, task_id: str, pairs: Sequence[str], languages: Sequence[str]
) -> str | None:
    """The language or pair of all rows. Raises UsageError for several: rows then name their own."""
    paired = catalog.tasks[task_id].paired
    given, option = (pairs, "--pair") if paired else (languages, "--language")
    other = languages if paired else pairs
    if other:
        raise UsageError(
            Message("{task} goes from one language to another", task=task_id)
            if paired
            else Message("{task} goes within one language", task=task_id),
            where="--language" if paired else "--pair",
            remedy=Message("use {option}", option=option),
        )
    if len(given) > 1:
        raise UsageError(
            Message("one for all rows"),
            where=option,
            remedy=Message(
                "name each row's own in a column `{column}`", column=option.removeprefix("--")
            ),
        )
    return named(catalog, option, given[0]) if given else None


def check_libraries(metrics: Sequence[str], runner: str = "asyncio") -> None:
    """Raises UsageError before anything is paid when a library that will be needed is not installed."""
    from importlib.util import find_spec

    from llm_select.evaluation.metrics import NEEDS

    wanted = dict.fromkeys(["httpx2", "stamina", *(NEEDS[m] for m in metrics if m in NEEDS)])
    missing = [name for name in wanted if find_spec(LIBRARIES[name]) is None]
    if runner.strip().lower() == "ray" and find_spec("ray") is None:
        raise UsageError(
            Message("Ray is not installed"),
            where="--runner",
            remedy=Message("pip install 'llm-select[eval,ray]'"),
        )
    if missing:
        raise UsageError(
            Message("evaluate needs {options}", options=listed(missing)),
            remedy=Message("pip install 'llm-select[eval]'"),
        )


def prepare(
    subjects: tuple[Subject, ...],
    data: Data,
    where: str,
    template: Template,
    columns: Sequence[str],
    max_tokens: int,
) -> Prepared:
    """The requests of every model. A local model gets the text alone, without a prompt around it."""
    from llm_select.catalog.rules.language_names import NAMES
    from llm_select.evaluation.question import requests, target_of

    names = {tag: forms[0] for tag, forms in NAMES.items()}
    asked = requests(data, where, template, max_tokens, names)
    targets = []
    for subject in subjects:
        own = asked
        if subject.asking.place.startswith(LOCAL):
            own = _bare(data, columns, max_tokens)
        targets.append(target_of(subject.asking, own))
    return Prepared(subjects, tuple(targets), data, asked[0])


def _bare(data: Data, columns: Sequence[str], max_tokens: int) -> tuple[Request, ...]:
    from llm_select.evaluation.client import Request
    from llm_select.evaluation.prompts import Turn

    return tuple(
        Request(
            (Turn("user", "\n".join(example.inputs[name] for name in columns)),),
            max_tokens,
            example.language,
        )
        for example in data.examples
    )


def export_batches(prepared: Prepared) -> tuple[str, ...]:
    """Write a job for each model that is to be asked by one and has no answers yet. Returns the paths."""
    from llm_select.evaluation.batch import is_done
    from llm_select.evaluation.budget import TEMPLATE_TOKENS, size
    from llm_select.export.batch_job import write_job

    written: list[str] = []
    for subject, target in zip(prepared.subjects, prepared.targets, strict=True):
        directory = Path(target.place.removeprefix(BATCH))
        if not target.place.startswith(BATCH) or is_done(directory):
            continue
        longest = max(size(job.request) + job.request.max_tokens for job in target.jobs)
        # A token for each byte is a bound that holds for every text; a whole number of thousands reads better.
        context = -(-(longest + TEMPLATE_TOKENS) // 1024) * 1024
        parameters = subject.asking.settings["parameters"]
        assert isinstance(parameters, dict)
        written += write_job(directory, subject.asking.served, target.jobs, parameters, context)
    return tuple(written)


def check_prices(prepared: Prepared, usd: float | None) -> None:
    """Raises UsageError when a budget in USD cannot be kept for want of a price."""
    without = [
        t.label for t in prepared.targets if t.price is None and not t.place.startswith(LOCAL)
    ]
    if usd is not None and without:
        raise UsageError(
            Message("no price known for {models}", models=listed(without)),
            where="--budget",
            remedy=Message(
                "give --price IN,OUT in USD per million tokens; 0,0 for your own machine"
            ),
        )


def opened(path: Path, resume: bool, prepared: Prepared) -> tuple[Journal, dict[str, Reply]]:
    """The journal and the answers in it. Raises UsageError when there are some and nobody asked to go on, or none."""
    from llm_select.evaluation.journal import Journal

    if resume and not path.exists():
        raise UsageError(
            Message("no journal {path} to go on with", path=path),
            where="--resume",
            remedy=Message("start without --resume, or name the file with --journal"),
        )
    journal = Journal(path)
    keys = {job.key for target in prepared.targets for job in target.jobs}
    known = journal.answers(keys)
    if resume or not known:
        return journal, known
    journal.close()
    raise UsageError(
        Message(
            "{path} already has {known:,} of {asked:,} answers",
            path=path,
            known=len(known),
            asked=len(keys),
        ),
        where="--journal",
        remedy=Message(
            "add --resume to use them and ask only for the others, or name another file"
        ),
    )


def run(
    prepared: Prepared,
    journal: Journal,
    limits: Limits,
    told: Callable[[Progress], None],
) -> Outcome:
    """Ask everything that has no answer yet. Raises LlmSelectError when the journal cannot be written."""
    import stamina.instrumentation

    from llm_select.evaluation import runner
    from llm_select.evaluation.budget import Budget

    # Its default writes each retry to the log; the progress bar tells of pauses.
    stamina.instrumentation.set_on_retry_hooks([])
    if limits.workers is not None:
        from llm_select.evaluation.ray_runner import Cluster, run_on_ray

        cluster = Cluster(limits.workers, limits.concurrency, limits.per_minute)
        budget = (limits.usd, limits.tokens)
        return run_on_ray(prepared.targets, journal, budget, cluster, limits.patience, told)
    spent = journal.spend({job.key for target in prepared.targets for job in target.jobs})
    so_far = spent.billed.plus(spent.unconfirmed)

    async def ask() -> Outcome:
        return await runner.run(
            prepared.targets,
            journal,
            Budget(limits.usd, limits.tokens, so_far),
            concurrency=limits.concurrency,
            per_minute=limits.per_minute,
            patience=limits.patience,
            told=told,
        )

    try:
        return asyncio.run(ask())
    except BaseExceptionGroup as group:
        raise _first(group) from None


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error of a group that a user can mend, else its first."""
    flat: list[BaseException] = []
    waiting: list[BaseException] = [group]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
        else:
            flat.append(one)
    for error in flat:
        if isinstance(error, LlmSelectError):
            return error
        if isinstance(error, sqlite3.Error):
            return UsageError(
                Message("the journal cannot be written: {error}", error=str(error)),
                where="--journal",
            )
    return flat[0]


def measure(
    question: Question,
    prepared: Prepared,
    path: Path,
    limits: Limits,
    *,
    resume: bool,
    seed: int,
    worst: int,
) -> Done:
    """Ask what has no answer yet, and read all answers. On Ctrl-C says where they are."""
    from llm_select.evaluation.results import Asked, evaluate
    from llm_select.render.progress import request_progress

    journal, known = opened(path, resume, prepared)
    waiting = {
        target.label: len({job.key for job in target.jobs} - known.keys())
        for target in prepared.targets
    }
    try:
        with request_progress(waiting) as told:
            outcome = run(prepared, journal, limits, told)
        models = [Asked(t.label, tuple(job.key for job in t.jobs)) for t in prepared.targets]
        spends = {model.label: journal.spend(dict.fromkeys(model.keys)) for model in models}
    except KeyboardInterrupt:
        said = tr("stopped; answers so far are in {path}: --resume goes on from there", path=path)
        sys.stderr.write(f"\n{said}\n")
        raise
    finally:
        journal.close()
    evaluation = evaluate(
        question.form,
        question.metrics,
        prepared.data,
        models,
        outcome.replies,
        outcome.failures,
        outcome.stopped,
        seed=seed,
        worst=worst,
    )
    reused = {model.label: sum(key in known for key in model.keys) for model in models}
    return Done(evaluation, spends, reused)
