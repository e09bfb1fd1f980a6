import csv
import gzip
import io
import json
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import RequestError
from interlock_evaluation.outcomes import read_outcomes

ROWS = [
    {"prompt": "1", "model": "a", "correct": True, "answer": "B", "cost": 0.5},
    {"prompt": "1", "model": "b", "correct": 0.5, "answer": "C", "cost": None},
    {"prompt": "2", "model": "a", "correct": 0, "answer": "", "accepted": False},
]


def lines(rows):
    return "\n".join(json.dumps(row) for row in rows)


def comma_separated(rows):
    file = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(file, names)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


@pytest.mark.parametrize("ending", [".jsonl", ".csv"])
def test_a_table_is_the_same_from_json_lines_and_from_csv(tmp_path, ending):
    path = tmp_path / f"marked{ending}"
    path.write_text(lines(ROWS) if ending == ".jsonl" else comma_separated(ROWS), encoding="utf-8")
    found = read_outcomes(path)
    assert (found.prompts, found.models) == (("1", "2"), ("a", "b"))
    assert found.correct.tolist()[0] == [1.0, 0.5]
    assert np.isnan(found.correct[1, 1])
    assert found.cost[0, 0] == 0.5
    assert found.accepted[1, 0] == 0
    assert found.answers.tolist() == [[0, 1], [-1, -1]]


def test_a_compressed_table_is_read_as_the_plain_one(tmp_path):
    path = tmp_path / "marked.jsonl.gz"
    path.write_bytes(gzip.compress(lines(ROWS).encode()))
    assert read_outcomes(path).prompts == ("1", "2")


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ({"prompt": "1", "model": "a", "correct": 2}, "correct"),
        ({"prompt": "1", "model": "a", "correct": "maybe"}, "correct"),
        ({"prompt": "1", "model": "a", "correct": float("nan")}, "correct"),
        ({"prompt": "1", "model": "a"}, "correct"),
        ({"prompt": "", "model": "a", "correct": 1}, "prompt"),
        ({"prompt": "1", "model": ["a"], "correct": 1}, "model"),
        ({"prompt": "1", "model": "a", "correct": 1, "cost": -1}, "cost"),
        ({"prompt": "1", "model": "a", "correct": 1, "confidence": 1.5}, "confidence"),
        ({"prompt": "1", "model": "a", "correct": 1, "accepted": {}}, "accepted"),
    ],
)
def test_a_row_that_makes_no_sense_is_named_with_its_line_and_key(tmp_path, row, key):
    path = tmp_path / "marked.jsonl"
    path.write_text(lines([ROWS[0], row]), encoding="utf-8")
    with pytest.raises(RequestError, match=f"line 2, {key}"):
        read_outcomes(path)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("marked.xlsx", b"", "ends in none of"),
        ("marked.jsonl", b"\xff\xfe", "no UTF-8"),
        ("marked.jsonl", b"[1]", "no JSON object"),
        ("marked.jsonl", b"{", "no JSON"),
        ("marked.jsonl", b"", "holds no row"),
        ("marked.csv", b"prompt,model\n1,a\n", "no column 'correct'"),
        ("marked.csv.gz", b"no gzip", "no whole gzip"),
        ("marked.csv.gz", gzip.compress(b"prompt,model,correct\n" * 99, mtime=0)[:-9], "no whole gzip"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(tmp_path, name, data, said):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(RequestError, match=said):
        read_outcomes(path)


@given(st.binary(max_size=400), st.sampled_from([".jsonl", ".csv", ".tsv", ".csv.gz"]))
def test_bytes_of_any_kind_are_a_table_or_a_typed_error(tmp_path_factory, data, ending):
    path = tmp_path_factory.mktemp("any") / f"marked{ending}"
    path.write_bytes(data)
    with suppress(RequestError):
        assert read_outcomes(path).prompts


@given(st.text(max_size=60))
def test_text_of_any_kind_in_a_cell_is_kept_or_refused(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("any") / "marked.jsonl"
    path.write_text(json.dumps({"prompt": "1", "model": "a", "correct": 1, "cost": text}), encoding="utf-8")
    try:
        number = float(text or "nan")
    except ValueError:
        number = -1.0
    if text.strip().lower() in ("true", "yes", "false", "no") or text == "" or 0 <= number < float("inf"):
        assert read_outcomes(path).prompts
    else:
        with pytest.raises(RequestError, match="cost"):
            read_outcomes(path)
