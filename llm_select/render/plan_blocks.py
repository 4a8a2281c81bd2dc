"""How a training plan reads: settings, memory, what it takes, how far it reaches, what to give up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.render.document import Block, Column, Pairs, Table
from llm_select.render.finetune_view import PARTS
from llm_select.render.numbers import count, tokens
from llm_select.render.strategy_messages import CHOICES, CONCESSIONS, MISSING_TIME, STRATEGIES, said
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.estimates.types import Range
    from llm_select.plan.answer import Answer
    from llm_select.plan.cost import Cost
    from llm_select.plan.finetune import Planned
    from llm_select.plan.types import TrainingPlan
    from llm_select.schema.catalog import Catalog


def plan_blocks(planned: Planned, answer: Answer, catalog: Catalog, explain: bool) -> list[Block]:
    plan, memory = planned.plan, planned.memory
    machine = answer.asked.machine
    where = f" on {plan.gpus} × {machine.name}" if machine is not None else ", no machine given"
    rows = [("trained parameters", count(memory.trainable))]
    rows += [(part, f"{getattr(memory, part) / GIB:.1f}") for part in PARTS]
    rows += [
        ("total", f"{memory.total / GIB:.1f}"),
        ("range", f"{memory.low / GIB:.1f}–{memory.high / GIB:.1f}"),
    ]
    if machine is not None:
        rows.append(("usable", f"{machine.usable_gib:.1f}"))
        rows.append(("verdict", str(planned.verdict)))
    blocks: list[Block] = [
        Pairs(_settings(plan, planned, catalog), f"Plan{where}"),
        Table(
            (Column("GiB on one GPU", keep=True), Column(plan.method, right=True)),
            tuple(rows),
        ),
        Pairs(_cost(planned.cost, answer), "What it takes"),
    ]
    if machine is not None:
        reach = (
            ("longest sequence", _reach(planned.longest_sequence, "tokens")),
            ("largest pass", _reach(planned.largest_batch, f"sequences of {tokens(plan.seq_len)}")),
        )
        blocks.append(Pairs(reach, "What else would fit"))
    if planned.ladder:
        blocks.append(concessions(planned))
    if explain:
        blocks.append(
            Pairs(
                tuple(
                    (
                        choice.field.replace("_", " "),
                        said(CHOICES, choice.code, choice.values) + _by(choice.source),
                    )
                    for choice in planned.choices
                ),
                "Why each setting",
            )
        )
        blocks.append(
            Table(
                (
                    Column("optimizer", keep=True),
                    Column("bytes a weight", right=True),
                    Column("GiB in all", right=True),
                ),
                tuple(
                    (
                        one.optimizer + (" (may move to main memory)" if one.paged else ""),
                        f"{one.bytes_per_parameter:.3g}",
                        f"{one.total / GIB:.2f}",
                    )
                    for one in planned.optimizers
                ),
            )
        )
    return blocks


def concessions(planned: Planned) -> Table:
    """What to give up, in order, with what each saves."""
    return Table(
        (
            Column("to give up, in this order"),
            Column("GiB", right=True),
            Column("at most", right=True),
            Column("saves", right=True),
            Column("verdict"),
        ),
        tuple(
            (
                said(CONCESSIONS, rung.code, rung.values),
                f"{rung.fitted.memory.total / GIB:.1f}",
                f"{rung.fitted.memory.high / GIB:.1f}",
                f"{rung.saved / GIB:.1f}" if rung.code != "start" else "",
                str(rung.fitted.verdict),
            )
            for rung in planned.ladder
        ),
    )


def _by(source: str | None) -> str:
    return f" ({source})" if source else ""


def _reach(number: int | None, unit: str) -> str:
    if number == 1:
        unit = unit.replace("sequences", "sequence", 1)
    return f"{tokens(number)} {unit}" if number else "none"


def _settings(
    plan: TrainingPlan, planned: Planned, catalog: Catalog
) -> tuple[tuple[str, str], ...]:
    model = catalog.models[plan.model_id]
    rows = [("base", f"{model.name}" + (f" ({plan.repository})" if plan.repository else ""))]
    method = STRATEGIES.get(plan.method, plan.method)
    if plan.lora_rank is not None:
        method += f", rank {plan.lora_rank}"
        if plan.lora_alpha is not None:
            method += f", alpha {plan.lora_alpha:g}, dropout {plan.lora_dropout or 0:g}"
    rows.append(("method", f"{method}; {_types(plan)}"))
    if plan.lora_targets:
        rows.append(("targets", ", ".join(plan.lora_targets)))
    if plan.modules_to_save:
        rows.append(("trained whole", ", ".join(plan.modules_to_save)))
    states = next((one for one in planned.optimizers if one.optimizer == plan.optimizer), None)
    held = f" ({states.bytes_per_parameter:.3g} bytes a weight)" if states is not None else ""
    rows.append(
        (
            "optimizer",
            f"{catalog.methods[plan.optimizer].name}{held}, weight decay {plan.weight_decay:g}",
        )
    )
    warm = f", {plan.warmup_ratio:.3g} of the steps warming up" if plan.warmup_ratio else ""
    rows.append(("learning rate", f"{plan.learning_rate:g}, {plan.schedule}{warm}"))
    gpus = f" × {plan.gpus} GPUs" if plan.gpus > 1 else ""
    rows.append(
        (
            "step",
            f"{plan.batch} in a pass × {plan.accumulation} pass{'es' if plan.accumulation > 1 else ''}{gpus}"
            f" = {plan.step_sequences} sequences",
        )
    )
    length = f"{tokens(plan.seq_len)} tokens at most"
    if plan.target_len is not None:
        length = (
            f"{tokens(plan.seq_len)} source and {tokens(plan.target_len)} target tokens at most"
        )
    length += ", packed" if plan.packing else ""
    if planned.tokens > plan.seq_len + (plan.target_len or 0):
        length += f"; an example of {tokens(planned.tokens)} is cut"
    rows.append(("sequence", length))
    rows.append(("activations", "recomputed" if plan.checkpointing else "kept"))
    if plan.gpus > 1:
        rows.append(("sharding", plan.sharding))
    if plan.trainer != "transformers":
        rows.append(("trainer", plan.trainer))
    smooth = f", label smoothing {plan.label_smoothing:g}" if plan.label_smoothing else ""
    rows.append(("loss", f"{plan.loss}{smooth}"))
    rows.append(("report", ", ".join(plan.metrics)))
    return tuple(rows)


def _types(plan: TrainingPlan) -> str:
    """How weights are held and computed with."""
    if plan.precision == "fp32":
        return "32 bits throughout"
    half = plan.precision.removesuffix("-mixed").upper()
    if plan.method != "full":
        return f"base in {plan.quantization}, arithmetic in {half}"
    held = f"weights in {half}"
    if plan.sharding.startswith("zero"):
        held = f"weights in {half} with a 32-bit copy"
    elif plan.precision.endswith("-mixed"):
        held = "weights in 32 bits"
    return f"{held}, arithmetic in {half}"


def _cost(cost: Cost, answer: Answer) -> tuple[tuple[str, str], ...]:
    asked = answer.asked
    rows = [
        (
            "length",
            f"{tokens(cost.steps)} steps over {count(cost.tokens)} tokens, {cost.flops:.1e} operations",
        )
    ]
    if cost.seconds is None:
        rows.append(("time", f"not claimed: {MISSING_TIME[str(cost.missing)]}"))
        if asked.price_per_hour is not None:
            rows.append(("price", "not claimed: it follows from the time"))
        return tuple(rows)
    rows.append(("time", duration(cost.seconds)))
    if cost.kwh is not None:
        rows.append(("energy", f"{_energy(cost.kwh)} kWh, the GPUs at their power limit"))
    if cost.usd is not None:
        rows.append(("price", f"${_span(cost.usd, ',.2f')} at ${asked.price_per_hour:g} an hour"))
    return tuple(rows)


def _energy(kwh: Range) -> str:
    return _span(kwh, ",.0f" if kwh.low >= 10 else ".2g" if kwh.high < 10 else ".1f")


def _span(value: Range, form: str) -> str:
    return f"{value.expected:{form}} ({value.low:{form}} to {value.high:{form}})"


def duration(seconds: Range) -> str:
    """A range of time in the unit that suits its expected value."""
    unit, size = next(
        (
            (u, s)
            for u, s in (("days", 86400), ("hours", 3600), ("minutes", 60))
            if seconds.expected >= s
        ),
        ("seconds", 1),
    )
    low, expected, high = (part / size for part in seconds)
    return f"{expected:.2g} {unit} ({low:.2g} to {high:.2g})"
