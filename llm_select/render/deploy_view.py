"""How a deployment reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from llm_select.i18n import noted, prose, tr, translated
from llm_select.plan.deploy_lines import shell_line
from llm_select.render.deploy_json import flat_plan
from llm_select.render.deploy_messages import say
from llm_select.render.document import Block, Column, Document, Pairs, Table, Text
from llm_select.render.messages import missing_speed
from llm_select.render.notes import assumption_sentence
from llm_select.render.numbers import rate, tokens
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.estimates.types import Machine, Range
    from llm_select.plan.deploy_types import Comparison, Cost, Deployment, EnginePlan, Whole


def deploy_document(answer: Deployment, written: Sequence[str], refused_export: bool) -> Document:
    """Engines side by side, the recommended one in detail, and on what it stands."""
    model = answer.catalog.models[answer.model_id]
    if answer.ask.machine is None:
        return _hosted_document(answer)
    machine = answer.plans[0].machine if answer.plans else answer.ask.machine
    blocks: list[Block] = [Text(_head(model.name, machine), "head")]
    if answer.plans:
        blocks.append(_engines(answer.plans))
        if answer.plans[0].fits:
            blocks += _detail(answer.plans[0], recommended=len(answer.plans) > 1)
        else:
            blocks += _lacking(answer)
        if len(answer.plans) > 1:
            behind = tuple((_name(p), say(p.behind)) for p in answer.plans if p.behind is not None)
            if behind:
                blocks.append(Pairs(behind, tr("Why not first")))
            rows = tuple((_name(p), shell_line(p)) for p in answer.plans[1:] if p.fits)
            if rows:
                blocks.append(Pairs(rows, tr("The others are started so")))
    else:
        blocks.append(Text(tr("No engine of the catalog serves it there."), "warn"))
    if answer.refused:
        rows = tuple((_engine_name(answer, e), say(r)) for e, r in answer.refused)
        blocks.append(Pairs(rows, tr("Not served by")))
    if answer.hosted:
        blocks.append(
            Pairs(_offers(answer), tr("Hosted instead: every prompt and answer goes to them"))
        )
    blocks.append(Pairs(_stands_on(answer), tr("On what this stands")))
    if refused_export:
        blocks.append(Text(tr("Nothing was written: no plan fits."), "warn"))
    if written:
        blocks.append(Pairs(tuple(("", path) for path in written), tr("Written")))
    return Document(tuple(blocks), [flat_plan(plan) for plan in answer.plans])


def _head(name: str, machine: Machine) -> str:
    inside = f"{machine.devices // machine.nodes} × {translated(machine.name)}"
    if machine.nodes == 1:
        return tr("{model} on {machine}", model=name, machine=inside)
    return tr(
        "{model} on {machine}, {nodes} nodes", model=name, machine=inside, nodes=machine.nodes
    )


def _engines(plans: Sequence[EnginePlan]) -> Table:
    columns = (
        Column("#", right=True),
        Column(tr("Engine, format")),
        Column("GiB", right=True, keep=True),
        Column(tr("Tokens/s each"), right=True, keep=True),
        Column(tr("At once"), right=True),
        Column(tr("Requests/s"), right=True, keep=True, wide=True),
        Column(tr("Replicas"), right=True),
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
    name = _name(plan)
    title = tr("Recommended: {plan}", plan=name) if recommended else name
    blocks: list[Block] = [Text(title, "head"), Text(shell_line(plan), "line")]
    rows = []
    for flag in plan.flags:
        shown = f"{flag.name}={flag.value}" if flag.environment else flag.name
        if not flag.environment and flag.value is not None:
            shown = f"{flag.name} {flag.value}"
        rows.append((_open_ends(shown), say(flag.reason)))
    columns = (Column(tr("Setting"), keep=False), Column(tr("Why")))
    blocks.append(Table(columns, tuple(rows)))
    files = [(tr("weights"), say(plan.files.reason))]
    files += [("", command) for command in plan.files.commands]
    blocks.append(Pairs(tuple(files), tr("Files")))
    blocks.append(Pairs(_capacity(plan), tr("One replica")))
    if plan.cost is not None:
        blocks.append(Pairs(_cost(plan.cost), tr("Cost of one replica, kept full")))
    if plan.notes:
        blocks.append(Pairs(tuple((tr("note"), say(note)) for note in plan.notes)))
    return blocks


def _lacking(answer: Deployment) -> list[Block]:
    """What each lacks, and where to see what would hold it. Settings are not shown: the server would not start."""
    rows = tuple((_name(plan), say(plan.notes[0])) for plan in answer.plans)
    ask = answer.ask
    given = ask.stacked and ask.devices_given
    where = (
        tr(
            "`llm-select estimate {model}` lists devices that hold it; without --gpus more of these are tried.",
            model=answer.model_id,
        )
        if given
        else tr("`llm-select estimate {model}` lists devices that hold it.", model=answer.model_id)
    )
    parts = [where]
    if ask.stacked and not given:
        tried = (
            tr("Up to 8 devices in one machine were tried, and 16 such machines.")
            if ask.clustered and ask.nodes is None
            else tr("Up to 8 devices in one machine were tried.")
        )
        parts = [tried, where]
    return [Text(tr("No plan fits."), "warn"), Pairs(rows), Text(" ".join(parts), "note")]


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
    together = str(can.sequences)
    if can.held is not None:
        together = tr("{n} (memory holds {held})", n=can.sequences, held=can.held)
    rows = [(tr("requests together"), together)]
    if plan.largest_context is not None and plan.candidate.model.kind == "decoder":
        each = tr("{n} tokens each", n=tokens(plan.largest_context))
        rows.append((tr("longest that fits"), each))
    if can.missing is not None:
        rows.append((tr("speed"), tr("not claimed: {why}", why=missing_speed(can.missing))))
    generates = work.generate_tokens > 1
    if can.first_token_s is not None and generates:
        time = _span(can.first_token_s, _seconds)
        rows.append((tr("first token"), tr("{time} s on an idle server", time=time)))
    if can.last_first_token_s is not None and can.sequences != 1:
        time = _span(can.last_first_token_s, _seconds)
        last = tr("{time} s for the last of {n} that come at once", time=time, n=can.sequences)
        rows.append(("", last))
    if can.token_s is not None and generates:
        time = _span(can.token_s, _seconds)
        rows.append((tr("each token"), tr("{time} s for each stream when all run", time=time)))
    if can.request_s is not None:
        rows.append((tr("a request"), _request(plan, _span(can.request_s, _seconds))))
    if can.tokens_per_second is not None:
        speed = _span(can.tokens_per_second, _small)
        rows.append((tr("throughput"), tr("{rate} tokens/s written", rate=speed)))
    if can.requests_per_second is not None:
        speed = _span(can.requests_per_second, _small)
        rows.append(("", tr("{rate} requests/s", rate=speed)))
    if not can.rate_known:
        rows.append((tr("replicas"), tr("not known for that rate: no speed is claimed")))
    elif can.replicas.high > 1:
        replicas = tr("{n} for what was asked", n=_whole(can.replicas))
        rows.append((tr("replicas"), replicas))
    return tuple(rows)


def _request(plan: EnginePlan, time: str) -> str:
    work = plan.workload
    read = tokens(work.prompt_tokens)
    if plan.candidate.model.kind == "encoder":
        return tr("{time} s, {read} tokens read", time=time, read=read)
    return tr(
        "{time} s, {read} tokens read and {written} written",
        time=time,
        read=read,
        written=tokens(work.generate_tokens),
    )


def _cost(cost: Cost) -> tuple[tuple[str, str], ...]:
    rows = [
        (
            tr("machine"),
            tr("${price} an hour, as given", price=f"{cost.usd_per_hour:.2f}"),
        )
    ]
    if cost.usd_per_mtok is None:
        rows.append((tr("per token"), tr("not claimed: no speed is known")))
    else:
        rows.append(
            (
                tr("per million tokens"),
                tr("{price} read and written", price=_span(cost.usd_per_mtok, _usd)),
            )
        )
    if cost.usd_per_mtok_written is not None:
        rows.append(
            (
                "",
                tr(
                    "{price} if charged to those written",
                    price=_span(cost.usd_per_mtok_written, _usd),
                ),
            )
        )
    for one in cost.hosted:
        rows.append((_provider(one), _break_even(one)))
    if not cost.hosted:
        rows.append(
            (
                tr("hosted"),
                tr("no offer for this model in the catalog: --hosted-price compares one"),
            )
        )
    return tuple(rows)


def _provider(one: Comparison) -> str:
    return tr("price given") if one.offer is None else noted(one.provider, one.offer.as_of)


def _break_even(one: Comparison) -> str:
    price, n = _usd(one.usd_per_mtok), tokens(one.break_even)
    if one.load is None:
        return tr(
            "{price} per million for these lengths; own machine cheaper from {n} requests an hour",
            price=price,
            n=n,
        )
    low, expected, high = one.load
    if low > 1:
        return tr(
            "{price} per million for these lengths; own machine cheaper from {n} requests an hour, more than it can "
            "serve: never",
            price=price,
            n=n,
        )
    if high > 1:
        return tr(
            "{price} per million for these lengths; own machine cheaper from {n} requests an hour, {share} of what it "
            "serves (at the slow end never)",
            price=price,
            n=n,
            share=f"{expected:.0%}",
        )
    return tr(
        "{price} per million for these lengths; own machine cheaper from {n} requests an hour, {share} of what it "
        "serves ({low} to {high})",
        price=price,
        n=n,
        share=f"{expected:.0%}",
        low=f"{low:.0%}",
        high=f"{high:.0%}",
    )


def _stands_on(answer: Deployment) -> tuple[tuple[str, str], ...]:
    rows = [(tr("privacy"), say(answer.privacy))]
    rows += [(tr("assumed"), say(reason)) for reason in answer.assumed]
    if answer.plans:
        plan = answer.plans[0]
        rows += [(tr("assumed"), assumption_sentence(a)) for a in plan.memory.assumptions]
        rows += [(tr("assumed"), assumption_sentence(a)) for a in plan.speed.assumptions]
        source = answer.catalog.sources.get(plan.serving.source)
        if plan.own_server:
            rows.append((tr("settings"), tr("those of the server that --export writes")))
        elif source is not None:
            rows.append((tr("settings"), noted(prose(plan.serving.checked), plan.serving.version)))
            rows.append((tr("source"), f"{source.title} {source.url}"))
    return tuple(dict.fromkeys(rows))


def _offers(answer: Deployment) -> tuple[tuple[str, str], ...]:
    rows = []
    for one in answer.hosted:
        offer = one.offer
        text = tr(
            "${read} read and ${written} written per million tokens, ${request} a request ({day})",
            read=f"{offer.input_usd_per_mtok:g}",
            written=f"{offer.output_usd_per_mtok:g}",
            request=f"{one.usd_per_request:.4g}",
            day=offer.as_of,
        )
        rows.append((offer.provider, text))
    return tuple(rows)


def _hosted_document(answer: Deployment) -> Document:
    model = answer.catalog.models[answer.model_id]
    blocks: list[Block] = [Text(tr("{model}, served by its provider", model=model.name), "head")]
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
        Column(tr("Provider")),
        Column(tr("Read, $/million"), right=True),
        Column(tr("Written, $/million"), right=True),
        Column(tr("A request"), right=True),
        Column(tr("An hour"), right=True),
        Column(tr("As of")),
    )
    if rows:
        blocks.append(Table(columns, tuple(rows)))
    else:
        blocks.append(Text(tr("No offer for it is in the catalog."), "warn"))
    stands = [
        (tr("privacy"), say(answer.privacy)),
        *((tr("assumed"), say(r)) for r in answer.assumed),
    ]
    stands.append((tr("no plan"), tr("its weights are not published: nobody else can serve it")))
    blocks.append(Pairs(tuple(stands), tr("On what this stands")))
    return Document(tuple(blocks), records)


def _name(plan: EnginePlan) -> str:
    engine, form = plan.candidate.engine, plan.candidate.quantization
    assert engine is not None
    assert form is not None
    return tr("{engine}, {format}", engine=engine.name, format=form.name)


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
