"""Regular expressions that take for ever are refused, and others are tried on no more than they can bear."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_agents.plans import PlanError, misfits, read_plan
from interlock_agents.plans.patterns import longest, pattern_complaint


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+$",
        "(a*)*b",
        "([a-z]+)*$",
        "((a+)b?)+$",
        "(a|a)+$",
        "(a|ab)*c",
        r"(\d|\w)+$",
        "(?:x+)+y",
        "(?P<n>x+)*y",
        "(a{1,}){2,}",
        "(a+){20}",
        "(.|x)*y",
        "((a|b)|a)*c",
        "(a?b?)*c",
        "(a?){50}b",
        "(-?[a-z]+)*$",
        "(-[a-z-]+)*$",
        r"(\w{0,30}){2,5}!",
        r"(\w{2,5}){2,5}!",
        "(([ab]{2,5}){3}){3}!",
        "a+a+a+a+a+a+a+a+a+!",
    ],
)
def test_a_pattern_that_takes_for_ever_is_refused_before_anything_starts(pattern):
    out = {"type": "object", "properties": {"a": {"type": "string", "pattern": pattern}}}
    with pytest.raises(PlanError, match="may take for ever"):
        read_plan({"nodes": [{"id": "n", "do": "model", "prompt": "x", "out": out}]})
    with pytest.raises(PlanError, match="may take for ever"):
        named = {"type": "object", "patternProperties": {pattern: {}}}
        read_plan({"nodes": [{"id": "n", "do": "model", "prompt": "x", "out": named}]})


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        (r"^\d{4}-\d{2}-\d{2}$", "2026-11-30"),
        (r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$", "ada@example.org"),
        (r"^(\d{1,3}\.){3}\d{1,3}$", "127.0.0.1"),
        ("^(GET|POST|PUT)( [a-z]+)?$", "GET it"),
        ("^(a|b|c)+$", "abcab"),
        ("^[a-z]+(-[a-z]+)*$", "one-two-three"),
        (r"^[a-z]+(\.[a-z0-9]+)+$", "a.b2.c3"),
        (r"^\(\+\)[*+]{2}$", "(+)**"),
        (r"^[]()*+|]+$", "(|)"),
        ("^(?!x)[A-Z]{2}\\d*$", "DE89"),
    ],
)
def test_what_people_write_is_taken(pattern, fits):
    assert pattern_complaint(pattern) is None
    schema = {"type": "string", "pattern": pattern}
    assert misfits(schema, fits) == []
    assert misfits(schema, f"{fits}\n!") != []


def test_a_text_that_is_too_long_for_its_pattern_does_not_fit_and_says_why():
    schema = {"type": "string", "pattern": r"\d+\d+\d+!"}
    [(_, why)] = misfits(schema, "1" * 201)
    assert "too long to be held against pattern" in why
    named = {"type": "object", "patternProperties": {r"\d+\d+\d+!": {}}}
    assert "too long" in misfits(named, {"1" * 201: 1})[0][1]
    assert misfits({"type": "string", "pattern": "1$"}, "1" * 9_000) == []


@given(st.text("ab()|*+?{}[]\\\\^$.12,", max_size=24))
def test_whatever_is_written_is_judged(text):
    assert pattern_complaint(text) is None or isinstance(pattern_complaint(text), str)
    assert longest(text) >= 20
