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
def test_text_of_any_kind_in_a_cell_is_a_cost_or_refused(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("any") / "marked.jsonl"
    path.write_text(json.dumps({"prompt": "1", "model": "a", "correct": 1, "cost": text}), encoding="utf-8")
    with suppress(RequestError):
        cost = read_outcomes(path).cost[0, 0]
        assert np.isnan(cost) or 0 <= cost < np.inf


def table_of(tmp_path, text, name="marked.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_outcomes(path)


@pytest.mark.parametrize(
    "text",
    [
        "Prompt ID, Model Name , Task,Score,Cost USD\n1,a,x,1,$0.5\n1,b,x,0,1\n",
        "\ufeffprompt,LLM,category,accuracy,cost\r\n1,a,x,1.0,.5\r\n1,b,x,0,1\r\n",
        "prompt;model;task;correct;cost\n1;a;x;yes;0.5\n1;b;x;no;1\n\n",
        "prompt\tmodel\ttask\tis_correct\tprice\n1\ta\tx\tpass\t0.5\n1\tb\tx\tfail\t1\n",
        "prompt,task,a,b,a cost,cost: b\n1,x,1,0,0.5,1\n",
    ],
)
def test_a_table_may_be_written_as_people_write_them(tmp_path, text):
    found = table_of(tmp_path, text)
    assert (found.prompts, found.models, found.tasks) == (("1",), ("a", "b"), ("x",))
    assert found.correct.tolist() == [[1, 0]]
    assert found.cost.tolist() == [[0.5, 1]]


def test_a_list_of_objects_is_a_table(tmp_path):
    found = table_of(tmp_path, json.dumps([{"prompt": 1, "model": "a", "score": 0.5}]), "marked.json")
    assert found.correct.tolist() == [[0.5]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prompt,model,score\n1,a,85\n", "divide percentages by 100"),
        ("prompt,model,score\n1,a,85%\n", "divide percentages by 100"),
        ('prompt,model,score\n1,a,"0,5"\n', "decimal point"),
        ("prompt,model,score\n1,a,-1\n", "0 to 1"),
        ("prompt,model,score\n1,a,inf\n", "0 to 1"),
        ("prompt,model,score,correct\n1,a,1,1\n", "2 columns for 'correct': score, correct"),
        ("prompt,prompt,model,score\n1,1,a,1\n", "two columns 'prompt'|2 columns"),
        ("prompt,model,score\n1,a,1,5\n", "4 values below 3 names"),
        ("prompt,modell,score\n1,a,1\n", "no column 'model'"),
        ("prompt,task,only\n1,x,1\n", "no column 'model'"),
        ("prompt,a,b,c cost\n1,1,0,3\n", "cost of no model: c cost"),
        ("prompt,model,score\n1,a,\n", "no row with a mark"),
        ("prompt,model,score\n ,a,1\n", "expected a name"),
    ],
)
def test_nonsense_is_refused_with_a_way_out(tmp_path, text, said):
    with pytest.raises(RequestError, match=said):
        table_of(tmp_path, text)


@pytest.mark.parametrize("nothing", ["", "NA", "n/a", "null", "None", "-", "nan"])
def test_what_was_not_marked_is_no_zero(tmp_path, nothing):
    found = table_of(tmp_path, f"prompt,model,score\n1,a,1\n1,b,{nothing}\n2,b,0\n")
    assert np.isnan(found.correct[0, 1])


def test_a_call_that_failed_has_no_mark(tmp_path):
    rows = [{"prompt": 1, "model": "a", "score": 1}, {"prompt": 1, "model": "b", "error": "RateLimited"}]
    found = table_of(tmp_path, lines(rows), "marked.jsonl")
    assert found.models == ("a", "b"), "which a gate has to know"
    assert np.isnan(found.correct[0, 1])
    with pytest.raises(RequestError, match="holds no row with a mark"):
        table_of(tmp_path, lines(rows[1:]), "failed.jsonl")


@pytest.mark.parametrize("said", ["excluded", "Excluded", " EXCLUDED "])
def test_what_a_rule_excluded_is_left_out_but_for_a_gate(tmp_path, said):
    text = f"prompt,model,score,error\n1,a,1,\n1,b,,{said}\n2,b,,{said}\n2,a,0,{said}\n"
    found = table_of(tmp_path, text)
    assert (found.prompts, found.models, found.correct.tolist()) == (("1", "2"), ("a",), [[1], [0]])
    found = read_outcomes(tmp_path / "marked.csv", excluded=True)
    assert found.models == ("a", "b")
    assert found.excluded.tolist() == [[False, True], [False, True]], "what has a mark was not kept from it"


def test_a_mark_of_0_counts_whatever_went_wrong(tmp_path):
    rows = [
        {"prompt": at, "model": "a", "score": mark, "error": "Timeout"} for at, mark in enumerate((0, False))
    ]
    assert table_of(tmp_path, lines(rows), "marked.jsonl").correct.tolist() == [[0], [0]]


def test_of_repeats_the_mean_counts(tmp_path):
    found = table_of(tmp_path, "prompt,model,score,cost\n1,a,1,2\n1,a,0,4\n1,a,NA,\n1,b,1,1\n")
    assert found.correct.tolist() == [[0.5, 1]]
    assert found.cost.tolist() == [[3, 1]]


def test_a_prompt_may_be_its_own_words(tmp_path):
    words = "What is the capital of France, and why?"
    found = table_of(tmp_path, f'prompt,model,score\n"{words}",a,1\n')
    assert (found.texts, found.lengths.tolist()) == ((words,), [len(words)])
    found = table_of(tmp_path, f'prompt_id,question,model,score\n7,"{words}",a,1\n')
    assert (found.prompts, found.texts) == (("7",), (words,))


@pytest.mark.parametrize(
    ("name", "text", "key"),
    [
        ("t.csv", "question,llm,Score\n1,a,97\n", "line 2, Score"),
        ("t.csv", "question,llm,score,cost usd\n1,a,1,-3\n", "line 2, cost usd"),
        ("t.csv", "question,llm,score\n ,a,1\n", "line 2, question"),
        ("t.csv", "prompt,flash,pro\n1,0,perhaps\n", "line 2, pro"),
        ("t.jsonl", '{"id": 1, "query": "a", "model": "b", "Mark": "perhaps"}\n', "line 1, Mark"),
    ],
)
def test_a_value_that_makes_no_sense_is_named_as_its_column_is_called(tmp_path, name, text, key):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    with pytest.raises(RequestError) as caught:
        read_outcomes(path)
    assert caught.value.key == f"{path} {key}"
