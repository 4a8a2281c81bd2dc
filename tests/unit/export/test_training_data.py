"""Reading, cleaning and splitting rows in an exported project."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.unit.export.plans import BY_FOLDER, DECODER, ENCODER


@pytest.fixture
def rows(load: Any) -> ModuleType:
    """The module that reads rows."""
    module: ModuleType = load(ENCODER, "rows")
    return module


def read(rows: ModuleType, path: Path, content: str | bytes, **options: Any) -> Any:
    """Rows of a file with columns text and label."""
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    columns = rows.Columns(input="text", answer="label", context=options.pop("context", None))
    return rows.read_rows(path, columns, **options)


def test_csv_and_jsonl_give_the_same_rows(rows: ModuleType, tmp_path: Path) -> None:
    """The form of the file does not matter."""
    table = read(rows, tmp_path / "a.csv", 'text,label\n"a, b",x\nc,y\n')
    lines = read(
        rows, tmp_path / "a.jsonl", '{"text": "a, b", "label": "x"}\n\n{"text": "c", "label": "y"}'
    )
    assert [(r.input, r.answer) for r in table] == [("a, b", "x"), ("c", "y")]
    assert [(r.input, r.answer) for r in table] == [(r.input, r.answer) for r in lines]


def test_a_text_over_several_lines_keeps_the_count_of_lines(
    rows: ModuleType, tmp_path: Path
) -> None:
    """A row after a quoted line end is named by its true line."""
    found = read(rows, tmp_path / "a.csv", 'text,label\n"one\ntwo",x\nthree,y\n')
    assert [row.where.rpartition(":")[2] for row in found] == ["2", "4"]


def test_a_conversation_is_its_last_answer_to_all_before(rows: ModuleType, tmp_path: Path) -> None:
    """Chat rows need no columns."""
    turns = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b"},
        {"role": "user", "content": "c"},
        {"role": "assistant", "content": "d"},
    ]
    (row,) = read(rows, tmp_path / "a.jsonl", json.dumps({"messages": turns}))
    assert (row.input, row.answer, len(row.messages)) == ("a\nb\nc", "d", 4)


def test_tokens_come_from_jsonl_or_from_a_csv_with_a_token_a_line(
    rows: ModuleType, tmp_path: Path
) -> None:
    """Both forms of tagged text."""
    lines = '{"text": ["Ada", "wrote"], "label": ["B-PER", "O"]}\n{"text": ["Yes"], "label": ["O"]}'
    table = "sentence,token,tag\n1,Ada,B-PER\n1,wrote,O\n2,Yes,O\n"
    found = [
        [(row.input, row.answer) for row in read(rows, tmp_path / name, text, tokens=True)]
        for name, text in (("a.jsonl", lines), ("a.csv", table))
    ]
    assert found[0] == found[1] == [(("Ada", "wrote"), ("B-PER", "O")), (("Yes",), ("O",))]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "text,label\nx\n", "a.csv:2: 1 cells, but the first line has 2 columns"),
        ("a.csv", "text,text\nx,y\n", "a.csv:1: column text stands twice"),
        ("a.csv", "body,label\nx,y\n", "a.csv:2: no text; there is body, label"),
        ("a.csv", "text,label\n ,y\n", "a.csv:2: text is empty"),
        ("a.csv", 'text,label\n"x,y\n', "a.csv:2: not CSV: unexpected end of data"),
        ("a.csv", "text,label\n", "a.csv: no rows"),
        ("a.csv", b"text,label\nx,y\n\xff,z\n", "a.csv:3: not UTF-8"),
        ("a.txt", "x", "a.txt: the name must end in .csv or .jsonl"),
        ("a.jsonl", '{"text": "x"', "a.jsonl:1: not JSON"),
        ("a.jsonl", "[1]", "a.jsonl:1: not a JSON object"),
        ("a.jsonl", "[" * 100000, "a.jsonl:1: not JSON"),
        ("a.jsonl", '{"text": ["x"], "label": "y"}', "a.jsonl:1: text, label must be texts"),
        ("a.jsonl", '{"messages": [{"role": "user", "content": "x"}]}', "two turns or more"),
        (
            "a.jsonl",
            '{"messages": [{"role": "bot", "content": "x"}, {"role": "user", "content": "x"}]}',
            "a.jsonl:1: turn 1: role must be system, user, assistant",
        ),
        (
            "a.jsonl",
            '{"messages": [{"role": "user", "content": "x"}, {"role": "user", "content": "x"}]}',
            "the last turn must be the assistant's",
        ),
    ],
)
def test_a_fault_is_named_with_file_and_line(
    name: str, content: str | bytes, said: str, rows: ModuleType, tmp_path: Path
) -> None:
    """What is wrong, and where."""
    with pytest.raises(rows.DataError) as wrong:
        read(rows, tmp_path / name, content)
    assert said in str(wrong.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"text": ["a", "b"], "label": ["O"]}', "2 tokens, but 1 tags"),
        ('{"text": ["a"], "label": ["PER"]}', "tag 'PER'; tags are O, B-TYPE"),
        ('{"text": ["a", " "], "label": ["O", "O"]}', "an empty token"),
        ('{"text": "a", "label": ["O"]}', "tokens must be a list of texts"),
    ],
)
def test_a_wrong_tagging_is_named(
    content: str, said: str, rows: ModuleType, tmp_path: Path
) -> None:
    """Tokens and tags must go together."""
    with pytest.raises(rows.DataError, match=r"a\.jsonl:1: ") as wrong:
        read(rows, tmp_path / "a.jsonl", content, tokens=True)
    assert said in str(wrong.value)


def test_many_faults_are_told_at_once_and_counted(rows: ModuleType, tmp_path: Path) -> None:
    """The first twenty, and how many more."""
    with pytest.raises(rows.DataError) as wrong:
        read(rows, tmp_path / "a.csv", "text,label\n" + ",y\n" * 30)
    assert len(str(wrong.value).splitlines()) == 21
    assert str(wrong.value).endswith("… and 10 more")


def test_two_spellings_of_a_letter_become_one(rows: ModuleType) -> None:
    """é as one character and as two; control characters go, line ends stay."""
    assert rows.clean("  cafe\u0301\x00\r\nx ") == "caf\u00e9\nx"


def parts(splits: ModuleType, load: Any, count: int, **options: Any) -> Any:
    """A split of rows with three labels."""
    row = load(ENCODER, "rows").Row
    made = [row(f"f:{n}", f"text {n}", "", "abc"[n % 3]) for n in range(count)]
    return splits.split(made, (0.8, 0.1, 0.1), options.pop("seed", 1), **options)


def test_a_split_gives_each_row_to_one_part_by_the_seed(load: Any) -> None:
    """The same seed the same parts, another seed others; nothing lost, nothing doubled."""
    splits = load(ENCODER, "splits")
    first, again, other = (parts(splits, load, 60, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
    assert sorted(row.where for part in first for row in part) == sorted(
        f"f:{n}" for n in range(60)
    )
    assert [len(part) for part in first] == [48, 6, 6]


def test_a_split_by_classes_gives_each_part_its_share(load: Any) -> None:
    """Three labels of twenty rows each."""
    splits = load(ENCODER, "splits")
    train, validation, test = parts(splits, load, 60, classes=True)
    for part, share in ((train, 16), (validation, 2), (test, 2)):
        assert sorted(row.answer for row in part) == sorted("abc" * share)


def test_rows_with_the_same_input_stay_together(load: Any) -> None:
    """Two answers to one question are never in two parts."""
    splits, row = load(ENCODER, "splits"), load(ENCODER, "rows").Row
    made = [row(f"f:{n}", f"Text {n // 2}", "", str(n)) for n in range(60)]
    for part in splits.split(made, (0.8, 0.1, 0.1), 1):
        keys = [r.key for r in part]
        assert all(keys.count(key) == 2 for key in keys)


def test_too_few_rows_are_an_error(load: Any) -> None:
    """A part without rows is refused."""
    splits = load(ENCODER, "splits")
    with pytest.raises(Exception, match="3 different inputs are too few"):
        parts(splits, load, 3)


def test_a_repeated_row_is_left_out_and_said(load: Any) -> None:
    """Case and spacing do not make another row; another answer does."""
    splits, row = load(ENCODER, "splits"), load(ENCODER, "rows").Row
    made = [row("f:1", "A  b", "", "x"), row("f:2", "a b", "", "x"), row("f:3", "a b", "", "y")]
    kept, notes = splits.without_duplicates(made)
    assert [r.where for r in kept] == ["f:1", "f:3"]
    assert notes == [
        "f:2: same as f:1, left out",
        "f:3: same input as f:1 with another answer; both kept, in one split",
    ]


def test_a_leak_is_found_also_when_a_word_was_changed(load: Any) -> None:
    """Test rows that are, or nearly are, trained on; a row with a few words in common is none."""
    splits, row = load(ENCODER, "splits"), load(ENCODER, "rows").Row
    words = [f"word{n}" for n in range(40)]
    train = [row("t:1", " ".join(words), "", "x"), row("t:2", "a short row", "", "x")]
    test = [
        row("v:1", "A short  row", "", "y"),
        row("v:2", " ".join(["other", *words[1:]]), "", "y"),
        row("v:3", " ".join([*words[:8], *"abcdefghijklmnop"]), "", "y"),
    ]
    assert splits.leaks([train, [], test]) == [
        "LEAK: v:1 (test) is also trained on: t:2",
        "LEAK: v:2 (test) is nearly the same as t:1 (train)",
    ]


@pytest.mark.parametrize("folder", BY_FOLDER)
def test_sample_data_have_no_leak_and_no_duplicate(folder: str, load: Any) -> None:
    """What we ship passes the project's own check."""
    plan = BY_FOLDER[folder]
    splits, settings = load(plan, "splits"), load(plan, "settings")
    found = splits.read_splits(settings.load(), tokens=folder == "token_labels")
    assert found.notes == ()
    assert len(found.train) > 20


@pytest.mark.parametrize("task", ["summarization", "open-qa", "ner", "sentiment-analysis"])
def test_a_decoder_has_sample_data_for_its_task(task: str, load: Any) -> None:
    """The columns named are in the file."""
    plan = DECODER._replace(task=task)
    splits, settings = load(plan, "splits"), load(plan, "settings")
    assert splits.read_splits(settings.load()).train


def test_lengths_are_counted_against_the_limit(load: Any) -> None:
    """Shortest, median, longest, and how many will be cut."""
    splits = load(ENCODER, "splits")
    line = splits.statistics("train", [1, 2, 3, 4, 100], 50)
    assert line == (
        "train: 5 rows, tokens shortest 1, median 3, 95 % under 100, longest 100; "
        "1 longer than 50 will be cut"
    )


def test_a_conversation_teaches_every_turn_of_the_assistant(load: Any) -> None:
    """Each with all turns before it as its prompt."""
    row = load(DECODER, "rows").Row
    turns = tuple(
        {"role": role, "content": role[0]} for role in ("system", *("user", "assistant") * 2)
    )
    settings = load(DECODER, "settings").load()
    found = load(DECODER, "data").examples(settings, row("f:1", "", "", "a", turns))
    assert [len(example["prompt"]) for example in found] == [2, 4]
    assert all(example["completion"][0]["role"] == "assistant" for example in found)


def test_without_a_chat_template_a_prompt_ends_with_the_cue(load: Any) -> None:
    """The blank after the cue belongs to the completion; a conversation of several turns is refused."""
    plan = DECODER._replace(chat=False, task="extractive-qa")
    row = load(plan, "rows").Row
    data = load(plan, "data")
    settings = data.load()
    (found,) = data.examples(settings, row("f:1", "Who?", "It was Ada.", "Ada"))
    assert found["prompt"].endswith("It was Ada.\n\nWho?\n\nAnswer:")
    assert found["completion"] == " Ada"
    turns = tuple({"role": role, "content": "x"} for role in ("user", "assistant") * 2)
    with pytest.raises(Exception, match="several turns need a chat template"):
        data.examples(settings, row("f:1", "", "", "x", turns))


@pytest.mark.parametrize("chat", [True, False])
def test_a_decoder_can_read_its_sample_data(chat: bool, load: Any, tmp_path: Path) -> None:
    """With and without a chat template, and other trainers get a file for each part."""
    data = load(DECODER._replace(chat=chat), "data")
    parts, splits = data.prepare(data.load())
    assert all(parts.values())
    data.write_prepared(data.load(), splits)
    lines = (tmp_path / "project" / "prepared" / "train.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == len(splits.train)
    assert set(json.loads(lines[0])) == ({"messages"} if chat else {"prompt", "completion"})
