"""How a deployment reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from llm_select.plan.deploy_lines import shell_line
from llm_select.render.deploy_json import flat_plan
from llm_select.render.deploy_messages import say
from llm_select.render.document import Block, Column, Document, Pairs, Table, Text
from llm_select.render.messages import sentence
from llm_select.render.notes import assumption_sentence
from llm_select.render.numbers import rate, tokens
from llm_select.selection.types import Reason
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.estimates.types import Range
    from llm_select.plan.deploy_types import Comparison, Cost, Deployment, EnginePlan, Whole


def deploy_document(answer: Deployment, written: Sequence[str], refused_export: bool) -> Document:
    """Engines side by side, the recommended one in detail, and on what it stands."""
    model = answer.catalog.models[answer.model_id]
    if answer.ask.machine is None:
        return _hosted_document(answer)
    machine = answer.plans[0].machine if answer.plans else answer.ask.machine
    inside = machine.devices // machine.nodes
    where = f"{inside} × {machine.name}" + (f", {machine.nodes} nodes" if machine.nodes > 1 else "")
    blocks: list[Block] = [Text(f"{model.name} on {where}", "head")]
    if answer.plans:
        blocks.append(_engines(answer.plans))
        if answer.plans[0].fits:
            blocks += _detail(answer.plans[0], recommended=len(answer.plans) > 1)
        else:
            blocks += _lacking(answer)
        if len(answer.plans) > 1:
            behind = tuple((_name(p), say(p.behind)) for p in answer.plans if p.behind is not None)
            if behind:
                blocks.append(Pairs(behind, "Why not first"))
            rows = tuple((_name(p), shell_line(p)) for p in answer.plans[1:] if p.fits)
            if rows:
                blocks.append(Pairs(rows, "The others are started so"))
    else:
        blocks.append(Text("No engine of the catalog serves it there.", "warn"))
    if answer.refused:
        rows = tuple((_engine_name(answer, e), say(r)) for e, r in answer.refused)
        blocks.append(Pairs(rows, "Not served by"))
    if answer.hosted:
        blocks.append(
            Pairs(_offers(answer), "Hosted instead: every prompt and answer goes to them")
        )
    blocks.append(Pairs(_stands_on(answer), "On what this stands"))
    if refused_export:
        blocks.append(Text("Nothing was written: no plan fits.", "warn"))
    if written:
        blocks.append(Pairs(tuple(("", path) for path in written), "Written"))
    return Document(tuple(blocks), [flat_plan(plan) for plan in answer.plans])


def _engines(plans: Sequence[EnginePlan]) -> Table:
    columns = (
        Column("#", right=True),
        Column("Engine, format"),
        Column("GiB", right=True, keep=True),
        Column("Tokens/s each", right=True, keep=True),
        Column("At once", right=True),
        Column("Requests/s", right=True, keep=True, wide=True),
        Column("Replicas", right=True),
    )
    rows = []
    for place, plan in enumerate(plans, 1):
        memory, can = plan.memory, plan.capacity
        rows.append(
            (
                str(place) if plan.fits else "–",
                _name(plan),
                f"{memory.low / GIB:.1f}–{memory.high / GIB:.1f}",
                _span(plan.speed.decode, rate),
                str(can.sequences),
                _span(can.requests_per_second, _small),
                _whole(can.replicas) if plan.fits and can.rate_known else "–",
            )
        )
    return Table(columns, tuple(rows))


def _detail(plan: EnginePlan, *, recommended: bool) -> list[Block]:
    title = f"{'Recommended: ' if recommended else ''}{_name(plan)}"
    blocks: list[Block] = [Text(title, "head"), Text(shell_line(plan), "line")]
    rows = []
    for flag in plan.flags:
        shown = f"{flag.name}={flag.value}" if flag.environment else flag.name
        if not flag.environment and flag.value is not None:
            shown = f"{flag.name} {flag.value}"
        rows.append((_open_ends(shown), say(flag.reason)))
    columns = (Column("Setting", keep=False), Column("Why"))
    blocks.append(Table(columns, tuple(rows)))
    files = [("weights", say(plan.files.reason))]
    files += [("", command) for command in plan.files.commands]
    blocks.append(Pairs(tuple(files), "Files"))
    blocks.append(Pairs(_capacity(plan), "One replica"))
    if plan.cost is not None:
        blocks.append(Pairs(_cost(plan.cost), "Cost of one replica, kept full"))
    if plan.notes:
        blocks.append(Pairs(tuple(("note", say(note)) for note in plan.notes)))
    return blocks


def _lacking(answer: Deployment) -> list[Block]:
    """What each lacks, and where to see what would hold it. Settings are not shown: the server would not start."""
    rows = tuple((_name(plan), say(plan.notes[0])) for plan in answer.plans)
    ask = answer.ask
    tried = ""
    if ask.stacked and not ask.devices_given:
        tried = "Up to 8 devices in one machine were tried"
        tried += ", and 16 such machines. " if ask.clustered and ask.nodes is None else ". "
    remedy = f"`llm-select estimate {answer.model_id}` lists devices that hold it"
    if ask.stacked and ask.devices_given:
        remedy += "; without --gpus more of these are tried"
    return [Text("No plan fits.", "warn"), Pairs(rows), Text(f"{tried}{remedy}.", "note")]


def _open_ends(text: str) -> str:
    for mark, shown in (
        ("{host}", "127.0.0.1"),
        ("{models}", "models"),
        ("{templates}", "examples"),
        ("{rank}", "RANK"),
        ("{head}", "HEAD"),
    ):
        text = text.replace(mark, shown)
    return text


def _capacity(plan: EnginePlan) -> tuple[tuple[str, str], ...]:
    can, work = plan.capacity, plan.workload
    rows = [("requests together", f"{can.sequences}" + _held(can.held))]
    if plan.largest_context is not None and plan.candidate.model.kind == "decoder":
        rows.append(("longest that fits", f"{tokens(plan.largest_context)} tokens each"))
    if can.missing is not None:
        reason = Reason("speed-unknown", {"missing": can.missing})
        rows.append(("speed", f"not claimed: {sentence(reason).removeprefix('speed unknown: ')}"))
    for name, value, unit in (
        ("first token", can.first_token_s, "s on an idle server"),
        ("", can.last_first_token_s, f"s for the last of {can.sequences} that come at once"),
        ("each token", can.token_s, "s for each stream when all run"),
        ("a request", can.request_s, f"s, {_lengths(plan)}"),
        ("throughput", can.tokens_per_second, "tokens/s written"),
        ("", can.requests_per_second, "requests/s"),
    ):
        if value is None or (name == "" and "last" in unit and can.sequences == 1):
            continue
        if work.generate_tokens <= 1 and name in ("first token", "each token"):
            continue
        shown = _seconds if unit.startswith("s") else _small
        rows.append((name, f"{_span(value, shown)} {unit}"))
    if not can.rate_known:
        rows.append(("replicas", "not known for that rate: no speed is claimed"))
    elif can.replicas.high > 1:
        rows.append(("replicas", f"{_whole(can.replicas)} for what was asked"))
    return tuple(rows)


def _lengths(plan: EnginePlan) -> str:
    work = plan.workload
    if plan.candidate.model.kind == "encoder":
        return f"{tokens(work.prompt_tokens)} tokens read"
    return f"{tokens(work.prompt_tokens)} tokens read and {tokens(work.generate_tokens)} written"


def _held(held: int | None) -> str:
    return f" (memory holds {held})" if held is not None else ""


def _cost(cost: Cost) -> tuple[tuple[str, str], ...]:
    rows = [("machine", f"${cost.usd_per_hour:.2f} an hour, as given")]
    if cost.usd_per_mtok is None:
        rows.append(("per token", "not claimed: no speed is known"))
    else:
        rows.append(("per million tokens", f"{_span(cost.usd_per_mtok, _usd)} read and written"))
    if cost.usd_per_mtok_written is not None:
        rows.append(("", f"{_span(cost.usd_per_mtok_written, _usd)} if charged to those written"))
    for one in cost.hosted:
        rows.append((_provider(one), _break_even(one)))
    if not cost.hosted:
        rows.append(
            ("hosted", "no offer for this model in the catalog: --hosted-price compares one")
        )
    return tuple(rows)


def _provider(one: Comparison) -> str:
    return "price given" if one.offer is None else f"{one.provider} ({one.offer.as_of})"


def _break_even(one: Comparison) -> str:
    text = f"{_usd(one.usd_per_mtok)} per million for these lengths; own machine cheaper from "
    text += f"{tokens(one.break_even)} requests an hour"
    if one.load is None:
        return text
    low, expected, high = one.load
    if low > 1:
        return f"{text}, more than it can serve: never"
    if high > 1:
        return f"{text}, {expected:.0%} of what it serves (at the slow end never)"
    return f"{text}, {expected:.0%} of what it serves ({low:.0%} to {high:.0%})"


def _stands_on(answer: Deployment) -> tuple[tuple[str, str], ...]:
    rows = [("privacy", say(answer.privacy))]
    rows += [("assumed", say(reason)) for reason in answer.assumed]
    if answer.plans:
        plan = answer.plans[0]
        rows += [("assumed", assumption_sentence(a)) for a in plan.memory.assumptions]
        rows += [("assumed", assumption_sentence(a)) for a in plan.speed.assumptions]
        source = answer.catalog.sources.get(plan.serving.source)
        if plan.own_server:
            rows.append(("settings", "those of the server that --export writes"))
        elif source is not None:
            rows.append(("settings", f"{plan.serving.checked} ({plan.serving.version})"))
            rows.append(("source", f"{source.title} {source.url}"))
    return tuple(dict.fromkeys(rows))


def _offers(answer: Deployment) -> tuple[tuple[str, str], ...]:
    rows = []
    for one in answer.hosted:
        offer = one.offer
        text = f"${offer.input_usd_per_mtok:g} read and ${offer.output_usd_per_mtok:g} written per million tokens"
        text += f", ${one.usd_per_request:.4g} a request ({offer.as_of})"
        rows.append((offer.provider, text))
    return tuple(rows)


def _hosted_document(answer: Deployment) -> Document:
    model = answer.catalog.models[answer.model_id]
    blocks: list[Block] = [Text(f"{model.name}, served by its provider", "head")]
    rows, records = [], []
    for one in answer.hosted:
        offer = one.offer
        rows.append(
            (
                offer.provider,
                f"{offer.input_usd_per_mtok:g}",
                f"{offer.output_usd_per_mtok:g}",
                f"${one.usd_per_request:.4g}",
                f"${one.usd_per_hour:,.2f}" if one.usd_per_hour is not None else "–",
                offer.as_of,
            )
        )
        records.append(
            {
                "provider": offer.provider,
                "usd_per_request": one.usd_per_request,
                "usd_per_hour": one.usd_per_hour,
            }
        )
    columns = (
        Column("Provider"),
        Column("Read, $/million", right=True),
        Column("Written, $/million", right=True),
        Column("A request", right=True),
        Column("An hour", right=True),
        Column("As of"),
    )
    if rows:
        blocks.append(Table(columns, tuple(rows)))
    else:
        blocks.append(Text("No offer for it is in the catalog.", "warn"))
    stands = [("privacy", say(answer.privacy)), *(("assumed", say(r)) for r in answer.assumed)]
    stands.append(("no plan", "its weights are not published: nobody else can serve it"))
    blocks.append(Pairs(tuple(stands), "On what this stands"))
    return Document(tuple(blocks), records)


def _name(plan: EnginePlan) -> str:
    engine, form = plan.candidate.engine, plan.candidate.quantization
    assert engine is not None
    assert form is not None
    return f"{engine.name}, {form.name}"


def _engine_name(answer: Deployment, engine_id: str) -> str:
    return answer.catalog.engines[engine_id].name


def _span(value: Range | None, show: object) -> str:
    if value is None:
        return "–"
    assert callable(show)
    return f"{show(value.expected)} ({show(value.low)}–{show(value.high)})"


def _whole(value: Whole) -> str:
    if value.low == value.high:
        return str(value.expected)
    return f"{value.expected} ({value.low}–{value.high})"


def _small(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _seconds(value: float) -> str:
    return f"{value:.1f}" if value >= 10 else f"{value:.2g}"


def _usd(value: float) -> str:
    return f"${value:.2f}" if value >= 0.095 else f"${value:.2g}"
