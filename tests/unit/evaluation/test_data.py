"""Reading a user's examples: what is taken, and what is told with file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llm_select.errors import LlmSelectError
from llm_select.evaluation.data import Data, DataRequest, read_data
from llm_select.evaluation.spans import Span

LABELS = DataRequest("label", ("text",))
TEXTS = DataRequest("text", ("source",), paired=True)
ENTITIES = DataRequest("entities", ("text",))
ANSWERS = DataRequest("answer", ("question", "context"))


def read(tmp_path: Path, text: str | bytes, request: DataRequest, name: str = "d.csv") -> Data:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_data(path, request)


def error(tmp_path: Path, text: str | bytes, request: DataRequest, name: str = "d.csv") -> str:
    with pytest.raises(LlmSelectError) as caught:
        read(tmp_path, text, request, name)
    assert caught.value.remedy
    return str(caught.value)


def span(start: int, end: int) -> dict[str, object]:
    return {"start": start, "end": end, "label": "P"}


def test_rows_of_csv_keep_the_line_they_start_on(tmp_path: Path) -> None:
    data = read(tmp_path, 'text,label\n"two\nlines",a\n\nthird,b\n', LABELS)
    assert [(e.line, e.inputs["text"], e.gold) for e in data.examples] == [
        (2, "two\nlines", ("a",)),
        (5, "third", ("b",)),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_says_the_encoding(encoding: str, tmp_path: Path) -> None:
    data = read(tmp_path, "text,label\n你好,好\n".encode(encoding), LABELS)
    assert data.examples[0].inputs == {"text": "你好"}


def test_another_encoding_is_read_when_named(tmp_path: Path) -> None:
    request = LABELS._replace(encoding="gb18030")
    assert read(tmp_path, "text,label\n你好,好\n".encode("gb18030"), request).labels == ("好",)


def test_bytes_that_are_not_utf8_are_told_by_line(tmp_path: Path) -> None:
    said = error(tmp_path, "text,label\nhi,a\n你好,b\n".encode("gb18030"), LABELS)
    assert "d.csv:3: not utf-8" in said
    assert "--encoding" in said


def test_a_line_separator_within_a_text_does_not_end_a_json_line(tmp_path: Path) -> None:
    row = json.dumps({"text": "a\u2028b", "label": "x"}, ensure_ascii=False)
    assert len(read(tmp_path, f"{row}\r\n{row}\n", LABELS, "d.jsonl").examples) == 2


@pytest.mark.parametrize("text", ["", "\n \n", b"\xef\xbb\xbf", "text,label\n"])
def test_a_file_without_rows_is_refused(text: str | bytes, tmp_path: Path) -> None:
    error(tmp_path, text, LABELS)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("d.csv", "text,lable\na,b\n", "d.csv:2: no column `label`; is 'lable' meant?"),
        ("d.csv", "text,label\na,b\nc\n", "d.csv:3: 1 cells, the header has 2"),
        ("d.csv", "text,text,label\na,b,c\n", "d.csv:1: column 'text' stands twice"),
        ("d.csv", 'text,label\n"a,b\n', "d.csv:2: "),
        ("d.csv", "text,label\n  ,b\n", "d.csv:2: `text` is empty"),
        ("d.csv", "text,label\na,\n", "d.csv:2: `label` is empty"),
        ("d.csv", "text,label\na\0,b\n", "d.csv:2: holds a NUL"),
        ("d.jsonl", '{"text": "a", "label": "b"}\n{"text": \n', "d.jsonl:2: not JSON"),
        ("d.jsonl", "[1]\n", "d.jsonl:1: not a JSON object"),
        ("d.jsonl", '{"text": "a", "label": "b"}\n{"text": "a"}\n', "d.jsonl:2: `label` is missing"),
        ("d.jsonl", '{"text": "\\ud83d", "label": "b"}\n', "d.jsonl:1: `text` holds half a character"),
        ("d.jsonl", '{"text": ["a"], "label": "b"}\n', "d.jsonl:1: `text` is no text"),
        ("d.xlsx", "text", "neither CSV nor JSON Lines"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(
    name: str, text: str, said: str, tmp_path: Path
) -> None:
    assert said in error(tmp_path, text, LABELS, name)


def test_all_problems_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    said = error(tmp_path, "text,label\n,a\nb,\nc,x\n,d\n", LABELS)
    assert [f"d.csv:{n}:" in said for n in (2, 3, 4, 5)] == [True, True, False, True]


def test_labels_come_by_name_so_that_they_do_not_tell_which_is_likeliest(tmp_path: Path) -> None:
    assert read(tmp_path, "text,label\na,z\nb,z\nc,b\n", LABELS).labels == ("b", "z")


def test_labels_that_differ_in_case_only_are_refused(tmp_path: Path) -> None:
    assert "Pos, pos" in error(tmp_path, "text,label\na,pos\nb,Pos\n", LABELS)


def test_free_text_in_the_column_of_labels_is_refused(tmp_path: Path) -> None:
    rows = "".join(f"t{i},label {i}\n" for i in range(300))
    assert "300 different labels" in error(tmp_path, f"text,label\n{rows}", LABELS)


def test_repeated_and_contrary_examples_are_told(tmp_path: Path) -> None:
    data = read(tmp_path, "text,label\na,x\na,x\na,y\nb,x\n", LABELS)
    assert {note.code: note.values["lines"] for note in data.notes} == {
        "duplicates": (3,),
        "contradictions": (4,),
    }


def test_a_row_may_have_several_references(tmp_path: Path) -> None:
    row = json.dumps({"source": "a", "reference": ["b", "c"], "pair": "en-zh"})
    (example,) = read(tmp_path, row, TEXTS, "d.jsonl").examples
    assert (example.gold, example.language) == (("b", "c"), "en-zh")


def test_a_pair_that_is_none_is_told(tmp_path: Path) -> None:
    assert "not such as en-zh" in error(tmp_path, "source,reference,pair\na,b,English\n", TEXTS)


@pytest.mark.parametrize(
    "answers",
    [["Ada"], "Ada", {"text": ["Ada"], "answer_start": [0]}],
)
def test_answers_come_as_text_as_a_list_or_as_squad_has_them(
    answers: object, tmp_path: Path
) -> None:
    row = json.dumps({"question": "q", "context": "c", "answers": answers})
    assert read(tmp_path, row, ANSWERS, "d.jsonl").examples[0].gold == ("Ada",)


def test_a_question_may_have_no_answer(tmp_path: Path) -> None:
    row = json.dumps({"question": "q", "context": "c", "answers": []})
    assert read(tmp_path, row, ANSWERS, "d.jsonl").examples[0].gold == ()


def test_tokens_with_tags_become_a_text_with_spans(tmp_path: Path) -> None:
    (example,) = read(
        tmp_path, "tokens,tags\nAda Byron met Bob,B-PER I-PER O B-PER\n", ENTITIES
    ).examples
    assert example.inputs == {"text": "Ada Byron met Bob"}
    assert example.spans == (Span(0, 9, "PER"), Span(14, 17, "PER"))


def test_chinese_tokens_are_joined_without_spaces(tmp_path: Path) -> None:
    row = json.dumps({"tokens": ["王", "小", "明", "来"], "tags": ["B-PER", "I-PER", "E-PER", "O"]})
    (example,) = read(tmp_path, row, ENTITIES, "d.jsonl").examples
    assert (example.inputs["text"], example.spans) == ("王小明来", (Span(0, 3, "PER"),))


def test_spans_count_characters_of_the_text(tmp_path: Path) -> None:
    row = json.dumps({"text": "Ada met Bob", "spans": [{"start": 8, "end": 11, "label": "PER"}]})
    assert read(tmp_path, row, ENTITIES, "d.jsonl").examples[0].spans == (Span(8, 11, "PER"),)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"text": "Ada", "spans": [span(0, 9)]}, "outside the text"),
        ({"text": "Ada", "spans": [{"start": 0, "end": 2}]}, "a span is"),
        ({"text": "Ada", "spans": [span(0, 2), span(1, 3)]}, "overlap"),
        ({"tokens": ["a", "b"], "tags": ["O"]}, "2 tokens but 1 tags"),
        ({"tokens": ["a"], "tags": ["PER"]}, "tag 'PER'"),
    ],
)  # fmt: skip
def test_wrong_entities_are_told(row: object, said: str, tmp_path: Path) -> None:
    assert said in error(tmp_path, json.dumps(row), ENTITIES, "d.jsonl")


def test_a_sample_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    text = "text,label\n" + "".join(f"t{i},{'ab'[i % 2]}\n" for i in range(50))
    first, again, other = (
        read(tmp_path, text, LABELS._replace(sample=10, seed=seed)).examples for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other
    assert len(first) == 10
