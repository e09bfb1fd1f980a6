import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.types import json_reader
from interlock.types.json_reader import decoded, load_json


@pytest.fixture(autouse=True)
def _everything_is_large(monkeypatch):
    """Texts of a few characters are read in steps of a few."""
    monkeypatch.setattr(json_reader, "SMALL", 0)
    monkeypatch.setattr(json_reader, "_STEP", 16)
    monkeypatch.setattr(json_reader, "_BYTES", 5)


WORDS = st.text(st.sampled_from('ab "\\\n\t{}[],:é日😀\u2028\x00'), max_size=40) | st.text(max_size=20)
SCALARS = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | WORDS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=30,
)


@given(VALUES, st.booleans(), st.sampled_from([None, 0, 3]), st.sampled_from(["", " ", "\n\t\r "]))
def test_it_reads_what_the_standard_library_writes(value, plain, indent, around):
    text = around + json.dumps(value, ensure_ascii=plain, indent=indent) + around
    assert load_json(text) == value
    assert load_json(text.encode()) == value


@given(VALUES, st.data())
def test_it_takes_and_refuses_what_the_standard_library_does(value, data):
    text = json.dumps(value, ensure_ascii=False)
    at = data.draw(st.integers(0, len(text)))
    change = data.draw(
        st.sampled_from(["", ",", "]", "}", '"', "\\", "1", "e5", "\\ud83d", "\\ude00", "\n", " ", "x"])
    )
    text = text[:at] + change + text[at + data.draw(st.integers(0, 3)) :]
    try:
        expected = json.loads(text)
    except ValueError:
        with pytest.raises((ValueError, RecursionError)):
            load_json(text)
    else:
        assert load_json(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "[" + "[]," * 50 + "[]]",
        "[" + "1," * 50 + "2]",
        '{"a":' * 20 + "1" + "}" * 20,
        '"' + "\\ud83d\\ude00" * 20 + '"',
        '"' + "\\ud83d" * 20 + '"',
        *('"' + "a" * shift + "\\ud83d\\ude00" * 20 + '"' for shift in range(1, 12)),
        *('"' + "a" * shift + "\\\\" * 41 + "\\n" * 30 + '"' for shift in range(2)),
        "[" + " " * 100 + "1" + " " * 100 + "]",
        "[1.5e10,-0.0,1E400,12345678901234567890123]",
        '[{"a": [1, 2, {"b": "],[}{"}]}, {"a": "x,y"}, "},{", "\\"],["]' + " " * 30,
        '{"a": 1, "a": 2, "' + "k" * 40 + '": 3}',
    ],
)
def test_shapes_of_any_kind(text):
    assert load_json(text) == json.loads(text)


def test_what_is_no_number_of_json_is_one_here_too():
    assert math.isnan(load_json("[" + "1," * 20 + "NaN]")[-1])
    assert load_json("[-Infinity, Infinity" + " " * 30 + "]") == [-math.inf, math.inf]


@pytest.mark.parametrize("text", ["[" * 5_000 + "]" * 5_000, "[1," * 5_000, '{"a":' * 5_000])
def test_what_is_nested_without_end_is_refused(text):
    with pytest.raises((ValueError, RecursionError)):
        load_json(text)


@pytest.mark.parametrize(
    "text",
    ["[" + "[]," * 200 + "1]", "[" + "{}," * 200 + "1]", "[" + '"",' * 200 + "1]", "[" + "1 , " * 200 + "1]"],
)
def test_more_values_than_wanted_are_refused(text):
    assert len(load_json(text, most=1_000)) == 201
    with pytest.raises(ValueError, match="too many values"):
        load_json(text, most=100)


def test_a_small_text_is_not_counted(monkeypatch):
    monkeypatch.setattr(json_reader, "SMALL", 1_000)
    assert load_json("[1,2,3]", most=1) == [1, 2, 3]


@given(st.text(), st.sampled_from(["utf-8", "utf-16", "utf-32-le"]))
def test_text_is_decoded_in_steps(text, encoding):
    assert decoded(text.encode(encoding, "surrogatepass"), encoding, "surrogatepass") == text


def test_bytes_that_are_no_text_are_refused():
    for data in (b"abcdefgh\xff", b"abcdefg\xe3\x81"):
        with pytest.raises(UnicodeDecodeError):
            decoded(data)
    with pytest.raises(ValueError, match="decode"):
        load_json(b'["abcdefgh\xff"]')
