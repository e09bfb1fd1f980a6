import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.http import arguments_in, broken_call, input_in, is_arguments, json_in

DEEP = "[" * 100_000
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)
)


@given(st.dictionaries(st.text(), VALUES))
def test_an_object_comes_back_as_arguments(value):
    assert arguments_in(json.dumps(value)) == input_in(json.dumps(value)) == value
    assert is_arguments(value)


@pytest.mark.parametrize("nothing", ["", "  \n"])
def test_nothing_said_is_an_empty_object(nothing):
    assert arguments_in(nothing) == input_in(nothing) == {}


@pytest.mark.parametrize("text", ['{"a": 1', "no", DEEP, '{"a": NaN}', '{"a": 1, "a": 2}', '{"a": 1e999}'])
def test_what_is_no_sound_json_is_no_arguments_and_stays_a_text_elsewhere(text):
    assert arguments_in(text) is None
    assert input_in(text) == text


@pytest.mark.parametrize("text", ["[]", '"text"', "7", "null"])
def test_json_that_is_no_object_is_no_arguments(text):
    assert arguments_in(text) is None
    assert input_in(text) == json.loads(text)


@pytest.mark.parametrize(
    ("name", "what"),
    [("add", "arguments are no JSON object"), ("", "name is missing"), (None, "name is missing")],
)
def test_a_broken_call_says_what_it_lacks(name, what):
    assert str(broken_call(name)) == f"the answer holds a tool call whose {what}"


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a":', b"\xff\xfe\xff", DEEP.encode()])
def test_a_body_that_is_no_json_says_nothing(body):
    assert json_in(body) is None


def test_a_body_is_read_as_bytes_or_text():
    assert json_in(b'{"error": "no"}') == json_in('{"error": "no"}') == {"error": "no"}
