"""Whatever stands in a catalog file, it is read in bounds and answered with findings."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

from fuzz_catalog import Fuzzer
from hostile_yaml import SCALARS, hostile

from llm_select.catalog.check import findings_of
from llm_select.catalog.files import CatalogFile, Listing, bundled_directory
from llm_select.catalog.parse import MOST_ERRORS, parse_files
from llm_select.catalog.yaml_loader import MAX_NODES, parse

FEW = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@cache
def fuzzer() -> Fuzzer:
    """The good files, parsed once."""
    return Fuzzer(Path(bundled_directory()))


@FEW
@given(st.integers(0, 10**9))
def test_a_file_made_hostile_ends_in_findings(number: int) -> None:
    file, data, _ = fuzzer().input(7, number)
    fuzzer().run(file, data)


@FEW
@given(st.binary(max_size=300), st.integers(0, 40))
def test_any_bytes_end_in_findings(data: bytes, which: int) -> None:
    file, _ = fuzzer().seeds[which % len(fuzzer().seeds)]
    fuzzer().run(file, data)


@FEW
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["name", "scores", "layers", "kind", "x"]), inner, max_size=4
            )
        ),
        max_leaves=20,
    ),
    st.integers(0, 40),
)
def test_any_value_ends_in_findings(value: object, which: int) -> None:
    import yaml

    file, _ = fuzzer().seeds[which % len(fuzzer().seeds)]
    fuzzer().run(file, yaml.safe_dump(value, allow_unicode=True).encode("utf-8", "replace"))


@pytest.mark.parametrize("scalar", SCALARS, ids=range(len(SCALARS)))
def test_every_odd_scalar_is_answered_in_every_field_of_a_card(scalar: bytes) -> None:
    file, data = fuzzer().seeds[0]
    lines = data.split(b"\n")
    for number in range(0, len(lines), 5):
        key = lines[number].partition(b":")[0]
        fuzzer().run(
            file, b"\n".join([*lines[:number], key + b": " + scalar, *lines[number + 1 :]])
        )


def findings(kind: str, text: str) -> list[str]:
    file = CatalogFile(kind, "tiny/tiny" if kind == "model" else "tiny", "tiny.yaml")
    parsed = parse_files(Listing("", (file,), ()), {"tiny.yaml": text.encode()})
    return [finding.message for finding in parsed.findings]


def test_a_hundred_thousand_wrong_values_are_counted_not_listed() -> None:
    messages = findings("model", f"name: N\nspecialization: [{'1,' * 100_000} 1]\n")
    assert len(messages) <= MOST_ERRORS + 1
    assert "more problems like these" in messages[-1]


def test_layers_are_bounded_since_formulas_walk_over_them() -> None:
    pile = "{cell: lstm, layers: 10000000000, hidden_size: 8}"
    messages = findings("model", f"architecture: {{recurrent: [{pile}]}}\n")
    assert any("less than or equal to" in message for message in messages)


def test_a_count_of_thirty_digits_is_refused() -> None:
    messages = findings("model", f"parameters: {{total: {'9' * 30}}}\n")
    assert any("less than or equal to" in message for message in messages)


def test_aliases_that_stand_for_millions_of_values_are_refused() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x]"]
    lines += [
        f"{n}: &{n} [{', '.join([f'*{p}'] * 8)}]"
        for p, n in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    document = parse("\n".join(lines).encode())
    assert document.value is None
    assert f"{MAX_NODES:,}" in document.problems[-1].message


def test_a_long_text_that_aliases_repeat_is_refused() -> None:
    document = parse(b"a: &a " + b"x" * 100_000 + b"\nb: [" + b"*a, " * 100 + b"*a]\n")
    assert document.value is None
    assert "MiB of text" in document.problems[-1].message
    assert parse(b"a: &a x\nb: [" + b"*a, " * 100 + b"*a]\n").value is not None


def test_long_keys_that_aliases_repeat_are_refused() -> None:
    document = parse(b"a: &a {" + b"k" * 1000 + b": 1}\nb: [" + b"*a, " * 10_000 + b"*a]\n")
    assert document.value is None
    assert "MiB of text" in document.problems[-1].message


def test_a_name_of_a_megabyte_does_not_fill_the_findings() -> None:
    file, data = next(pair for pair in fuzzer().seeds if pair[0].kind == "board")
    head = data.decode().partition("entries:")[0]
    scores = ", ".join(f"e{i}: 500" for i in range(300))
    text = f"{head}entries: {{}}\nscores:\n  ? {'r' * 500_000}\n  : {{{scores}}}\n"
    parsed = fuzzer().parsed(file, text.encode())
    found = findings_of([fuzzer().base, parsed], [parsed], "2026-11-24")
    assert len(found) >= 300
    assert max(len(str(finding)) for finding in found) < 3000


def test_a_seed_and_a_number_name_an_input_for_ever() -> None:
    one, two = (fuzzer().input(3, 1234) for _ in range(2))
    assert one == two
    assert hostile(b"a: 1", Random(5)) == hostile(b"a: 1", Random(5))
