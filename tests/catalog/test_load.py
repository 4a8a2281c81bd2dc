"""Several directories as one catalog."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_select.catalog import load as load_module
from llm_select.catalog import records
from llm_select.catalog.compile import compile_catalog
from llm_select.catalog.load import compile_whole, load_catalog, read_directory
from llm_select.errors import CatalogError
from llm_select.evidence.loss import pairs
from llm_select.evidence.quality import links_of
from llm_select.schema.catalog import Catalog

from .conftest import CARD, FILES, Build, edited

OWN_CARD = "developer: Me\nlicense: mit\n" + CARD.replace("Tiny", "Own").replace("tiny", "own")


def over(build: Build, changes: dict[str, str | None]) -> Path:
    """A directory with these files only."""
    return build(changes, name="over", base=False)


def test_a_directory_with_one_card_may_use_what_is_below(build: Build) -> None:
    own = over(build, {"models/own/own-1b.yaml": OWN_CARD})
    catalog = load_catalog([build(), own], bundled=False)
    assert set(catalog.models) == {"tiny/tiny-1b", "own/own-1b"}
    assert catalog.licenses[catalog.models["own/own-1b"].license].name == "MIT License"


def test_a_card_of_the_same_id_replaces_the_whole_card(build: Build) -> None:
    card = "developer: Me\nlicense: mit\n" + edited(CARD, "context: {native: 4096}\n", "")
    own = over(build, {"models/tiny/tiny-1b.yaml": card})
    found = load_catalog([build(), own], bundled=False).models["tiny/tiny-1b"]
    assert found.developer == "Me"
    assert found.context is None
    assert found.languages == {}


def test_a_later_source_replaces_the_whole_source(build: Build) -> None:
    source = 'acme-card: {title: Mine, url: "https://example.org", read: 2026-01-01}\n'
    own = over(build, {"sources/mine.yaml": source})
    catalog = load_catalog([build(), own], bundled=False)
    assert catalog.sources["acme-card"].title == "Mine"
    assert catalog.sources["acme-config"].title == "Tiny config"


def test_later_scoring_replaces_scoring(build: Build) -> None:
    scoring = edited(FILES["scoring.yaml"], "speed: {low: 1", "speed: {low: 2")
    own = over(build, {"scoring.yaml": scoring})
    found = load_catalog([build(), own], bundled=False).scoring
    assert found is not None
    assert found.speed.low == 2


def test_anchors_are_the_models_of_the_first_catalog(build: Build) -> None:
    own = over(build, {"models/own/own-1b.yaml": OWN_CARD})
    catalog = load_catalog([build(), own], bundled=False)
    assert catalog.anchors == {"tiny/tiny-1b"}


def test_each_set_of_directories_has_its_own_hash(build: Build) -> None:
    own = over(build, {"models/own/own-1b.yaml": OWN_CARD})
    alone = load_catalog([build()], bundled=False).content_hash
    both = load_catalog([build(), own], bundled=False).content_hash
    assert len(alone) == len(both) == 32
    assert alone != both


def test_the_bundled_catalog_is_below_all(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = str(build())
    monkeypatch.setattr(load_module, "bundled_directory", lambda: bundle)
    own = over(build, {"models/own/own-1b.yaml": OWN_CARD})
    assert set(load_catalog([own]).models) == {"tiny/tiny-1b", "own/own-1b"}
    assert set(load_catalog().models) == {"tiny/tiny-1b"}


def test_the_compiled_bundle_is_used_when_there_is_one(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = tmp_path / "catalog.json"
    built.write_bytes(compile_whole(str(build())))
    monkeypatch.setattr(load_module, "bundled_json", lambda: str(built))
    monkeypatch.setattr(load_module, "bundled_directory", lambda: str(tmp_path / "nowhere"))
    shipped = load_catalog()
    assert shipped == load_catalog([build()], bundled=False)._replace(links=shipped.links)


def test_the_compiled_bundle_has_the_links_of_every_task(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = tmp_path / "catalog.json"
    built.write_bytes(compile_whole(str(build())))
    monkeypatch.setattr(load_module, "bundled_json", lambda: str(built))
    shipped = load_catalog()
    assert shipped.links == {
        task: {board: list(row) for board, row in links_of(shipped, task).items()}
        for task in shipped.tasks
    }


def test_links_fitted_when_asked_for_are_those_of_the_compiled_bundle(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = str(build())
    whole = records.load(compile_whole(bundle))[0]
    monkeypatch.setattr(load_module, "bundled_json", lambda: str(tmp_path / "nowhere"))
    monkeypatch.setattr(load_module, "bundled_directory", lambda: bundle)
    assert dict(load_catalog().links) == {
        task: {board: tuple(row) for board, row in rows.items()}
        for task, rows in whole.links.items()
    }


def test_a_damaged_compiled_bundle_falls_back_to_yaml(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = tmp_path / "catalog.json"
    built.write_bytes(compile_catalog(read_directory(str(build())).catalog)[:-9])
    bundle = str(build())
    monkeypatch.setattr(load_module, "bundled_json", lambda: str(built))
    monkeypatch.setattr(load_module, "bundled_directory", lambda: bundle)
    assert load_catalog().models


def test_a_reference_to_nothing_is_an_error_with_its_place(build: Build) -> None:
    card = edited(OWN_CARD, "license: mit", "license: mitt")
    own = over(build, {"models/own/own-1b.yaml": card})
    with pytest.raises(CatalogError) as caught:
        load_catalog([build(), own], bundled=False)
    (finding,) = caught.value.findings
    assert "own-1b.yaml:2: LS002 license: 'mitt' is not among the licenses" in finding
    assert "did you mean mit?" in finding


def test_a_build_refuses_references_to_nothing(build: Build) -> None:
    with pytest.raises(CatalogError, match="LS002"):
        compile_whole(str(build({"benchmarks/quiz.yaml": None})))


def test_errors_of_several_files_come_together(build: Build) -> None:
    bad = {"models/tiny/tiny-1b.yaml": "name: x\n", "tasks/bad.yaml": "[\n", "odd.yaml": "a: 1\n"}
    with pytest.raises(CatalogError) as caught:
        load_catalog([build(bad)], bundled=False)
    text = str(caught.value)
    assert "tiny-1b.yaml:1: LS001" in text
    assert "bad.yaml:2: LS000" in text
    assert "odd.yaml: LS013" in text
    assert caught.value.exit_code == 2


def test_warnings_do_not_stop_a_catalog(build: Build) -> None:
    source = 'unused: {title: x, url: "https://example.org", read: 2026-11-24}\n'
    assert load_catalog([build({"sources/more.yaml": source})], bundled=False).sources["unused"]


def test_what_a_user_measured_tells_of_the_model_measured(build: Build) -> None:
    table = FILES["quantization_losses/acme.yaml"].replace("60.5", "50")
    own = over(build, {"quantization_losses/mine.yaml": table})
    alone = load_catalog([build()], bundled=False)
    both = load_catalog([build(), own], bundled=False)
    lost = [c.model_losses["tiny/tiny-1b"]["q4_k_m"]["quizzing"][0] for c in (alone, both)]
    assert lost[1] < lost[0] < 0


def test_what_a_user_measured_tells_nothing_of_other_models(build: Build) -> None:
    table = FILES["quantization_losses/acme.yaml"].replace("60.5", "50")
    own = over(build, {"quantization_losses/mine.yaml": table})
    alone = load_catalog([build()], bundled=False)
    both = load_catalog([build(), own], bundled=False)
    assert both.loss_pools == alone.loss_pools


def test_the_bundled_catalog_has_pairs_of_many_models_and_formats(bundled: Catalog) -> None:
    found = list(pairs(bundled))
    assert len(found) >= 150
    assert len({pair.model for pair in found}) >= 15
    assert len({pair.format for pair in found}) >= 8
