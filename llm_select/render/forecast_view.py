"""What `evaluate --dry-run` says: calls, tokens and price before anything is sent; and the prompt it would send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from llm_select.i18n import listing, titled, tr
from llm_select.render.document import Block, Column, Document, Pairs, Table, Text
from llm_select.render.evaluate_payload import note_sentence
from llm_select.render.numbers import tokens
from llm_select.render.payload import VERSION, Json

if TYPE_CHECKING:
    from llm_select.evaluation.client import Request
    from llm_select.evaluation.data import Note
    from llm_select.evaluation.question import Forecast


def _usd(value: float, price: str | None) -> str:
    return "–" if price is None else f"${value:.4f}"


def forecast_document(
    head: str,
    forecasts: Mapping[str, Forecast],
    places: Mapping[str, str],
    prices: Mapping[str, str],
    first: Request,
    notes: Sequence[Note],
    per_minute: float | None,
) -> Document:
    """The page; nothing was sent."""
    columns = (
        Column(tr("Model")),
        Column(tr("Calls"), right=True),
        Column(tr("Tokens"), right=True),
        Column(tr("at most"), right=True),
        Column(tr("Price"), right=True),
        Column(tr("at most"), right=True),
    )
    rows = tuple(
        (
            label,
            tokens(f.calls),
            tokens(f.expected.tokens),
            tokens(f.most.tokens),
            _usd(f.expected.usd, prices.get(label)),
            _usd(f.most.usd, prices.get(label)),
        )
        for label, f in forecasts.items()
    )
    blocks: list[Block] = [Text(head, "head"), Table(columns, rows)]
    blocks.append(
        Pairs(
            tuple((m.role, m.content) for m in first.messages),
            tr("The first request, as it is sent"),
        )
    )
    stands = [(tr("data"), note_sentence(note)) for note in notes]
    stands += [
        (
            tr("tokens"),
            tr("expected: a token for 4 bytes of prompt, and the length of the right answer"),
        ),
        (
            tr("tokens"),
            tr("at most: a token for each byte, 256 for the chat template, and --max-tokens"),
        ),
        (
            tr("tokens"),
            tr(
                "a model that thinks before it answers writes more than expected, never more than at most"
            ),
        ),
    ]
    stands += [(tr("price"), titled(label, basis)) for label, basis in prices.items()]
    stands += [
        (tr("price"), tr("{model}: none known; give --price IN,OUT", model=label))
        for label in forecasts
        if label not in prices
    ]
    if per_minute:
        longest = max((f.calls for f in forecasts.values()), default=0) / per_minute
        stands.append(
            (
                tr("time"),
                tr(
                    "{minutes} minutes or more at {per_minute} requests a minute",
                    minutes=f"{longest:.0f}",
                    per_minute=f"{per_minute:g}",
                ),
            )
        )
    where = listing(dict.fromkeys(places.values()))
    stands.append(
        (tr("would go to"), tr("{places} and nowhere else; nothing was sent", places=where))
    )
    blocks.append(Pairs(tuple(stands), tr("On what this stands")))
    return Document(tuple(blocks), [forecast_record(k, f, prices) for k, f in forecasts.items()])


def forecast_record(label: str, forecast: Forecast, prices: Mapping[str, str]) -> Json:
    """One model, flat."""
    priced = label in prices
    return {
        "model": label,
        "calls": forecast.calls,
        "tokens": forecast.expected.tokens,
        "tokens_at_most": forecast.most.tokens,
        "usd": forecast.expected.usd if priced else None,
        "usd_at_most": forecast.most.usd if priced else None,
    }


def forecast_json(
    task: str,
    forecasts: Mapping[str, Forecast],
    places: Mapping[str, str],
    prices: Mapping[str, str],
    first: Request,
    notes: Sequence[Note],
) -> Json:
    """The answer of `evaluate --dry-run`."""
    return {
        "version": VERSION,
        "task": task,
        "dry_run": True,
        "models": [
            {**forecast_record(label, f, prices), "endpoint": places[label]}
            for label, f in forecasts.items()
        ],
        "first_request": [message._asdict() for message in first.messages],
        "notes": [note_sentence(note) for note in notes],
    }


def exported_document(paths: Sequence[str]) -> Document:
    """After a batch job was written: nothing was asked yet."""
    blocks: tuple[Block, ...] = (
        Text(tr("A batch job was written; nothing was sent"), "head"),
        Pairs(tuple((tr("written"), path) for path in paths)),
        Text(
            tr("Run job.py in its directory where the GPUs are, then the same command again here.")
        ),
    )
    return Document(blocks, [{"written": path} for path in paths])


def exported_json(paths: Sequence[str]) -> Json:
    """The answer of `evaluate` when it wrote a batch job."""
    return {"version": VERSION, "written": list(paths)}
