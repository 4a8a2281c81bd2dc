"""How a strategy and a plan read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.render.document import Block, Column, Document, Pairs, Table, Text
from llm_select.render.finetune_view import flat_training
from llm_select.render.labels import language_label, name_of
from llm_select.render.messages import sentence
from llm_select.render.numbers import score, tokens
from llm_select.render.plan_blocks import concessions, plan_blocks
from llm_select.render.strategy_messages import STRATEGIES, rule_sentence

if TYPE_CHECKING:
    from llm_select.evidence.quality import Quality
    from llm_select.evidence.reference import Target
    from llm_select.plan.answer import Answer
    from llm_select.plan.finetune import Planned
    from llm_select.plan.strategy import Advice, Option
    from llm_select.render.document import Exported
    from llm_select.schema.catalog import Catalog

CAUTIONS = (
    "small-data", "no-chat-format", "language-not-listed", "license-terms", "superseded", "accuracy-unknown",
    "gap-open", "gain-unknown", "encoder-few", "other-maker",
)  # fmt: skip
"""Rules that warn: they neither propose nor rule out."""


def answer_document(
    answer: Answer, catalog: Catalog, *, explain: bool = False, exported: Exported | None = None
) -> Document:
    """Advice, why, the plan, what it takes, what else fits, and on what it stands."""
    advice, planned = answer.advice, answer.planned
    task = name_of(catalog.tasks[answer.requirements.task])
    if advice is None:
        text = f"No model can be recommended for {task.lower()} on this machine, so there is nothing to adapt."
        return Document((Text(text, "warn"), Text("`llm-select recommend` says what each lacks.")))
    name = catalog.models[advice.model_id].name
    examples = tokens(answer.asked.examples)
    tags = (*answer.requirements.languages, *answer.requirements.pairs)
    spoken = ", ".join(map(language_label, tags))
    spoken = f" ({spoken})" if spoken else ""
    blocks: list[Block] = [
        Text(f"{name} for {task.lower()}{spoken}, with {examples} labelled examples", "head"),
        Text(_advice_text(answer, advice, catalog)),
        Pairs(_reasons(advice, catalog), "Why"),
    ]
    cautions = _cautions(advice, catalog)
    if cautions:
        blocks.append(Pairs(cautions, "Mind"))
    against = _against(advice, catalog)
    if against:
        blocks.append(Table((Column("not chosen"), Column("because")), against))
    if answer.unplanned is not None:
        blocks.append(Text(f"No plan: {answer.unplanned}", "warn"))
    if planned is not None:
        blocks += plan_blocks(planned, answer, catalog, explain)
    if answer.lacking is not None:
        lacking = answer.lacking
        method = STRATEGIES.get(lacking.plan.method, lacking.plan.method)
        blocks.append(Text(f"Training it, by {method}, lacks memory here.", "warn"))
        blocks.append(concessions(lacking))
    if exported is not None:
        text = f"Written to {exported.directory}: {len(exported.files)} files. Start with its README.md."
        blocks.append(Text(text))
    if explain:
        blocks.append(Pairs(_other_rules(advice, catalog), "Rules that do not hold"))
    blocks.append(Pairs(_sources(advice, planned, catalog, links=explain), "Sources"))
    notes = [("assumed", sentence(reason)) for reason in answer.assumptions]
    if notes:
        blocks.append(Pairs(tuple(notes), "On what this stands"))
    if not explain:
        blocks.append(
            Text(
                "--explain adds rules that do not hold, the reason for each setting, and links.",
                "note",
            )
        )
    return Document(tuple(blocks), [_record(answer, advice)])


def _advice_text(answer: Answer, advice: Advice, catalog: Catalog) -> str:
    chosen = advice.chosen
    if answer.passed_over:
        passed = ", ".join(catalog.models[m].name for m in answer.passed_over)
        before = f"Better at the task, but nothing can be done with them here: {passed}. "
    else:
        before = ""
    if answer.method is not None:
        name = STRATEGIES.get(answer.method, answer.method)
        asked = f"{before}Plan: {name}, as asked for. "
        if chosen is None:
            return f"{asked}The rules advise nothing."
        if chosen.strategy == answer.method:
            return f"{asked}The rules advise the same."
        return f"{asked}The rules would advise {_option(chosen, advice, catalog)}."
    if chosen is None:
        text = f"{before}Nothing can be done with this model here; leave out MODEL to be recommended one."
    else:
        text = f"{before}Advice: {_option(chosen, advice, catalog)}."
    if len(advice.options) > 1:
        others = "; ".join(_option(o, advice, catalog) for o in advice.options[1:4])
        text += f" Next: {others}."
    if advice.retrieval:
        text += " Look facts up (retrieval) in any case."
    if answer.open_model is not None:
        size = "here" if answer.requirements.machine else "of any size, no machine being given"
        text += f" To train instead: {catalog.models[answer.open_model].name}, the best with open weights {size}."
    return text


def _option(option: Option, advice: Advice, catalog: Catalog) -> str:
    name = STRATEGIES[option.strategy]
    if option.strategy == "prompt":
        if advice.facts.model.kind != "decoder":
            return "using it as it is"
        shots = advice.facts.shots
        if not shots:
            return f"{name}, without examples"
        return f"{name}, with examples in the prompt (up to {tokens(shots)} fit)"
    if option.model_id != advice.model_id:
        return f"{name}: {catalog.models[option.model_id].name}"
    return name


def _reasons(advice: Advice, catalog: Catalog) -> tuple[tuple[str, str], ...]:
    """Rules that hold and decide, the quality known first."""
    rows = []
    quality, target = advice.facts.quality, advice.facts.target
    if quality is not None and quality.value is not None and target is not None:
        low, high = score(quality.low, quality.value), score(quality.high, quality.value)
        rows.append(
            (
                "on boards",
                f"{score(quality.value)} {target.benchmark.unit} on {target.label} ({low} to {high}, {quality.tag}"
                f"{_setting(quality, target)})",
            )
        )
    settled: set[str] = set()
    for one in advice.outcomes:
        rule = catalog.strategies[one.rule]
        # That a strategy does not fit is no news when it was ruled out before.
        stale = rule.basis == "estimate" and settled.issuperset(rule.rules_out)
        if one.holds:
            settled.update(rule.rules_out)
        unplanned = one.values.get("verdict") == "unplanned"
        if one.holds and one.rule not in (*CAUTIONS, "baseline") and not stale and not unplanned:
            marks = [f"for {', '.join(rule.proposes)}"] if rule.proposes else []
            whole = "against using it" if "prompt" in rule.rules_out else "against training it"
            marks += [whole] if len(rule.rules_out) > 3 else []
            marks += (
                [f"against {', '.join(rule.rules_out)}"] if 0 < len(rule.rules_out) <= 3 else []
            )
            marks += ["for retrieval"] if rule.adds_retrieval else []
            mark = f" [{'; '.join(marks)}]" if marks else ""
            rows.append((one.rule, f"{rule_sentence(one.rule, True, one.values)}{mark}"))
    return tuple(rows)


def _setting(quality: Quality, target: Target) -> str:
    """How the model was measured on the boards asked about."""
    rows = [row for row in quality.evidence if row.board in target.boards and row.setting]
    if not rows:
        return ""
    tuned = (
        f" on {tokens(rows[0].examples)} examples"
        if rows[0].examples and rows[0].setting == "fine-tuned"
        else ""
    )
    return f", {rows[0].setting}{tuned}"


def _cautions(advice: Advice, catalog: Catalog) -> tuple[tuple[str, str], ...]:
    return tuple(
        (one.rule, rule_sentence(one.rule, True, one.values))
        for one in advice.outcomes
        if one.holds and one.rule in CAUTIONS and one.rule in catalog.strategies
    )


def _against(advice: Advice, catalog: Catalog) -> tuple[tuple[str, str], ...]:
    """Strategies left, each with what rules it out or why no rule proposes it."""
    rows = []
    offered = {option.strategy for option in advice.options}
    for strategy, name in STRATEGIES.items():
        if strategy in offered:
            continue
        rules = advice.ruled_out.get(strategy)
        if rules:
            first = advice.outcome(rules[0])
            rows.append((name, rule_sentence(first.rule, True, first.values)))
            continue
        proposing = [
            one for one in advice.outcomes if strategy in catalog.strategies[one.rule].proposes
        ]
        if proposing:
            last = proposing[-1]
            rows.append((name, rule_sentence(last.rule, False, last.values)))
    grouped: dict[str, list[str]] = {}
    for name, why in rows:
        grouped.setdefault(why, []).append(name.removesuffix(" instead"))
    return tuple((", ".join(names), why) for why, names in grouped.items())


def _other_rules(advice: Advice, catalog: Catalog) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            one.rule,
            f"{catalog.strategies[one.rule].title} {_upper(rule_sentence(one.rule, False, one.values))}.",
        )
        for one in advice.outcomes
        if not one.holds
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sources(
    advice: Advice, planned: Planned | None, catalog: Catalog, *, links: bool
) -> tuple[tuple[str, str], ...]:
    """Sources of the rules that hold, and of the plan's values, each once."""
    used: dict[str, list[str]] = {}
    for one in advice.outcomes:
        if one.holds:
            for source in catalog.strategies[one.rule].sources.values():
                used.setdefault(source, []).append(one.rule)
    for choice in planned.choices if planned is not None else ():
        if choice.source is not None:
            used.setdefault(choice.source, []).append(choice.field.replace("_", " "))
    rows = []
    for source, wanted in used.items():
        entry = catalog.sources.get(source)
        where = "not in the catalog"
        if entry is not None:
            where = f"{entry.title}, {entry.url}" if links else entry.title
        rows.append((source, f"{where} ({', '.join(dict.fromkeys(wanted))})"))
    return tuple(rows)


def _record(answer: Answer, advice: Advice) -> dict[str, object]:
    """One flat row."""
    chosen, planned = advice.chosen, answer.planned
    row: dict[str, object] = {
        "model": advice.model_id,
        "task": answer.requirements.task,
        "examples": answer.asked.examples,
        "strategy": chosen.strategy if chosen is not None else None,
        "strategy_model": chosen.model_id if chosen is not None else None,
        "retrieval": advice.retrieval,
    }
    if planned is None:
        return row
    plan = planned.plan
    settings = {
        name: ";".join(value) if isinstance(value, tuple) else value
        for name, value in plan._asdict().items()
        if name not in ("task", "model_id")
    }
    cost = planned.cost
    return {
        **row,
        "base": plan.model_id,
        **settings,
        **{k: v for k, v in flat_training(planned.memory).items() if k != "assumptions"},
        "verdict": planned.verdict,
        "steps": cost.steps,
        "hours_low": cost.seconds.low / 3600 if cost.seconds else None,
        "hours": cost.seconds.expected / 3600 if cost.seconds else None,
        "hours_high": cost.seconds.high / 3600 if cost.seconds else None,
    }
