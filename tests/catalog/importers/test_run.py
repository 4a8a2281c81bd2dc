"""From a source to differences and files; nothing a person wrote is overwritten unasked."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from llm_select.catalog.check import check
from llm_select.catalog.importers.draft import Origin
from llm_select.catalog.importers.reading import SourceError
from llm_select.catalog.importers.run import Request, Result, fields_of, run_import
from llm_select.catalog.load import load_catalog
from llm_select.catalog.yaml_loader import parse
from tests.catalog.conftest import Build
from tests.catalog.importers.builders import (
    LLAMA_GGUF,
    LLAMA_WEIGHTS,
    config_bytes,
    gguf,
    llama_gguf_tensors,
    llama_shapes,
    safetensors,
)

TODAY = "2026-11-24"
ORIGIN = Origin(repository="acme/Small-100K", revision="abc123")
GIVEN = {"name": "Small 100K", "developer": "Acme", "released": "2026-01-02", "license": "mit"}


class Bench:
    """The tiny catalog, a directory of files to import, and a way to import them."""

    def __init__(self, directory: Path, files: Path) -> None:
        self.directory, self.files = directory, files
        files.mkdir()

    def put(self, name: str, data: bytes) -> str:
        (self.files / name).write_bytes(data)
        return str(self.files / name)

    def run(self, source: str | None = None, **more: Any) -> Result:
        catalog = load_catalog([self.directory], bundled=False)
        request = Request(source or str(self.files), directory=self.directory, **more)
        return run_import(request, catalog, today=TODAY)

    def card(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = parse(
            (self.directory / "models" / f"{name}.yaml").read_bytes()
        ).value
        return found


@pytest.fixture
def bench(build: Build, tmp_path: Path) -> Bench:
    return Bench(build(), tmp_path / "files")


def test_a_new_model_becomes_a_card_that_the_check_accepts(bench: Bench) -> None:
    bench.put("config.json", config_bytes())
    bench.put("model.safetensors", safetensors(llama_shapes()))
    bench.put("README.md", b"---\nlicense: mit\nlanguage: [en, 'no']\n---\n")
    result = bench.run(id="small/small-100k", origin=ORIGIN, given=GIVEN)
    assert not result.known
    assert result.missing == ()
    card = bench.card("small/small-100k")
    assert card["parameters"] == {"total": LLAMA_WEIGHTS, "active": LLAMA_WEIGHTS}
    assert card["languages"] == {"en": "official", "no": "official"}
    assert card["artifacts"][0]["quantization"] == "bf16"
    assert card["sources"]["architecture"] == "small-100k-config"
    assert card["sources"]["parameters"] == "small-100k-safetensors"
    assert [
        one
        for one in check([bench.directory], today=TODAY, bundled=False)
        if one.severity == "error"
    ] == []


def test_what_is_missing_is_said(bench: Bench) -> None:
    bench.put("config.json", config_bytes())
    result = bench.run(id="small/small-100k", origin=ORIGIN, dry_run=True)
    assert result.missing == ("name", "developer", "released", "license")
    assert result.written == ()
    assert not (bench.directory / "models/small").exists()


def test_without_a_source_nothing_is_written(bench: Bench) -> None:
    bench.put("config.json", config_bytes())
    with pytest.raises(SourceError, match="not written without a source"):
        bench.run(id="small/small-100k", given=GIVEN)
    with pytest.raises(SourceError, match="no id"):
        bench.run(given=GIVEN)


def test_a_card_that_agrees_is_left_alone(bench: Bench) -> None:
    bench.put("config.json", config_bytes())
    bench.run(id="small/small-100k", origin=ORIGIN, given=GIVEN)
    before = (bench.directory / "models/small/small-100k.yaml").read_bytes()
    again = bench.run(id="small/small-100k", origin=ORIGIN)
    assert again.known
    assert fields_of(again.changes, "differs") == fields_of(again.changes, "added") == []
    assert again.written == ()
    assert (bench.directory / "models/small/small-100k.yaml").read_bytes() == before


def test_a_verified_value_stays_unless_it_is_accepted(bench: Bench) -> None:
    bench.put("config.json", config_bytes())
    bench.run(id="small/small-100k", origin=ORIGIN, given=GIVEN)
    bench.put("config.json", config_bytes(max_position_embeddings=4096, intermediate_size=320))
    result = bench.run(id="small/small-100k", origin=ORIGIN)
    assert fields_of(result.changes, "differs") == [
        "parameters.total", "parameters.active", "architecture.ffn", "context.native"
    ]  # fmt: skip
    assert bench.card("small/small-100k")["context"] == {"native": 2048}
    bench.run(id="small/small-100k", origin=ORIGIN, accept=("context",))
    assert bench.card("small/small-100k")["context"] == {"native": 4096}
    assert bench.card("small/small-100k")["architecture"]["ffn"]["size"] == 160
    bench.run(id="small/small-100k", origin=ORIGIN, accept=("all",))
    assert bench.card("small/small-100k")["architecture"]["ffn"]["size"] == 320


def test_accepting_what_does_not_differ_is_an_error(bench: Bench) -> None:
    bench.put("config.json", config_bytes())
    bench.run(id="small/small-100k", origin=ORIGIN, given=GIVEN)
    with pytest.raises(SourceError, match="'context' accepts nothing"):
        bench.run(id="small/small-100k", origin=ORIGIN, accept=("context",))


def test_an_update_keeps_comments_and_other_lines(bench: Bench) -> None:
    bench.put("config.json", config_bytes())
    bench.run(id="small/small-100k", origin=ORIGIN, given=GIVEN)
    path = bench.directory / "models/small/small-100k.yaml"
    path.write_text(path.read_text().replace("license: mit", "# read twice\nlicense:   mit  # yes"))
    bench.put("config.json", config_bytes(max_position_embeddings=4096))
    bench.run(id="small/small-100k", origin=ORIGIN, accept=("context.native",))
    text = path.read_text()
    assert "# read twice\nlicense:   mit  # yes\n" in text
    assert "context: {native: 4096}" in text


def test_another_commit_gets_a_source_of_its_own(bench: Bench) -> None:
    bench.put("config.json", config_bytes())
    bench.run(id="small/small-100k", origin=ORIGIN, given=GIVEN)
    bench.put("config.json", config_bytes(max_position_embeddings=4096))
    bench.run(
        id="small/small-100k", origin=Origin("acme/Small-100K", "def456"), accept=("context",)
    )
    sources = bench.card("small/small-100k")["sources"]
    assert sources["context"] == "small-100k-config"
    assert sources["context.native"] == "small-100k-config-def456"
    assert [
        one
        for one in check([bench.directory], today=TODAY, bundled=False)
        if one.severity == "error"
    ] == []


def test_the_card_is_found_by_its_repository(bench: Bench) -> None:
    bench.put("config.json", config_bytes())
    assert bench.run(origin=Origin("ACME/tiny-1b"), dry_run=True).id == "tiny/tiny-1b"
    assert bench.run(origin=Origin("acme/Brand-New"), dry_run=True).id == "acme/brand-new"


def test_tensors_that_contradict_the_shape_are_said_and_noted_on_the_card(bench: Bench) -> None:
    bench.put("config.json", config_bytes())
    bench.put(
        "model.safetensors",
        safetensors({**llama_shapes(), "model.extra.weight": ("BF16", [100, 64])}),
    )
    result = bench.run(id="small/small-100k", origin=ORIGIN, given=GIVEN)
    assert any("the shape gives" in note for note in result.notes)
    assert "the shape gives" in bench.card("small/small-100k")["architecture"]["note"]
    assert bench.card("small/small-100k")["parameters"]["total"] == LLAMA_WEIGHTS + 6400


def test_an_index_alone_gives_the_size_against_the_shape(bench: Bench) -> None:
    bench.put("config.json", config_bytes())
    index = {
        "metadata": {"total_size": 2 * LLAMA_WEIGHTS},
        "weight_map": {"a": "model-1.safetensors"},
    }
    bench.put("model.safetensors.index.json", json.dumps(index).encode())
    result = bench.run(id="small/small-100k", origin=ORIGIN, given=GIVEN)
    assert any("as the shape gives" in note for note in result.notes)
    assert bench.card("small/small-100k")["artifacts"][0]["size_bytes"] == 2 * LLAMA_WEIGHTS


def test_an_index_with_some_of_its_files_is_refused(bench: Bench) -> None:
    bench.put("a.safetensors", safetensors(llama_shapes()))
    index = {"weight_map": {"x": "a.safetensors", "y": "b.safetensors"}}
    with pytest.raises(SourceError, match=r"missing: b\.safetensors"):
        bench.run(bench.put("model.safetensors.index.json", json.dumps(index).encode()))
    lost = {"weight_map": {"x": "a.safetensors"}}
    with pytest.raises(SourceError, match="in no file, as x"):
        bench.run(bench.put("model.safetensors.index.json", json.dumps(lost).encode()))


def test_a_gguf_is_imported_with_its_format(bench: Bench) -> None:
    path = bench.put("small.gguf", gguf(LLAMA_GGUF, llama_gguf_tensors()))
    result = bench.run(path, id="small/small-g", origin=Origin("acme/Small-GGUF"), dry_run=True)
    artifact = parse(result.card.encode()).value["artifacts"][0]
    assert (artifact["format"], artifact["quantization"]) == ("gguf", "q4_k_m")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("x.txt", b"", "not a kind of file"),
        ("x.json", b"{}", "no configuration and no index"),
        ("x.json", b"[]", "holds a list"),
        ("x.safetensors", b"", "too short"),
        ("x.gguf", b"", "cut off"),
        ("README.md", b"# title", "no front matter"),
    ],
)
def test_a_wrong_file_is_refused(bench: Bench, name: str, data: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        bench.run(bench.put(name, data))


def test_an_empty_directory_is_refused(bench: Bench) -> None:
    with pytest.raises(SourceError, match="holds no config"):
        bench.run()


def hub(files: dict[str, bytes], directory: Path) -> ModuleType:
    """A stand-in for the package huggingface_hub that serves these files."""
    directory.mkdir()
    shapes = llama_shapes()

    class HfApi:
        def model_info(self, repository: str, *, revision: str | None, files_metadata: bool) -> Any:
            if repository == "acme/Gone":
                raise RuntimeError("404 not found")
            assert files_metadata
            siblings = [
                SimpleNamespace(rfilename=name, size=len(data)) for name, data in files.items()
            ]
            return SimpleNamespace(sha=revision or "c0ffee", siblings=siblings)

        def get_safetensors_metadata(self, repository: str, *, revision: str) -> Any:
            assert (repository, revision) == ("acme/Small-100K", "c0ffee")
            tensors = {
                key: SimpleNamespace(dtype=one[0], shape=one[1]) for key, one in shapes.items()
            }
            return SimpleNamespace(
                files_metadata={"model.safetensors": SimpleNamespace(tensors=tensors)}
            )

    def hf_hub_download(repository: str, name: str, *, revision: str) -> str:
        assert (repository, revision) == ("acme/Small-100K", "c0ffee")
        path = directory / name
        path.write_bytes(files[name])
        return str(path)

    module = ModuleType("huggingface_hub")
    module.HfApi, module.hf_hub_download = HfApi, hf_hub_download  # type: ignore[attr-defined]
    return module


def test_a_repository_of_the_hub_is_read_at_one_commit(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "config.json": config_bytes(),
        "README.md": b"---\nlicense: mit\n---\n",
        "model.safetensors": bytes(999),
    }
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub(files, tmp_path / "hub"))
    result = bench.run("hf:acme/Small-100K", given=GIVEN)
    assert result.id == "acme/small-100k"
    assert bench.card("acme/small-100k")["artifacts"] == [
        {
            "format": "safetensors",
            "quantization": "bf16",
            "repository": "acme/Small-100K",
            "size_bytes": 999,
            "revision": "c0ffee",
            "source": "small-100k-safetensors",
        }
    ]
    assert result.sources["small-100k-config"]["url"].endswith(
        "/acme/Small-100K/blob/c0ffee/config.json"
    )


def test_a_hub_that_does_not_answer_is_an_error_with_a_remedy(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub({}, tmp_path / "hub"))
    with pytest.raises(SourceError, match="did not answer with it: RuntimeError: 404"):
        bench.run("hf:acme/Gone")
    with pytest.raises(SourceError, match="no repository"):
        bench.run("hf:../etc")


def test_the_missing_extra_is_named(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(SourceError, match=r"llm-select\[hub\]"):
        bench.run("hf:acme/Small-100K")
