"""What `evaluate` says of a run: before it, with --dry-run, and after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from llm_select.i18n import tr

if TYPE_CHECKING:
    from llm_select.cli.evaluate_run import Done, Prepared, Question
    from llm_select.evaluation.client import Reply
    from llm_select.evaluation.question import Forecast
    from llm_select.render.evaluate_payload import Shown


def forecasts(prepared: Prepared, form: str, known: Mapping[str, Reply]) -> dict[str, Forecast]:
    """What is still to be asked of each model, and what it takes."""
    from llm_select.evaluation.question import forecast

    found = {}
    for target in prepared.targets:
        examples = {
            job.key: example
            for job, example in zip(target.jobs, prepared.data.examples, strict=True)
        }
        waiting = {job.key: job for job in target.jobs if job.key not in known}
        found[target.label] = forecast(list(waiting.values()), examples, form, target.price)
    return found


def dry_run(
    question: Question, prepared: Prepared, path: Path, form: str, per_minute: float | None
) -> int:
    """Print what the run would take. Returns the exit code."""
    from llm_select.cli.output import emit
    from llm_select.evaluation.journal import Journal
    from llm_select.render import forecast_view

    known: dict[str, Reply] = {}
    if path.exists():
        journal = Journal(path)
        known = journal.answers({job.key for target in prepared.targets for job in target.jobs})
        journal.close()
    found = forecasts(prepared, question.form, known)
    places, prices, first = places_of(prepared), prices_of(prepared), prepared.first
    notes = prepared.data.notes
    about = {
        "task": question.name,
        "data": prepared.data.name,
        "n": len(prepared.data.examples),
    }
    head = (
        tr(
            "{task} on {data}: {n} examples, dry run ({known} answers are in {path})",
            **about,
            known=len(known),
            path=path,
        )
        if known
        else tr("{task} on {data}: {n} examples, dry run", **about)
    )
    emit(
        form,
        lambda: forecast_view.forecast_document(
            head, found, places, prices, first, notes, per_minute
        ),
        lambda: forecast_view.forecast_json(question.task, found, places, prices, first, notes),
    )
    return 0


def exported(paths: Sequence[str], form: str) -> int:
    """Say what was written and what to do with it. Returns the exit code."""
    from llm_select.cli.output import emit
    from llm_select.render import forecast_view

    emit(
        form,
        lambda: forecast_view.exported_document(paths),
        lambda: forecast_view.exported_json(paths),
    )
    return 0


def places_of(prepared: Prepared) -> dict[str, str]:
    """Where each model is asked."""
    return {target.label: target.place for target in prepared.targets}


def prices_of(prepared: Prepared) -> dict[str, str]:
    """What each price stands on; a model without one is absent."""
    return {
        t.label: tr(
            "${read:g} and ${written:g} per million tokens: {basis}",
            read=t.price.input,
            written=t.price.output,
            basis=t.price.basis,
        )
        for t in prepared.targets
        if t.price is not None
    }


def page_of(
    question: Question,
    prepared: Prepared,
    done: Done,
    path: Path,
    saved: Sequence[str],
    saving: bool,
) -> Shown:
    """What the page says beside the results."""
    from llm_select.render.evaluate_payload import Shown

    unsaved = [r.label for r in done.evaluation.results if r.failed] if saving else []
    return Shown(
        task=question.task,
        task_name=question.name,
        data=prepared.data.name,
        digest=prepared.data.digest,
        examples=len(prepared.data.examples),
        language=question.language,
        notes=prepared.data.notes,
        places=places_of(prepared),
        prices=prices_of(prepared),
        unknown={s.asking.label: s.near for s in prepared.subjects if s.card is None},
        spends=done.spends,
        reused=done.reused,
        journal=str(path),
        saved=saved,
        unsaved=unsaved,
    )
