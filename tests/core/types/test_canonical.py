"""Digests of JSON values: equal for equal values, and for no others."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import RequestError
from interlock.types.approvals import args_digest
from interlock.types.canonical import canonical, digest_of, plainly

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0, 0.0, -0.0, 1, 1.0, True, False, 2**53, 2.0**53, 2**53 + 1, 10**23, 1e23, "1", ""])
    | st.text(alphabet=st.characters(), max_size=4)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def equal(one: Any, other: Any) -> bool:
    """As JSON means it: a truth value is no number, and numbers are compared exactly."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    return bool(one == other)


@given(VALUES, VALUES)
def test_two_values_have_one_digest_exactly_when_they_are_equal(one: Any, other: Any) -> None:
    assert (digest_of("value", one) == digest_of("value", other)) == equal(one, other)


@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=5))
def test_the_order_of_keys_does_not_matter(value: dict[str, Any]) -> None:
    assert args_digest(value) == args_digest(dict(reversed(value.items())))


@given(VALUES)
def test_the_text_is_json_of_the_same_value_in_ascii(value: Any) -> None:
    text = canonical(value)
    assert text.isascii()
    assert equal(json.loads(text), value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"n": 1}, {"n": 1.0}),
        ({"n": 0}, {"n": -0.0}),
        ({"n": 100}, {"n": 1e2}),
        ({"n": 2**53}, {"n": 2.0**53}),
        ({"a": (1, 2)}, {"a": [1, 2]}),
    ],
)
def test_equal(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert args_digest(one) == args_digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"n": 1}, {"n": True}),
        ({"n": 0}, {"n": False}),
        ({"n": 1}, {"n": "1"}),
        ({"n": 2**53}, {"n": 2**53 + 1}),
        ({"n": 10**23}, {"n": 1e23}),
        ({"path": "caf\u00e9"}, {"path": "cafe\u0301"}),
        ({"path": "a"}, {"path": "\u0430"}),
        ({"a": None}, {}),
        ({"a": [1, 2]}, {"a": [2, 1]}),
        ({"a": "\ud800"}, {"a": "?"}),
    ],
)
def test_unequal(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert args_digest(one) != args_digest(other)


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ({"n": [math.nan]}, r"arguments\.n\.0: nan is no JSON value"),
        ({"n": math.inf}, r"arguments\.n: inf is no JSON value"),
        ({"n": b"x"}, r"arguments\.n: bytes is no JSON value"),
        ({"n": {"a", "b"}}, r"arguments\.n: set is no JSON value"),
        ({1: "one"}, "arguments: names in JSON are text, not int"),
        ({"n": nested(100_000)}, "arguments: nested too deeply"),
        ({"n": 10**5000}, "arguments: a number in it has too many digits"),
    ],
)
def test_what_is_no_json_is_refused(value: dict[Any, Any], complaint: str) -> None:
    with pytest.raises(RequestError, match=complaint):
        args_digest(value)


def test_equal_values_of_two_kinds_have_different_digests() -> None:
    assert digest_of("arguments", {}) != digest_of("preview", {})


def test_a_copy_keeps_numbers_as_they_are_and_is_reached_by_no_later_change() -> None:
    value = {"n": [1.0, 1, -0.0]}
    copy = plainly(value)
    value["n"].append(2)
    assert [repr(number) for number in copy["n"]] == ["1.0", "1", "-0.0"]
