"""How a card reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.i18n import clauses, listing, titled, tr, translated
from llm_select.messages import Message
from llm_select.render.document import Block, Column, Document, Pairs, Table, Text
from llm_select.render.labels import language_label, license_label, task_label
from llm_select.render.numbers import count, gib, score, tokens
from llm_select.render.thinking_view import length_text
from llm_select.render.words import unit_word, word, words

if TYPE_CHECKING:
    from llm_select.schema.architecture import LayerGroup
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.model import Finetuning, Model, Pretraining, ThinkingLength


def count_text(model: Model) -> str:
    """`30.5 B, 3.3 B active`."""
    if model.parameters is None:
        return tr("not published")
    total, active = model.parameters.total, model.parameters.active
    if active is None or active == total:
        return count(total)
    return tr("{total}, {active} active", total=count(total), active=count(active))


def context_text(model: Model) -> str:
    """`32,768 (extended 131,072)`."""
    if model.context is None:
        return tr("not published")
    native = tokens(model.context.native)
    if not model.context.extended:
        return native
    return tr(
        "{native} (extended {extended})", native=native, extended=tokens(model.context.extended)
    )


def languages_text(model: Model) -> str:
    """Up to six tags, then how many."""
    tags = sorted(model.languages)
    if not tags:
        return tr("not published")
    if len(tags) <= 6:
        return listing(map(language_label, tags))
    return tr("{first}, … {n} in all", first=listing(map(language_label, tags[:6])), n=len(tags))


def attention_text(model: Model) -> str:
    """Token mixers by layers: `10 grouped-query (16/2 heads × 256), 30 linear`."""
    shape = model.architecture
    if shape is None:
        return tr("not published")
    if shape.recurrent:
        return clauses(f"{r.layers} {r.cell} × {r.hidden_size}" for r in shape.recurrent)
    parts = [_group(g) for g in shape.attention]
    for name, stack in (("encoder", shape.encoder), ("decoder", shape.decoder)):
        if stack is not None:
            parts.append(titled(word(name), listing(_group(g) for g in stack.attention)))
    return clauses(parts)


def _group(group: LayerGroup) -> str:
    text = tr("{layers} {mixer}", layers=group.layers, mixer=word(group.kind))
    if group.kind == "none":
        return tr("{layers} feed-forward only", layers=group.layers)
    if group.heads is not None:
        heads = f"{group.heads}/{group.kv_heads}" if group.kv_heads else str(group.heads)
        text = (
            tr(
                "{mixer} ({heads} heads × {head_dim})",
                mixer=text,
                heads=heads,
                head_dim=group.head_dim,
            )
            if group.head_dim
            else tr("{mixer} ({heads} heads)", mixer=text, heads=heads)
        )
    if group.window is not None:
        text = tr("{mixer} window {window}", mixer=text, window=tokens(group.window))
    return text


def _status(model: Model) -> str:
    if not model.superseded_by:
        return word(model.status)
    return tr("{status} by {model}", status=word(model.status), model=model.superseded_by)


def _pretraining(p: Pretraining) -> str:
    parts = [tr("{objective}, {loss} loss", objective=word(p.objective), loss=word(p.loss))]
    if p.tokens:
        parts.append(tr("{n} tokens", n=count(p.tokens)))
    if p.data_cutoff:
        parts.append(tr("data to {day}", day=p.data_cutoff))
    return listing(parts)


def _tuning(f: Finetuning) -> str:
    base = f.base or f.base_name
    steps = listing(map(word, f.alignment)) or tr("none published")
    return tr("{steps}, from {base}", steps=steps, base=base) if base else steps


def _reasons_at(length: ThinkingLength, catalog: Catalog) -> Message:
    if not length.tasks:
        return Message("reasons at other requests")
    return Message(
        "reasons at {tasks}", tasks=listing(task_label(task, catalog) for task in length.tasks)
    )


def card_document(model_id: str, model: Model, catalog: Catalog) -> Document:
    """Everything on a card, each field with its source, and its scores on boards."""
    shape = model.architecture
    rows: list[tuple[Message, str, str]] = [
        (Message("id"), model_id, ""),
        (Message("also known as"), listing(model.aliases) or "–", ""),
        (Message("developer"), model.developer, "developer"),
        (Message("released"), model.released, "released"),
        (Message("status"), _status(model), ""),
        (
            Message("kind"),
            tr(
                "{kind}, {generation} generation",
                kind=word(model.kind),
                generation=word(model.generation),
            ),
            "architecture",
        ),
        (Message("licence"), license_label(model.license, catalog), "license"),
        (Message("weights"), word(model.weights), ""),
        (Message("parameters"), count_text(model), "parameters"),
        (Message("attention"), attention_text(model), "architecture"),
        (Message("context"), context_text(model), "context"),
        (Message("languages"), languages_text(model), "languages"),
        (Message("reads"), words(model.modalities.input), "modalities"),
        (Message("writes"), words(model.modalities.output), "modalities"),
    ]
    if shape is not None:
        head = tr("tied") if shape.tied_embeddings else tr("separate head")
        shape_text = tr(
            "{model_type}: hidden {hidden}, vocabulary {vocabulary} ({head}), positions {position}",
            model_type=shape.model_type,
            hidden=f"{shape.hidden_size:,}",
            vocabulary=f"{shape.vocab_size:,}",
            head=head,
            position=shape.position,
        )
        rows.insert(10, (Message("shape"), shape_text, "architecture"))
        if shape.note:
            rows.insert(11, (Message("note"), shape.note, ""))
    if model.pretraining is not None:
        rows.append((Message("pretraining"), _pretraining(model.pretraining), "pretraining"))
    if model.finetuning is not None:
        rows.append((Message("fine-tuning"), _tuning(model.finetuning), "finetuning"))
    if model.thinking is not None:
        rows.append((Message("modes"), words(model.thinking.modes), "thinking"))
        rows += [
            (_reasons_at(length, catalog), length_text(length), "")
            for length in model.thinking.lengths
        ]
    table = Table(
        (Column(tr("Field"), keep=True), Column(tr("Value")), Column(tr("Source"), wide=True)),
        tuple(
            (translated(name), value, model.sources.get(key, "") if key else "")
            for name, value, key in rows
        ),
    )
    blocks: list[Block] = [Text(model.name, "head"), table]
    if model.artifacts:
        blocks.append(
            Table(
                (Column(tr("Files")), Column(tr("Format")), Column(tr("Size"), right=True)),
                tuple(
                    (a.repository, a.quantization, gib(a.size_bytes) if a.size_bytes else "–")
                    for a in model.artifacts
                ),
            )
        )
    if model.hosted:
        blocks.append(
            Table(
                (
                    Column(tr("Hosted by")),
                    Column(tr("$/M in"), right=True),
                    Column(tr("$/M out"), right=True),
                    Column(tr("As of")),
                ),
                tuple(
                    (o.provider, f"{o.input_usd_per_mtok:g}", f"{o.output_usd_per_mtok:g}", o.as_of)
                    for o in model.hosted
                ),
            )
        )
    if model.risks is not None:
        r = model.risks
        risk_rows = [
            (tr("training data disclosed"), word(r.data_disclosed or "unknown")),
            (tr("use restrictions"), r.use_restrictions or word("unknown")),
            (tr("safety notes"), r.safety_notes or word("unknown")),
        ]
        blocks.append(Pairs(tuple(risk_rows), tr("For a privacy or ethics review")))
    scores = _scores(model_id, model, catalog)
    if scores:
        blocks.append(
            Table(
                (
                    Column(tr("Board"), keep=True),
                    Column(tr("Value"), right=True),
                    Column(tr("Range"), right=True, wide=True),
                    Column(tr("As")),
                    Column(tr("Source"), keep=True, wide=True),
                ),
                tuple(scores),
                tr("Scores; a mean is over the languages that the entry has on the board"),
            )
        )
    used = dict.fromkeys([*model.sources.values(), *(row[-1] for row in scores)])
    links = tuple(
        (s, tr("{url} (read {read})", url=catalog.sources[s].url, read=catalog.sources[s].read))
        for s in used
        if s in catalog.sources
    )
    blocks.append(Pairs(links, tr("Sources")))
    return Document(
        tuple(blocks),
        [{"field": str(n), "value": v, "source": model.sources.get(k)} for n, v, k in rows],
    )


class _Line(NamedTuple):
    """What a board, or a benchmark of the card, says of one entry."""

    name: str
    entry: str
    unit: str
    source: str


def _scores(model_id: str, model: Model, catalog: Catalog) -> list[tuple[str, str, str, str, str]]:
    """Rows of board, value, range over the languages, entry and source."""
    lines: dict[_Line, list[tuple[str, float]]] = {}
    for stem, board in catalog.boards.items():
        unit = catalog.benchmarks[board.benchmark].unit
        labels = {label for label, entry in board.entries.items() if entry.model == model_id}
        if not labels:
            continue
        for key, column in board.scores.items():
            for label in column:
                if label in labels:
                    line = _Line(stem, label, unit, board.source)
                    lines.setdefault(line, []).append((key, column[label]))
    rows = [row for line in sorted(lines) for row in _rows(line, lines[line])]
    for own in model.evaluations:
        tag = own.pair or own.language
        name = f"{own.benchmark}.{tag}" if tag else own.benchmark
        rows.append((name, f"{own.value:g}", "", own.detail or word(own.setting or ""), own.source))
    return rows


def _rows(line: _Line, found: list[tuple[str, float]]) -> list[tuple[str, str, str, str, str]]:
    """One row for an entry's languages together; a score over all of them, as published, is its own."""
    rows = []
    values = [value for key, value in found if key != "all"]
    for key, value in found:
        if key == "all" or len(values) == 1:
            name = line.name if key == "all" else f"{line.name}.{key}"
            rows.append(
                (name, f"{score(value)} {unit_word(line.unit)}", "", line.entry, line.source)
            )
    if len(values) > 1:
        mean = sum(values) / len(values)
        span = tr(
            "{low} to {high}",
            low=score(min(values), mean),
            high=score(max(values), mean),
        )
        name = tr("{board}, mean of {n}", board=line.name, n=len(values))
        rows.append((name, f"{score(mean)} {unit_word(line.unit)}", span, line.entry, line.source))
    return rows
