"""How a strategy and a plan read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_select.i18n import clauses, listing, noted, prose, sentences, titled, tr, translated
from llm_select.render.document import Block, Column, Document, Pairs, Table, Text
from llm_select.render.finetune_view import flat_training
from llm_select.render.labels import boards_label, in_names, language_label, name_of
from llm_select.render.messages import sentence
from llm_select.render.numbers import score, tokens
from llm_select.render.plan_blocks import concessions, plan_blocks
from llm_select.render.strategy_messages import STRATEGIES, rule_sentence, strategy_name
from llm_select.render.words import unit_word, word

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
        text = tr(
            "No model can be recommended for {task} on this machine, so there is nothing to adapt.",
            task=task.lower(),
        )
        return Document(
            (Text(text, "warn"), Text(tr("`llm-select recommend` says what each lacks.")))
        )
    name = catalog.models[advice.model_id].name
    blocks: list[Block] = [
        Text(_head(name, task.lower(), answer), "head"),
        Text(_advice_text(answer, advice, catalog)),
        Pairs(_reasons(advice, catalog), tr("Why")),
    ]
    cautions = _cautions(advice, catalog)
    if cautions:
        blocks.append(Pairs(cautions, tr("Mind")))
    against = _against(advice, catalog)
    if against:
        blocks.append(Table((Column(tr("not chosen")), Column(tr("because"))), against))
    if answer.unplanned is not None:
        blocks.append(Text(tr("No plan: {why}", why=translated(answer.unplanned)), "warn"))
    if planned is not None:
        blocks += plan_blocks(planned, answer, catalog, explain)
    if answer.lacking is not None:
        lacking = answer.lacking
        method = strategy_name(lacking.plan.method)
        blocks.append(
            Text(tr("Training it, by {method}, lacks memory here.", method=method), "warn")
        )
        blocks.append(concessions(lacking))
    if exported is not None:
        text = tr(
            "Written to {directory}: {n} files. Start with its README.md.",
            directory=exported.directory,
            n=len(exported.files),
        )
        blocks.append(Text(text))
    if explain:
        blocks.append(Pairs(_other_rules(advice, catalog), tr("Rules that do not hold")))
    blocks.append(Pairs(_sources(advice, planned, catalog, links=explain), tr("Sources")))
    notes = [(tr("assumed"), sentence(reason)) for reason in answer.assumptions]
    if notes:
        blocks.append(Pairs(tuple(notes), tr("On what this stands")))
    if not explain:
        blocks.append(
            Text(
                tr(
                    "--explain adds rules that do not hold, the reason for each setting, and links."
                ),
                "note",
            )
        )
    return Document(tuple(blocks), [_record(answer, advice)])


def _head(name: str, task: str, answer: Answer) -> str:
    n = tokens(answer.asked.examples)
    spoken = listing(
        map(language_label, (*answer.requirements.languages, *answer.requirements.pairs))
    )
    if not spoken:
        return tr("{model} for {task}, with {n} labelled examples", model=name, task=task, n=n)
    return tr(
        "{model} for {task} ({languages}), with {n} labelled examples",
        model=name,
        task=task,
        languages=spoken,
        n=n,
    )


def _advice_text(answer: Answer, advice: Advice, catalog: Catalog) -> str:
    chosen = advice.chosen
    text = []
    if answer.passed_over:
        models = listing(catalog.models[m].name for m in answer.passed_over)
        text.append(
            tr(
                "Better at the task, but nothing can be done with them here: {models}.",
                models=models,
            )
        )
    if answer.method is not None:
        text.append(tr("Plan: {method}, as asked for.", method=strategy_name(answer.method)))
        if chosen is None:
            text.append(tr("The rules advise nothing."))
        elif chosen.strategy == answer.method:
            text.append(tr("The rules advise the same."))
        else:
            option = _option(chosen, advice, catalog)
            text.append(tr("The rules would advise {option}.", option=option))
        return sentences(text)
    if chosen is None:
        text.append(
            tr("Nothing can be done with this model here; leave out MODEL to be recommended one.")
        )
    else:
        text.append(tr("Advice: {option}.", option=_option(chosen, advice, catalog)))
    if len(advice.options) > 1:
        others = clauses(_option(o, advice, catalog) for o in advice.options[1:4])
        text.append(tr("Next: {options}.", options=others))
    if advice.retrieval:
        text.append(tr("Look facts up (retrieval) in any case."))
    if answer.open_model is not None:
        model = catalog.models[answer.open_model].name
        text.append(
            tr("To train instead: {model}, the best with open weights here.", model=model)
            if answer.requirements.machine
            else tr(
                "To train instead: {model}, the best with open weights of any size, no machine being given.",
                model=model,
            )
        )
    return sentences(text)


def _option(option: Option, advice: Advice, catalog: Catalog) -> str:
    name = strategy_name(option.strategy)
    if option.strategy == "prompt":
        if advice.facts.model.kind != "decoder":
            return tr("using it as it is")
        shots = advice.facts.shots
        if not shots:
            return tr("{strategy}, without examples", strategy=name)
        return tr(
            "{strategy}, with examples in the prompt (up to {n} fit)",
            strategy=name,
            n=tokens(shots),
        )
    if option.model_id != advice.model_id:
        return titled(name, catalog.models[option.model_id].name)
    return name


def _reasons(advice: Advice, catalog: Catalog) -> tuple[tuple[str, str], ...]:
    """Rules that hold and decide, the quality known first."""
    rows = []
    quality, target = advice.facts.quality, advice.facts.target
    if quality is not None and quality.value is not None and target is not None:
        rows.append(
            (
                tr("on boards"),
                _on_boards(quality, target),
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
            marks = (
                [tr("for {strategies}", strategies=listing(rule.proposes))] if rule.proposes else []
            )
            whole = (
                tr("against using it") if "prompt" in rule.rules_out else tr("against training it")
            )
            marks += [whole] if len(rule.rules_out) > 3 else []
            marks += (
                [tr("against {strategies}", strategies=listing(rule.rules_out))]
                if 0 < len(rule.rules_out) <= 3
                else []
            )
            marks += [tr("for retrieval")] if rule.adds_retrieval else []
            said = rule_sentence(one.rule, True, in_names(one.values, catalog))
            rows.append((one.rule, _marked(said, clauses(marks)) if marks else said))
    return tuple(rows)


def _marked(said: str, marks: str) -> str:
    return tr("{text} [{marks}]", text=said, marks=marks)


def _on_boards(quality: Quality, target: Target) -> str:
    """The rating, and how the model was measured on the boards asked about."""
    about = [word(quality.tag)]
    row = next(
        (row for row in quality.evidence if row.board in target.boards and row.setting), None
    )
    if row is not None:
        setting = word(row.setting)
        if row.examples and row.setting == "fine-tuned":
            setting = tr("{setting} on {n} examples", setting=setting, n=tokens(row.examples))
        about.append(setting)
    return tr(
        "{value} {unit} on {board} ({low} to {high}, {about})",
        value=score(quality.value),
        unit=unit_word(target.benchmark.unit),
        board=boards_label(target),
        low=score(quality.low, quality.value),
        high=score(quality.high, quality.value),
        about=listing(about),
    )


def _cautions(advice: Advice, catalog: Catalog) -> tuple[tuple[str, str], ...]:
    return tuple(
        (one.rule, rule_sentence(one.rule, True, in_names(one.values, catalog)))
        for one in advice.outcomes
        if one.holds and one.rule in CAUTIONS and one.rule in catalog.strategies
    )


def _against(advice: Advice, catalog: Catalog) -> tuple[tuple[str, str], ...]:
    """Strategies left, each with what rules it out or why no rule proposes it."""
    rows = []
    offered = {option.strategy for option in advice.options}
    for strategy in STRATEGIES:
        name = strategy_name(strategy, alone=True)
        if strategy in offered:
            continue
        rules = advice.ruled_out.get(strategy)
        if rules:
            first = advice.outcome(rules[0])
            rows.append((name, rule_sentence(first.rule, True, in_names(first.values, catalog))))
            continue
        proposing = [
            one for one in advice.outcomes if strategy in catalog.strategies[one.rule].proposes
        ]
        if proposing:
            last = proposing[-1]
            rows.append((name, rule_sentence(last.rule, False, in_names(last.values, catalog))))
    grouped: dict[str, list[str]] = {}
    for name, why in rows:
        grouped.setdefault(why, []).append(name)
    return tuple((listing(names), why) for why, names in grouped.items())


def _other_rules(advice: Advice, catalog: Catalog) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            one.rule,
            _question_and_answer(
                prose(catalog.strategies[one.rule].title),
                rule_sentence(one.rule, False, in_names(one.values, catalog)),
            ),
        )
        for one in advice.outcomes
        if not one.holds
    )


def _question_and_answer(question: str, answer: str) -> str:
    return tr("{question} {answer}.", question=question, answer=answer[:1].upper() + answer[1:])


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
            used.setdefault(choice.source, []).append(word(choice.field.replace("_", " ")))
    rows = []
    for source, wanted in used.items():
        entry = catalog.sources.get(source)
        about = listing(dict.fromkeys(wanted))
        if entry is None:
            said = noted(tr("not in the catalog"), about)
        elif links:
            said = tr("{title}, {url} ({about})", title=entry.title, url=entry.url, about=about)
        else:
            said = noted(entry.title, about)
        rows.append((source, said))
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
