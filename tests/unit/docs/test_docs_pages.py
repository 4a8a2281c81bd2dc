"""Generated pages say what the program and the schema say; figures of hand-written pages are those of the catalog."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from llm_select.catalog.check import check
from llm_select.catalog.load import load_catalog
from llm_select.estimates.kv_cache import STATE_BYTES, cache_shape

DOCS = Path(__file__).resolve().parents[3] / "docs"
TOKENS = 8192


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"docs_{name}", DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[f"docs_{name}"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def catalog() -> Any:
    return load_catalog()


def rows(page: str, heading: str) -> list[list[str]]:
    """Cells of the table whose first head cells are given."""
    text = (DOCS / page).read_text(encoding="utf-8")
    table = text[text.index(f"| {heading} |") :].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table]


def test_every_command_has_a_section() -> None:
    module = script("generate_cli")
    text = module.page()
    for found in module.commands():
        if found.words:
            assert f"# {module.title(found.words)}\n" in text


def test_every_option_stands_in_its_commands_section() -> None:
    module = script("generate_cli")
    for found in module.commands():
        section = module._section(found) if found.words else module._options(found.command)
        for option in module.options(found.command):
            assert all(f"`{name}`" in section for name in option.opts)


def test_a_default_of_zero_is_shown() -> None:
    page = script("generate_cli").page()
    assert "| `--examples` | whole number | `0` |" in page


def test_every_field_of_every_class_stands_in_the_format() -> None:
    from llm_select.catalog.json_schema import json_schema, kinds

    page = script("generate_card_format").page()
    for kind in kinds():
        schema = json_schema(kind)
        for definition in (schema, *schema.get("$defs", {}).values()):
            for field in definition.get("properties", {}):
                assert f"| `{field}` |" in page


def test_every_class_of_the_format_is_described_once() -> None:
    page = script("generate_card_format").page()
    headings = re.findall(r"^### (\w+)$", page, re.MULTILINE)
    assert len(headings) == len(set(headings))
    assert set(re.findall(r"\(#(\w+)\)", page)) >= {"architecture", "layergroup"}


def test_fields_of_the_format_have_meanings() -> None:
    page = script("generate_card_format").page()
    assert not [
        line for line in page.splitlines() if line.startswith("| `") and line.endswith("|  |")
    ]


def test_the_glossary_is_alphabetical_and_says_each_word_once() -> None:
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    words = [w.lower() for w in re.findall(r"^- \*\*(.+?)\*\*", text, re.MULTILINE)]
    assert words == sorted(set(words))


def test_cache_sizes_in_concepts_follow_from_the_cards(catalog: Any) -> None:
    for model, _, per_token, constant, whole in rows("concepts.md", "model | mixers"):
        shape = cache_shape(catalog.models[model.strip("`")].architecture)
        grows = (shape.full + shape.latent) * 2
        stays = shape.state * STATE_BYTES + sum(v * w * 2 for v, w in shape.windowed)
        assert float(per_token) == pytest.approx(grows / 2**10, abs=0.05)
        assert float(constant) == pytest.approx(stays / 2**20, abs=0.06)
        assert float(whole) == pytest.approx((grows * TOKENS + stays) / 2**20, abs=0.5)


def test_scores_in_concepts_stand_on_the_boards(catalog: Any) -> None:
    for board_id, named, size, score in rows("concepts.md", "board | model"):
        stem, _, key = board_id.strip("`").partition(".")
        model = named.split("`")[1]
        board = catalog.boards[stem]
        values = [v for n, v in board.scores[key].items() if board.entries[n].model == model]
        assert any(float(score) == pytest.approx(v, abs=0.051 if v > 1 else 0.0005) for v in values)
        total = catalog.models[model].parameters.total / 1e9
        assert float(size) == pytest.approx(total, rel=0.01)


def test_optimizer_states_in_concepts_are_those_of_the_catalog(catalog: Any) -> None:
    for name, *_, state, _ in rows("concepts.md", "optimizer | step"):
        expected = catalog.methods[name.strip("`")].state_bytes_per_parameter
        assert float(state) == pytest.approx(expected, rel=0.01)


def test_concepts_name_every_task(catalog: Any) -> None:
    text = (DOCS / "concepts.md").read_text(encoding="utf-8")
    assert [task for task in catalog.tasks if f"| `{task}`" not in text] == []


@pytest.mark.parametrize("field", ["MixerKind", "Position"])
def test_concepts_name_every_mixer_and_position(field: str) -> None:
    from typing import get_args

    from llm_select.schema import architecture

    text = (DOCS / "concepts.md").read_text(encoding="utf-8")
    values = set(get_args(getattr(architecture, field))) - {"none", "recurrent"}
    assert [value for value in sorted(values) if f"| `{value}`" not in text] == []


def test_concepts_name_every_objective() -> None:
    from typing import get_args

    from llm_select.schema.model import Pretraining

    text = (DOCS / "concepts.md").read_text(encoding="utf-8")
    values = get_args(Pretraining.model_fields["objective"].annotation)
    assert [value for value in values if f"| `{value}`" not in text] == []


def test_the_users_catalog_of_the_guide_is_valid(tmp_path: Path) -> None:
    text = (DOCS / "adding-a-model.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```yaml\n# my-catalog/(\S+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    for place, content in blocks:
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    assert check([tmp_path], today="2026-12-01") == []
    assert "acme/tickets-7b" in load_catalog([tmp_path]).models
