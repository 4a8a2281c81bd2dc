"""A catalog that cannot be used exits 2, names the file, and nothing is read without bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import CARD, Refused, own_catalog, write

QUESTION = ("recommend", "--task", "translation", "--gpu-mem", "24", "--catalog")
GOOD = CARD.format(name="Mine", alias="me/mine", evaluations="")
BAD_FILES: dict[str, tuple[str, bytes]] = {
    "not UTF-8": ("not UTF-8", GOOD.replace("Mine", "Mïne").encode("latin-1")),
    "UTF-16": ("not UTF-8", GOOD.encode("utf-16")),
    "a null byte": ("mine.yaml", GOOD.encode().replace(b"Mine", b"Mi\0ne")),
    "not YAML": ("not YAML", b"name: [unclosed\n"),
    "a duplicate key": ("given twice", (GOOD + "name: Again\n").encode()),
    "NaN": ("not a finite number", GOOD.replace("total: 620160", "total: .nan").encode()),
    "infinity": ("not a finite number", GOOD.replace("total: 620160", "total: .inf").encode()),
    "a number beyond floats": (
        "too large",
        GOOD.replace("total: 620160", "total: 1.0e999").encode(),
    ),
    "an unknown field": ("colour", (GOOD + "colour: red\n").encode()),
    "a Python object": ("tag", b"name: !!python/object/apply:os.system [true]\n"),
    "two documents": ("second document", (GOOD + "---\nname: Other\n").encode()),
    "a merge key": ("merge", (GOOD + "<<: {a: 1}\n").encode()),
    "deep nesting": ("nested", b"name: " + b"[" * 5000),
    "a list": ("mine.yaml", b"- 1\n- 2\n"),
    "nothing": ("mine.yaml", b""),
    "a negative count": ("mine.yaml", GOOD.replace("total: 620160", "total: -5").encode()),
    "a licence nobody has": ("nosuch", GOOD.replace("license: mit", "license: nosuch").encode()),
    "a source nobody has": (
        "nosuch",
        GOOD.replace("parameters: my-card", "parameters: nosuch").encode(),
    ),
}


@pytest.mark.parametrize("fault", BAD_FILES)
def test_a_faulty_file_is_refused_by_name(fault: str, tmp_path: Path, refused: Refused) -> None:
    said, text = BAD_FILES[fault]
    own = own_catalog(tmp_path)
    write(own, "models/mine/mine.yaml", text)
    message = refused(*QUESTION, str(own))
    assert "mine.yaml" in message
    assert said in message


def test_a_bomb_of_aliases_is_refused_before_it_grows(tmp_path: Path, refused: Refused) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    own = own_catalog(tmp_path)
    write(own, "models/mine/bomb.yaml", "\n".join(lines) + "\n")
    message = refused(*QUESTION, str(own))
    assert "bomb.yaml" in message
    assert "alias" in message


def test_a_file_of_100_mb_is_refused_unread(tmp_path: Path, refused: Refused) -> None:
    own = own_catalog(tmp_path)
    with write(own, "models/mine/huge.yaml", "").open("wb") as file:
        file.truncate(100 * 10**6)
    message = refused(*QUESTION, str(own))
    assert "huge.yaml" in message
    assert "larger than" in message


def test_all_faults_are_told_at_once(tmp_path: Path, refused: Refused) -> None:
    own = own_catalog(tmp_path)
    write(own, "models/mine/one.yaml", "name: [\n")
    write(own, "models/mine/two.yaml", GOOD + "colour: red\n")
    message = refused(*QUESTION, str(own))
    assert "one.yaml" in message
    assert "two.yaml" in message


def test_an_empty_directory_is_refused(tmp_path: Path, refused: Refused) -> None:
    message = refused(*QUESTION, str(tmp_path))
    assert "holds no catalog file" in message
    assert str(tmp_path) in message


def test_a_missing_directory_is_refused(tmp_path: Path, refused: Refused) -> None:
    message = refused(*QUESTION, str(tmp_path / "nowhere"))
    assert "nowhere" in message
    assert "no such directory" in message


def test_a_file_in_place_of_a_directory_is_refused(tmp_path: Path, refused: Refused) -> None:
    file = write(tmp_path, "catalog.yaml", "a: 1\n")
    assert "is not a directory" in refused(*QUESTION, str(file))


def test_a_directory_in_place_of_a_file_is_refused(tmp_path: Path, refused: Refused) -> None:
    own = own_catalog(tmp_path)
    (own / "models/mine/folder.yaml").mkdir()
    assert "folder.yaml" in refused(*QUESTION, str(own))


def test_a_link_to_nothing_is_refused(tmp_path: Path, refused: Refused) -> None:
    own = own_catalog(tmp_path)
    (own / "models/mine/link.yaml").symlink_to(tmp_path / "gone.yaml")
    assert "link.yaml" in refused(*QUESTION, str(own))


def test_a_stray_file_is_refused_not_ignored(tmp_path: Path, refused: Refused) -> None:
    own = own_catalog(tmp_path)
    write(own, "modles/mine/mine.yaml", GOOD)
    message = refused(*QUESTION, str(own))
    assert "modles" in message
    assert "models" in message


@pytest.mark.parametrize(
    "command", ["tasks", "benchmarks", "licenses", "hardware list", "catalog list"]
)
def test_every_listing_checks_the_users_catalog(
    command: str, tmp_path: Path, refused: Refused
) -> None:
    own = own_catalog(tmp_path)
    write(own, "models/mine/mine.yaml", "name: [\n")
    assert "mine.yaml" in refused(*command.split(), "--catalog", str(own))


def test_a_message_names_no_line_of_python(tmp_path: Path, refused: Refused) -> None:
    own = own_catalog(tmp_path)
    write(own, "models/mine/mine.yaml", GOOD + "colour: red\n")
    message = refused(*QUESTION, str(own))
    assert ".py" not in message
    assert "pydantic" not in message
