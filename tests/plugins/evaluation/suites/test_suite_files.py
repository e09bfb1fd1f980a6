"""Suites as people write them, and what is said where they slip."""

import csv
import json
import string
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import Constraints, RequestError
from interlock_evaluation.suites import Suite, read_suite


def written(folder: Path, *rows: Any, name: str = "suite.jsonl") -> Path:
    path = folder / name
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def read(folder: Path, *rows: Any, name: str = "suite.jsonl") -> Suite:
    return read_suite(written(folder, *rows, name=name))


def test_a_row_is_a_prompt_with_what_belongs_to_it(tmp_path: Path) -> None:
    (sample,) = read(
        tmp_path,
        {
            "id": 7,
            "system": "Be brief.",
            "prompt": "How many?",
            "task": "quantitative",
            "reference": 42,
            "grader": {"name": "numeric", "tolerance": 0.1},
            "rubric": "The number alone.",
            "constraints": {"residency": ["eu"], "sensitivity": "personal"},
            "deny_laws": "us; cn",
            "on_premise": "yes",
            "settings": {"seed": 1},
            "max_tokens": 20,
            "tags": "sums, easy",
        },
    )
    assert (sample.id, sample.task, sample.reference) == ("7", "quantitative", "42")
    assert sample.messages == (
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "How many?"},
    )
    assert (sample.grader, sample.options) == ("numeric", {"tolerance": 0.1})
    assert sample.constraints == Constraints(
        residency={"eu"}, sensitivity={"personal"}, deny_laws={"us", "cn"}, on_premise=True
    )
    assert sample.settings == {"seed": 1, "max_tokens": 20}
    assert sample.tags == ("sums", "easy")
    assert sample.text == "How many?"


def test_a_table_says_the_same(tmp_path: Path) -> None:
    long, usual = "x" * 300_000, csv.field_size_limit()
    suite = read(
        tmp_path,
        "id,prompt,task,reference,residency,max_tokens,grader",
        'a,"Say ""hi""",conversational,hi,"eu, ch",20,"{""name"": ""exact"", ""case"": true}"',
        f"b,{long},,,,,",
        name="suite.csv",
    )
    first, second = suite
    assert first.constraints == Constraints(residency={"eu", "ch"})
    assert (first.grader, first.options, first.settings) == ("exact", {"case": True}, {"max_tokens": 20})
    assert first.text == 'Say "hi"'
    assert (second.text, second.reference, second.task) == (long, None, "")
    assert csv.field_size_limit() == usual, "the limit is the whole process's"


def test_rows_without_an_id_have_their_number(tmp_path: Path) -> None:
    suite = read(tmp_path, {"prompt": "a"}, "", {"prompt": "b"})
    assert [sample.id for sample in suite] == ["1", "2"]


def test_a_conversation_is_sent_as_it_is(tmp_path: Path) -> None:
    said = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b"},
        {"role": "user", "content": "c"},
    ]
    (sample,) = read(tmp_path, {"messages": said})
    assert list(sample.messages) == said
    assert sample.text == "c"


def test_the_digest_changes_with_what_is_asked_and_not_with_where_it_stands(tmp_path: Path) -> None:
    rows = [{"id": "a", "prompt": "x", "tags": "one"}, {"id": "b", "prompt": "y", "residency": ["eu", "ch"]}]
    digest = read(tmp_path, *rows).digest
    assert read(tmp_path, rows[0] | {"tags": "two"}, "", rows[1] | {"residency": "ch,eu"}).digest == digest
    assert read(tmp_path, rows[0], rows[1] | {"residency": "eu"}).digest != digest
    assert read(tmp_path, rows[0], rows[1] | {"reference": "z"}).digest != digest


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"promt": "x"}, r"suite\.jsonl line 1, promt: there is no such key.*'prompt'"),
        ({}, "line 1: has neither `prompt` nor `messages`"),
        ({"prompt": "x", "messages": []}, "has both"),
        ({"prompt": ["x"]}, r"line 1, prompt: expected text"),
        ({"prompt": "x", "constraints": {"residance": "eu"}}, r"constraints\.residance: .*'residency'"),
        ({"prompt": "x", "settings": {"max_token": 3}}, r"settings\.max_token: .*'max_tokens'"),
        ({"prompt": "x", "max_tokens": "many"}, r"max_tokens: expected a number"),
        ({"prompt": "x", "on_premise": "perhaps"}, r"on_premise: expected true or false"),
        ({"prompt": "x", "grader": {"tolerance": 1}}, "grader: expected a name, or a mapping with `name`"),
        ({"messages": [{"role": "user"}]}, r"messages\.0: expected a mapping with `role` and `content`"),
        ({"messages": "hello"}, r"messages: is no JSON"),
        ("[]", "line 1: is no JSON object"),
        ("{", "line 1: is no JSON"),
    ],
)
def test_a_slip_is_named_with_its_line(tmp_path: Path, row: Any, told: str) -> None:
    with pytest.raises(RequestError, match=told):
        read(tmp_path, row)


def test_two_rows_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"line 2, id: 'a' is the id of .*line 1 too"):
        read(tmp_path, {"id": "a", "prompt": "x"}, {"id": "a", "prompt": "y"})


@pytest.mark.parametrize("name", ["suite.txt", "suite", "suite.yaml"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RequestError, match=r"ends in none of \.jsonl"):
        read(tmp_path, {"prompt": "x"}, name=name)


def test_a_list_of_json_and_a_table_with_semicolons_are_suites_too(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"prompt": "x", "reference": "y"}]')
    (tmp_path / "b.csv").write_text(f"prompt;reference\n\nx;y\n{'z' * 200_000};\n")
    listed, table = read_suite(tmp_path / "a.json"), read_suite(tmp_path / "b.csv")
    assert listed.samples == table.samples[:1]
    assert len(table.samples[1].text) == 200_000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("prompt,prompt\nx,y", "has two columns 'prompt'"),
        ("prompt\nx,y", "line 2: has 2 values below 1 names"),
    ],
)
def test_a_table_that_is_none_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(RequestError, match=told):
        read_suite(tmp_path / "a.csv")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="holds no row"):
        read(tmp_path, "")


@contextmanager
def refused_by_name(folder: Path) -> Iterator[None]:
    """If at all, it is with the file's name."""
    told = str(folder)
    try:
        yield
    except RequestError as error:
        told = error.key
    assert told.startswith(str(folder))


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_OF_A_SAMPLE = ("id", "prompt", "messages", "system", "task", "reference", "grader", "rubric", "tags")
_KEYS = st.sampled_from(
    [*_OF_A_SAMPLE, "constraints", "settings", "residency", "on_premise", "max_tokens", "other"]
)


@given(st.dictionaries(_KEYS, _ANY, max_size=6))
def test_whatever_stands_in_a_row_it_is_read_or_refused_by_name(
    tmp_path_factory: pytest.TempPathFactory, row: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("suite")
    with refused_by_name(folder):
        (sample,) = read(folder, row)
        assert sample.messages
        assert read(folder, row).digest


@given(
    st.text(alphabet=string.printable, max_size=60),
    st.sampled_from(["suite.csv", "suite.tsv", "suite.jsonl"]),
)
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str, name: str) -> None:
    folder = tmp_path_factory.mktemp("suite")
    with refused_by_name(folder):
        read(folder, text, name=name)
