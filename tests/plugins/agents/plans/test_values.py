import math
from collections import UserDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import RequestError
from interlock_agents.plans import INLINE, ValueTooLarge, copied, decoded, encoded

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.binary(),
)
names = st.one_of(st.text(), st.sampled_from(["$bytes", "$$bytes", "$", "$ref"]))
values = st.recursive(
    scalars, lambda inner: st.one_of(st.lists(inner), st.dictionaries(names, inner)), max_leaves=20
)


def alike(one, other):
    """Equal, and of the same types all the way down."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, float):
        return one == other and math.copysign(1, one) == math.copysign(1, other)
    return one == other


@given(value=values)
def test_what_is_kept_comes_back_with_every_type(value):
    text = encoded(value, limit=None)
    assert text.isascii()
    assert alike(decoded(text), value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (1.0, "1.0"),
        (True, "true"),
        ([1, 1.0, True], "[1,1.0,true]"),
        (b"\x00\xff", '{"$bytes":"AP8="}'),
        ({"$bytes": "AP8="}, '{"$$bytes":"AP8="}'),
        ((1, 2), "[1,2]"),
    ],
)
def test_kinds_are_told_apart_in_the_text(value, text):
    assert encoded(value) == text


@pytest.mark.parametrize(
    ("value", "key", "why"),
    [
        ({"a": [1, float("nan")]}, "a.1", "nan is no JSON value"),
        ({"a": float("inf")}, "a", "inf is no JSON value"),
        ({"a": {1, 2}}, "a", "set is neither JSON nor bytes"),
        ({"a": object()}, "a", "object is neither"),
        ({"a": {3: 4}}, "a", "names in JSON are text, not int"),
        ({"a": 1 << 5000}, "a", "more than 4,096 bits"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_place(value, key, why):
    with pytest.raises(RequestError, match=why) as caught:
        encoded(value)
    assert caught.value.key == key


def test_what_holds_itself_is_refused():
    endless = []
    endless.append(endless)
    with pytest.raises(RequestError, match="60 levels"):
        encoded(endless)


def test_a_value_that_is_too_large_says_how_large_it_is():
    with pytest.raises(ValueTooLarge, match="more than the 262,144") as caught:
        encoded("x" * INLINE, key="fetch")
    assert caught.value.size == INLINE + 2
    assert caught.value.key == "fetch"
    assert decoded(encoded("x" * INLINE, limit=None)) == "x" * INLINE


@pytest.mark.parametrize(
    "text", ["", "nothing", "[1", '{"$bytes":"?"}', '{"$bytes":3}', '{"$other":1}', "NaN", '{"a":1,"a":2}']
)
def test_a_text_that_was_not_written_here_is_refused(text):
    with pytest.raises(RequestError, match="no value that was kept"):
        decoded(text)


@given(text=st.text())
def test_any_text_is_read_or_refused(text):
    try:
        value = decoded(text)
    except RequestError:
        return
    assert alike(decoded(encoded(value)), value)


def test_a_copy_is_made_of_plain_kinds_and_shares_nothing():
    given = {"list": (1, 2), "view": memoryview(b"ab"), "more": UserDict(a=[1])}
    copy = copied(given)
    assert copy == {"list": [1, 2], "view": b"ab", "more": {"a": [1]}}
    given["more"]["a"].append(2)
    assert copy["more"] == {"a": [1]}
