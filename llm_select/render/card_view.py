"""How a card reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.render.document import Block, Column, Document, Pairs, Table, Text
from llm_select.render.labels import language_label, license_label
from llm_select.render.numbers import count, gib, score, tokens
from llm_select.render.thinking_view import length_text

if TYPE_CHECKING:
    from llm_select.schema.architecture import LayerGroup
    from llm_select.schema.catalog import Catalog
    from llm_select.schema.model import Model


def count_text(model: Model) -> str:
    """`30.5 B, 3.3 B active`."""
    if model.parameters is None:
        return "not published"
    total, active = model.parameters.total, model.parameters.active
    if active is None or active == total:
        return count(total)
    return f"{count(total)}, {count(active)} active"


def context_text(model: Model) -> str:
    """`32,768 (extended 131,072)`."""
    if model.context is None:
        return "not published"
    extended = f" (extended {tokens(model.context.extended)})" if model.context.extended else ""
    return tokens(model.context.native) + extended


def languages_text(model: Model) -> str:
    """Up to six tags, then how many."""
    tags = sorted(model.languages)
    if not tags:
        return "not published"
    return ", ".join(map(language_label, tags[:6])) + (
        f", … {len(tags)} in all" if len(tags) > 6 else ""
    )


def attention_text(model: Model) -> str:
    """Token mixers by layers: `10 grouped-query (16/2 heads × 256), 30 linear`."""
    shape = model.architecture
    if shape is None:
        return "not published"
    if shape.recurrent:
        return "; ".join(f"{r.layers} {r.cell} × {r.hidden_size}" for r in shape.recurrent)
    parts = [_group(g) for g in shape.attention]
    for name, stack in (("encoder", shape.encoder), ("decoder", shape.decoder)):
        if stack is not None:
            parts.append(f"{name}: " + ", ".join(_group(g) for g in stack.attention))
    return "; ".join(parts)


def _group(group: LayerGroup) -> str:
    text = f"{group.layers} {group.kind}"
    if group.kind == "none":
        return f"{group.layers} feed-forward only"
    if group.heads is not None:
        heads = f"{group.heads}/{group.kv_heads}" if group.kv_heads else str(group.heads)
        text += f" ({heads} heads × {group.head_dim})" if group.head_dim else f" ({heads} heads)"
    if group.window is not None:
        text += f" window {tokens(group.window)}"
    return text


def card_document(model_id: str, model: Model, catalog: Catalog) -> Document:
    """Everything on a card, each field with its source, and its scores on boards."""
    shape = model.architecture
    rows = [
        ("id", model_id, ""),
        ("also known as", ", ".join(model.aliases) or "–", ""),
        ("developer", model.developer, "developer"),
        ("released", model.released, "released"),
        (
            "status",
            model.status + (f" by {model.superseded_by}" if model.superseded_by else ""),
            "",
        ),
        ("kind", f"{model.kind}, {model.generation} generation", "architecture"),
        ("licence", license_label(model.license, catalog), "license"),
        ("weights", model.weights, ""),
        ("parameters", count_text(model), "parameters"),
        ("attention", attention_text(model), "architecture"),
        ("context", context_text(model), "context"),
        ("languages", languages_text(model), "languages"),
        ("reads", ", ".join(model.modalities.input), "modalities"),
        ("writes", ", ".join(model.modalities.output), "modalities"),
    ]
    if shape is not None:
        head = "tied" if shape.tied_embeddings else "separate head"
        shape_text = (
            f"{shape.model_type}: hidden {shape.hidden_size:,}, vocabulary {shape.vocab_size:,} "
            f"({head}), positions {shape.position}"
        )
        rows.insert(10, ("shape", shape_text, "architecture"))
        if shape.note:
            rows.insert(11, ("note", shape.note, ""))
    if model.pretraining is not None:
        p = model.pretraining
        text = f"{p.objective}, {p.loss} loss"
        text += f", {count(p.tokens)} tokens" if p.tokens else ""
        text += f", data to {p.data_cutoff}" if p.data_cutoff else ""
        rows.append(("pretraining", text, "pretraining"))
    if model.finetuning is not None:
        f = model.finetuning
        base = f.base or f.base_name
        steps = ", ".join(f.alignment) or "none published"
        rows.append(("fine-tuning", steps + (f", from {base}" if base else ""), "finetuning"))
    if model.thinking is not None:
        rows.append(("modes", ", ".join(model.thinking.modes), "thinking"))
        rows += [
            (f"reasons at {', '.join(length.tasks) or 'other requests'}", length_text(length), "")
            for length in model.thinking.lengths
        ]
    table = Table(
        (Column("Field", keep=True), Column("Value"), Column("Source", wide=True)),
        tuple(
            (name, value, model.sources.get(key, "") if key else "") for name, value, key in rows
        ),
    )
    blocks: list[Block] = [Text(model.name, "head"), table]
    if model.artifacts:
        blocks.append(
            Table(
                (Column("Files"), Column("Format"), Column("Size", right=True)),
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
                    Column("Hosted by"),
                    Column("$/M in", right=True),
                    Column("$/M out", right=True),
                    Column("As of"),
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
            ("training data disclosed", r.data_disclosed or "unknown"),
            ("use restrictions", r.use_restrictions or "unknown"),
            ("safety notes", r.safety_notes or "unknown"),
        ]
        blocks.append(Pairs(tuple(risk_rows), "For a privacy or ethics review"))
    scores = _scores(model_id, model, catalog)
    if scores:
        blocks.append(
            Table(
                (
                    Column("Board", keep=True),
                    Column("Value", right=True),
                    Column("Range", right=True, wide=True),
                    Column("As"),
                    Column("Source", keep=True, wide=True),
                ),
                tuple(scores),
                "Scores; a mean is over the languages that the entry has on the board",
            )
        )
    used = dict.fromkeys([*model.sources.values(), *(row[-1] for row in scores)])
    links = tuple(
        (s, f"{catalog.sources[s].url} (read {catalog.sources[s].read})")
        for s in used
        if s in catalog.sources
    )
    blocks.append(Pairs(links, "Sources"))
    return Document(
        tuple(blocks),
        [{"field": n, "value": v, "source": model.sources.get(k)} for n, v, k in rows],
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
        rows.append((name, f"{own.value:g}", "", own.detail or own.setting or "", own.source))
    return rows


def _rows(line: _Line, found: list[tuple[str, float]]) -> list[tuple[str, str, str, str, str]]:
    """One row for an entry's languages together; a score over all of them, as published, is its own."""
    rows = []
    values = [value for key, value in found if key != "all"]
    for key, value in found:
        if key == "all" or len(values) == 1:
            name = line.name if key == "all" else f"{line.name}.{key}"
            rows.append((name, f"{score(value)} {line.unit}", "", line.entry, line.source))
    if len(values) > 1:
        mean = sum(values) / len(values)
        span = f"{score(min(values), mean)} to {score(max(values), mean)}"
        name = f"{line.name}, mean of {len(values)}"
        rows.append((name, f"{score(mean)} {line.unit}", span, line.entry, line.source))
    return rows
