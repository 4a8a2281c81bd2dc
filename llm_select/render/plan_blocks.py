"""How a training plan reads: settings, memory, what it takes, how far it reaches, what to give up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.i18n import clauses, listing, noted, tr, translated, trn
from llm_select.render.document import Block, Column, Pairs, Table
from llm_select.render.finetune_view import PARTS
from llm_select.render.numbers import count, tokens
from llm_select.render.strategy_messages import (
    CHOICES,
    CONCESSIONS,
    MISSING_TIME,
    said,
    strategy_name,
)
from llm_select.render.words import verdict_word, word
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.estimates.types import Range
    from llm_select.plan.answer import Answer
    from llm_select.plan.cost import Cost
    from llm_select.plan.draft import Choice
    from llm_select.plan.finetune import Planned
    from llm_select.plan.types import TrainingPlan
    from llm_select.schema.catalog import Catalog


def plan_blocks(planned: Planned, answer: Answer, catalog: Catalog, explain: bool) -> list[Block]:
    plan, memory = planned.plan, planned.memory
    machine = answer.asked.machine
    title = (
        tr("Plan on {machine}", machine=f"{plan.gpus} × {translated(machine.name)}")
        if machine is not None
        else tr("Plan, no machine given")
    )
    rows = [(tr("trained parameters"), count(memory.trainable))]
    rows += [(word(part), f"{getattr(memory, part) / GIB:.1f}") for part in PARTS]
    rows += [
        (tr("total"), f"{memory.total / GIB:.1f}"),
        (tr("range"), f"{memory.low / GIB:.1f}–{memory.high / GIB:.1f}"),
    ]
    if machine is not None:
        rows.append((tr("usable"), f"{machine.usable_gib:.1f}"))
        rows.append((tr("verdict"), verdict_word(planned.verdict)))
    blocks: list[Block] = [
        Pairs(_settings(plan, planned, catalog), title),
        Table(
            (Column(tr("GiB on one GPU"), keep=True), Column(plan.method, right=True)),
            tuple(rows),
        ),
        Pairs(_cost(planned.cost, answer), tr("What it takes")),
    ]
    if machine is not None:
        reach = (
            (tr("longest sequence"), _longest(planned.longest_sequence)),
            (tr("largest pass"), _largest(planned.largest_batch, plan.seq_len)),
        )
        blocks.append(Pairs(reach, tr("What else would fit")))
    if planned.ladder:
        blocks.append(concessions(planned))
    if explain:
        blocks.append(
            Pairs(
                tuple(
                    (
                        word(choice.field.replace("_", " ")),
                        _choice(choice),
                    )
                    for choice in planned.choices
                ),
                tr("Why each setting"),
            )
        )
        blocks.append(
            Table(
                (
                    Column(tr("optimizer"), keep=True),
                    Column(tr("bytes a weight"), right=True),
                    Column(tr("GiB in all"), right=True),
                ),
                tuple(
                    (
                        _paged(one.optimizer) if one.paged else one.optimizer,
                        f"{one.bytes_per_parameter:.3g}",
                        f"{one.total / GIB:.2f}",
                    )
                    for one in planned.optimizers
                ),
            )
        )
    return blocks


def _paged(name: str) -> str:
    return tr("{optimizer} (may move to main memory)", optimizer=name)


def concessions(planned: Planned) -> Table:
    """What to give up, in order, with what each saves."""
    return Table(
        (
            Column(tr("to give up, in this order")),
            Column("GiB", right=True),
            Column(tr("at most"), right=True),
            Column(tr("saves"), right=True),
            Column(tr("verdict")),
        ),
        tuple(
            (
                said(CONCESSIONS, rung.code, rung.values),
                f"{rung.fitted.memory.total / GIB:.1f}",
                f"{rung.fitted.memory.high / GIB:.1f}",
                f"{rung.saved / GIB:.1f}" if rung.code != "start" else "",
                verdict_word(rung.fitted.verdict),
            )
            for rung in planned.ladder
        ),
    )


def _choice(choice: Choice) -> str:
    text = said(CHOICES, choice.code, choice.values)
    return noted(text, choice.source) if choice.source else text


def _longest(number: int | None) -> str:
    return tr("{n} tokens", n=tokens(number)) if number else tr("none")


def _largest(number: int | None, length: int) -> str:
    if not number:
        return tr("none")
    return trn(
        "{n} sequence of {length}",
        "{n} sequences of {length}",
        number,
        n=tokens(number),
        length=tokens(length),
    )


def _settings(
    plan: TrainingPlan, planned: Planned, catalog: Catalog
) -> tuple[tuple[str, str], ...]:
    model = catalog.models[plan.model_id]
    rows = [(tr("base"), noted(model.name, plan.repository) if plan.repository else model.name)]
    parts = [strategy_name(plan.method)]
    if plan.lora_rank is not None:
        parts.append(tr("rank {rank}", rank=plan.lora_rank))
        if plan.lora_alpha is not None:
            parts.append(tr("alpha {alpha}", alpha=f"{plan.lora_alpha:g}"))
            parts.append(tr("dropout {dropout}", dropout=f"{plan.lora_dropout or 0:g}"))
    rows.append((tr("method"), clauses((listing(parts), _types(plan)))))
    if plan.lora_targets:
        rows.append((tr("targets"), listing(plan.lora_targets)))
    if plan.modules_to_save:
        rows.append((tr("trained whole"), listing(plan.modules_to_save)))
    states = next((one for one in planned.optimizers if one.optimizer == plan.optimizer), None)
    optimizer = catalog.methods[plan.optimizer].name
    if states is not None:
        optimizer = tr(
            "{optimizer} ({n} bytes a weight)",
            optimizer=optimizer,
            n=f"{states.bytes_per_parameter:.3g}",
        )
    decay = tr("weight decay {decay}", decay=f"{plan.weight_decay:g}")
    rows.append((tr("optimizer"), listing((optimizer, decay))))
    rate = [f"{plan.learning_rate:g}", plan.schedule]
    if plan.warmup_ratio:
        rate.append(tr("{share} of the steps warming up", share=f"{plan.warmup_ratio:.3g}"))
    rows.append((tr("learning rate"), listing(rate)))
    rows.append((tr("step"), _step(plan)))
    rows.append((tr("sequence"), _sequence(plan, planned.tokens)))
    rows.append((tr("activations"), tr("recomputed") if plan.checkpointing else tr("kept")))
    if plan.gpus > 1:
        rows.append((tr("sharding"), plan.sharding))
    if plan.trainer != "transformers":
        rows.append((tr("trainer"), plan.trainer))
    loss = [word(plan.loss)]
    if plan.label_smoothing:
        loss.append(tr("label smoothing {share}", share=f"{plan.label_smoothing:g}"))
    rows.append((tr("loss"), listing(loss)))
    rows.append((tr("report"), listing(plan.metrics)))
    return tuple(rows)


def _step(plan: TrainingPlan) -> str:
    passes = trn(
        "{batch} in a pass × {n} pass",
        "{batch} in a pass × {n} passes",
        plan.accumulation,
        batch=plan.batch,
        n=plan.accumulation,
    )
    gpus = tr("{n} GPUs", n=plan.gpus) if plan.gpus > 1 else ""
    factors = f"{passes} × {gpus}" if gpus else passes
    return tr("{factors} = {n} sequences", factors=factors, n=plan.step_sequences)


def _sequence(plan: TrainingPlan, example: int) -> str:
    """`example` are the tokens of one example."""
    text = tr("{n} tokens at most", n=tokens(plan.seq_len))
    if plan.target_len is not None:
        text = tr(
            "{source} source and {target} target tokens at most",
            source=tokens(plan.seq_len),
            target=tokens(plan.target_len),
        )
    if plan.packing:
        text = listing((text, tr("packed")))
    if example > plan.seq_len + (plan.target_len or 0):
        text = clauses((text, tr("an example of {n} is cut", n=tokens(example))))
    return text


def _types(plan: TrainingPlan) -> str:
    """How weights are held and computed with."""
    if plan.precision == "fp32":
        return tr("32 bits throughout")
    half = plan.precision.removesuffix("-mixed").upper()
    if plan.method != "full":
        return tr(
            "base in {quantization}, arithmetic in {half}",
            quantization=plan.quantization,
            half=half,
        )
    held = tr("weights in {half}", half=half)
    if plan.sharding.startswith("zero"):
        held = tr("weights in {half} with a 32-bit copy", half=half)
    elif plan.precision.endswith("-mixed"):
        held = tr("weights in 32 bits")
    return tr("{held}, arithmetic in {half}", held=held, half=half)


def _cost(cost: Cost, answer: Answer) -> tuple[tuple[str, str], ...]:
    asked = answer.asked
    rows = [
        (
            tr("length"),
            tr(
                "{steps} steps over {tokens} tokens, {flops} operations",
                steps=tokens(cost.steps),
                tokens=count(cost.tokens),
                flops=f"{cost.flops:.1e}",
            ),
        )
    ]
    if cost.seconds is None:
        rows.append(
            (tr("time"), tr("not claimed: {why}", why=translated(MISSING_TIME[str(cost.missing)])))
        )
        if asked.price_per_hour is not None:
            rows.append((tr("price"), tr("not claimed: it follows from the time")))
        return tuple(rows)
    rows.append((tr("time"), duration(cost.seconds)))
    if cost.kwh is not None:
        rows.append(
            (tr("energy"), tr("{kwh} kWh, the GPUs at their power limit", kwh=_energy(cost.kwh)))
        )
    if cost.usd is not None:
        rows.append(
            (
                tr("price"),
                tr(
                    "${usd} at ${price} an hour",
                    usd=_span(cost.usd, ",.2f"),
                    price=f"{asked.price_per_hour:g}",
                ),
            )
        )
    return tuple(rows)


def _energy(kwh: Range) -> str:
    return _span(kwh, ",.0f" if kwh.low >= 10 else ".2g" if kwh.high < 10 else ".1f")


def _span(value: Range, form: str) -> str:
    return tr(
        "{value} ({low} to {high})",
        value=f"{value.expected:{form}}",
        low=f"{value.low:{form}}",
        high=f"{value.high:{form}}",
    )


def duration(seconds: Range) -> str:
    """A range of time in the unit that suits its expected value."""
    expected = seconds.expected
    size = next((s for s in (86400, 3600, 60) if expected >= s), 1)
    low, middle, high = (f"{part / size:.2g}" for part in seconds)
    if size == 86400:
        return tr("{n} days ({low} to {high})", n=middle, low=low, high=high)
    if size == 3600:
        return tr("{n} hours ({low} to {high})", n=middle, low=low, high=high)
    if size == 60:
        return tr("{n} minutes ({low} to {high})", n=middle, low=low, high=high)
    return tr("{n} seconds ({low} to {high})", n=middle, low=low, high=high)
