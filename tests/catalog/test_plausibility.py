"""Every rule of thumb finds its slip and leaves the true figure beside it alone."""

from __future__ import annotations

import pytest

from llm_select.catalog.check import check
from llm_select.schema.catalog import Catalog

from .conftest import CARD, FILES, Build, Findings, edited

TODAY = "2026-11-24"
PLACE = "models/tiny/tiny-1b.yaml"
OTHER = "models/tiny/tiny-2.yaml"
THIRD = "models/tiny/tiny-3.yaml"
BOARD = "evaluations/quiz-board.yaml"
SOURCES = "sources/acme.yaml"


def card(*edits: tuple[str, str], name: str = "1B") -> str:
    """The tiny card with some edits, under a name of its own."""
    text = CARD.replace("1B", name).replace("tiny:1b", f"tiny:{name.lower()}")
    for old, new in edits:
        text = edited(text, old, new)
    return text


# LS017


def context(native: int, *edits: tuple[str, str], name: str = "1B") -> str:
    return card(("native: 4096", f"native: {native}"), *edits, name=name)


BASE = ("weights: open", "weights: open\nfinetuning: {base: tiny/tiny-2}")


def test_a_default_below_the_context_of_the_base_is_found(findings: Findings) -> None:
    found = findings("LS017", {PLACE: context(2048, BASE), OTHER: context(131072, name="2")})
    assert [(f.field, f.severity) for f in found] == [("context.native", "warning")]
    assert "131072" in found[0].message


def test_a_default_that_the_base_has_too_is_believed(findings: Findings) -> None:
    assert not findings("LS017", {PLACE: context(2048, BASE), OTHER: context(2048, name="2")})


def test_a_context_that_is_no_default_is_believed(findings: Findings) -> None:
    assert not findings("LS017", {PLACE: context(4096, BASE), OTHER: context(131072, name="2")})


def test_a_default_unlike_its_whole_release_is_found(findings: Findings) -> None:
    release = {OTHER: context(8192, name="2"), THIRD: context(8192, name="3")}
    assert len(findings("LS017", {PLACE: context(2048), **release})) == 1
    later = context(2048, ("released: 2024-07-23", "released: 2025-07-23"))
    assert not findings("LS017", {PLACE: later, **release})


def test_a_default_shorter_than_a_window_is_found(findings: Findings) -> None:
    window = ("head_dim: 32}", "head_dim: 32, window: 4096}")
    assert len(findings("LS017", {PLACE: context(2048, window)})) == 1


def test_a_default_shorter_than_the_position_table_is_found(findings: Findings) -> None:
    table = ("position: rope", "position: learned\n  max_positions: 8192")
    assert len(findings("LS017", {PLACE: context(2048, table)})) == 1
    offset = ("position: rope", "position: learned\n  max_positions: 2050")
    assert not findings("LS017", {PLACE: context(2048, offset)})


# LS018, LS019, LS020


def total(count: int, *edits: tuple[str, str], name: str = "1B") -> str:
    text = card(*edits, name=name)
    return text.replace("total: 620160, active: 620160", f"total: {count}, active: {count}")


EXTRA = ("  layers: 2\n", "  layers: 2\n  extra_prediction: {layers: 1, parameters: 100000}\n")


def test_extra_layers_in_the_total_are_found(findings: Findings) -> None:
    found = findings("LS018", {PLACE: total(720160, EXTRA)})
    assert [f.field for f in found] == ["parameters.total"]
    assert "620160" in str(found[0].remedy)
    assert not findings("LS018", {PLACE: total(620160, EXTRA)})


def test_extra_layers_of_a_sibling_are_known(findings: Findings) -> None:
    changes = {PLACE: total(720160), OTHER: total(620160, EXTRA, name="2")}
    assert [f.file[-12:] for f in findings("LS018", changes)] == ["tiny-1b.yaml"]


def test_a_tokenizers_size_is_found_where_the_count_tells(findings: Findings) -> None:
    # 24 rows of 128 more make a table of 1024.
    found = findings("LS019", {PLACE: total(620160 + 24 * 128)})
    assert [f.field for f in found] == ["architecture.vocab_size"]
    assert "1024" in found[0].message
    assert not findings("LS019", {PLACE: total(620160 + 24 * 128 + 1)})
    assert not findings("LS019", {PLACE: total(620160)})


PACKED = (  # a shape with more in its matrices than in its table
    ("vocab_size: 1000", "vocab_size: 128"),
    ("size: 512", "size: 5120"),
)


@pytest.mark.parametrize("fold", [2, 4, 8])
def test_a_packed_count_is_found(fold: int, findings: Findings) -> None:
    matrices = 2 * (3 * 128 * 5120 + 2 * 128 * 128 + 2 * 128 * 64)
    packed = matrices // fold + matrices // 128 + 128 * 128 + 5 * 128
    found = findings("LS020", {PLACE: total(packed, *PACKED)})
    assert [f.field for f in found] == ["parameters.total"]
    assert not findings("LS020", {PLACE: total(matrices + 128 * 128 + 5 * 128, *PACKED)})


# LS021, LS022

CREDITED = edited(FILES[SOURCES], "https://example.org/config", "https://huggingface.co/{}/Tiny-1B")


@pytest.mark.parametrize("owner", ["unsloth", "TheBloke", "bartowski"])
def test_a_mirror_as_source_is_found(owner: str, findings: Findings) -> None:
    found = findings("LS021", {SOURCES: CREDITED.replace("{}", owner)})
    facts = {"sources.architecture", "sources.parameters", "sources.context"}
    assert {f.field for f in found} == facts


def test_the_publishers_repository_is_no_mirror(findings: Findings) -> None:
    assert not findings("LS021", {SOURCES: CREDITED.replace("{}", "acme")})


def test_somebodys_conversion_as_source_is_found(findings: Findings) -> None:
    converted = CREDITED.replace("{}/Tiny-1B", "somebody/Tiny-1B-GGUF")
    assert findings("LS021", {SOURCES: converted})
    assert not findings("LS021", {SOURCES: CREDITED.replace("{}/Tiny-1B", "acme/Tiny-1B-GGUF")})


def offer(low: float, high: float, as_of: str = "2026-11-01") -> str:
    prices = f"input_usd_per_mtok: {low}, output_usd_per_mtok: {high}"
    line = f"hosted: [{{provider: Acme, {prices}, as_of: {as_of}, source: acme-card}}]"
    return card(("weights: open", f"weights: open\n{line}"))


def test_an_old_price_is_found(findings: Findings) -> None:
    assert [f.field for f in findings("LS022", {PLACE: offer(1, 3, "2026-05-01")})] == [
        "hosted[0].as_of"
    ]
    assert not findings("LS022", {PLACE: offer(1, 3, "2026-06-15")})
    assert not findings("LS022", {PLACE: offer(1, 3, "2026-05-01")}, today="2026-06-01")


# LS023


def trained(tokens: int) -> str:
    pretraining = f"pretraining: {{objective: causal-lm, tokens: {tokens}}}"
    return card(("weights: open", f"weights: open\n{pretraining}"))


@pytest.mark.parametrize(
    ("slip", "field"),
    [
        (offer(0.0000025, 0.00001), "hosted[0].input_usd_per_mtok"),
        (offer(0.0025, 10), "hosted[0].input_usd_per_mtok"),
        (offer(2500, 10000), "hosted[0].output_usd_per_mtok"),
        (offer(0.01, 10), "hosted[0]"),
        (context(128), "context.native"),
        (context(10**30 // 10**14), "context.native"),
        (card(("native: 4096", "native: 4096, output: 8192")), "context.output"),
        (trained(15000), "pretraining.tokens"),
        (card(("active: 620160", "active: 620")), "parameters.active"),
        (card(("value: 61.5", "value: 0.615")), "evaluations[0].value"),
    ],
)  # fmt: skip
def test_a_figure_in_another_unit_is_found(slip: str, field: str, findings: Findings) -> None:
    assert field in [f.field for f in findings("LS023", {PLACE: slip})]


def test_plausible_figures_are_believed(findings: Findings) -> None:
    texts = (trained(15 * 10**12), offer(0.02, 0.1), offer(15, 600), offer(0, 0), context(1048576))
    for text in texts:
        assert not findings("LS023", {PLACE: text})


def test_shares_in_a_board_of_percent_are_found(findings: Findings) -> None:
    shares = FILES[BOARD].replace('{Tiny: 61.5, "@": 70}', '{Tiny: 0.615, "@": 0.7}')
    assert [f.field for f in findings("LS023", {BOARD: shares})] == ["scores.en"]
    low = FILES[BOARD].replace('{Tiny: 61.5, "@": 70}', '{Tiny: 0.615, "@": 70}')
    assert not findings("LS023", {BOARD: low})


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("gib: 24,", "gib: 24576,", "memory[0].gib"),
        ("bandwidth_gb_s: 1000", "bandwidth_gb_s: 1.008", "memory[0].bandwidth_gb_s"),
        ("gib: 24,", "gib: 24, visible_gib: 24564,", "memory[0].visible_gib"),
    ],
)
def test_a_device_in_another_unit_is_found(
    old: str, new: str, field: str, findings: Findings
) -> None:
    place = "hardware/card-24.yaml"
    assert [f.field for f in findings("LS023", {place: edited(FILES[place], old, new)})] == [field]


# LS024


def sized(size: int) -> str:
    return card(("- {format:", f"- {{size_bytes: {size}, format:"))


@pytest.mark.parametrize("size", [1240, 1240320 * 3, 620160, 1331783, 1155138])
def test_files_of_another_size_are_found(size: int, findings: Findings) -> None:
    assert [f.field for f in findings("LS024", {PLACE: sized(size)})] == ["artifacts[0].size_bytes"]


@pytest.mark.parametrize("size", [1240320, 1243000, 1290000])
def test_files_of_their_formats_size_are_believed(size: int, findings: Findings) -> None:
    assert not findings("LS024", {PLACE: sized(size)})


# LS025


LANGUAGES = ("en", "de", "fr", "nl", "da", "sv")


def board(scores: dict[str, list[float]]) -> dict[str, str]:
    """A catalog of twelve models on a board in six languages."""
    changes = {
        f"models/tiny/m{i}.yaml": card(name=f"m{i}").replace("tiny:", "t:") for i in range(12)
    }
    head = FILES[BOARD].partition("entries:")[0]
    entries = "".join(f"  m{i}: {{model: tiny/m{i}}}\n" for i in range(12))
    rows = "".join(
        f"  {language}: {{{', '.join(f'm{i}: {value}' for i, value in enumerate(column))}}}\n"
        for language, column in scores.items()
    )
    changes[BOARD] = f"{head}entries:\n{entries}scores:\n{rows}"
    return changes


def trend() -> dict[str, list[float]]:
    """Twelve models from weak to strong, with a little noise."""
    return {
        language: [40 + 4 * i - 2 * n + (i * 7 + n * 5) % 3 / 2 for i in range(12)]
        for n, language in enumerate(LANGUAGES)
    }


def test_scores_on_a_trend_are_believed(findings: Findings) -> None:
    assert not findings("LS025", board(trend()))


def test_exchanged_rows_are_found(findings: Findings) -> None:
    scores = trend()
    scores["nl"][1], scores["nl"][11] = scores["nl"][11], scores["nl"][1]
    found = findings("LS025", board(scores))
    assert {f.field for f in found} == {"scores.nl.m1", "scores.nl.m11"}
    assert all(f.severity == "warning" for f in found)


def test_a_model_that_failed_a_test_is_believed(findings: Findings) -> None:
    scores = trend()
    scores["nl"][11] = 25.5
    assert not findings("LS025", board(scores))


# exemptions: LS029


def exempt(text: str, code: str) -> str:
    return f"{text}checks: {{ignore: [{code}], because: a test}}\n"


def test_an_exemption_sets_a_rule_of_thumb_aside_on_its_card(findings: Findings) -> None:
    assert not findings("LS024", {PLACE: exempt(sized(1240), "LS024")})
    assert not findings("LS029", {PLACE: exempt(sized(1240), "LS024")})


def test_an_exemption_that_nothing_needs_is_found(findings: Findings) -> None:
    found = findings("LS029", {PLACE: exempt(CARD, "LS024")})
    assert [(f.field, f.severity) for f in found] == [("checks.ignore[0]", "warning")]


def test_a_law_cannot_be_set_aside(findings: Findings) -> None:
    text = exempt(card(("kv_heads: 2", "kv_heads: 3")), "LS003")
    assert findings("LS003", {PLACE: text})
    assert [f.severity for f in findings("LS029", {PLACE: text})] == ["error"]


# dates and languages, in rules that were there before


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("released: 2024-07-23", "released: 2016-07-23", "released"),
        ("released: 2024-07-23", "released: 2024-02-30", "released"),
    ],
)
def test_a_day_that_was_not_is_found(old: str, new: str, field: str, findings: Findings) -> None:
    assert field in [f.field for f in findings("LS006", {PLACE: card((old, new))})]


def test_a_price_older_than_its_model_is_found(findings: Findings) -> None:
    assert [f.field for f in findings("LS006", {PLACE: offer(1, 3, "2024-01-01")})] == [
        "hosted[0].as_of"
    ]


@pytest.mark.parametrize("tag", ["en-UK", "zh-Latb", "en-EN"])
def test_a_region_or_script_that_is_none_is_found(tag: str, findings: Findings) -> None:
    found = findings(
        "LS011", {PLACE: card(("weights: open", f"weights: open\nlanguages: {{{tag}: official}}"))}
    )
    assert [f.field for f in found] == [f"languages.{tag}"]


@pytest.mark.parametrize("tag", ["en-GB", "zh-Hans", "es-419", "sr-Cyrl", "sr-Latn-RS"])
def test_regions_and_scripts_are_believed(tag: str, findings: Findings) -> None:
    text = card(("weights: open", f"weights: open\nlanguages: {{{tag}: official}}"))
    assert not findings("LS011", {PLACE: text})


def test_a_rule_stops_after_a_thousand_findings(build: Build) -> None:
    entries = ", ".join(f"e{i}: {{}}" for i in range(1500))
    board = FILES[BOARD].replace('"@": {}', '"@": {}\n  ' + entries.replace(", ", "\n  "))
    found = check([build({BOARD: board})], today=TODAY, bundled=False)
    assert 1000 <= len(found) <= 1001
    assert any("more" in finding.message for finding in found)


@pytest.mark.slow
def test_the_bundled_catalog_passes_on_the_day_it_was_read(bundled: Catalog) -> None:
    read = max(source.read for source in bundled.sources.values())
    assert check(today=read) == []
