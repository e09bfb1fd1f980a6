"""Values in keys, filters and bodies: whatever a model writes, it stays one value."""

import re
from datetime import date
from decimal import Decimal
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import RequestError
from interlock_sap.literals import KINDS, field_name, key_of, literal, same, written

VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
VERSIONS = st.sampled_from((2, 4))
# What a text literal is by OData's grammar: a quote within it stands twice.
TEXT = re.compile(r"'((?:[^']|'')*)'")
OTHER = re.compile(r"null|true|false|-?\d+(\.\d+)?M?|datetime'[-\d:T]+'|[-\d:TZ]+|(guid')?[0-9a-f-]{36}'?")


def read(text: str) -> str:
    """The text that a whole literal stands for."""
    found = TEXT.fullmatch(text)
    assert found is not None
    return found[1].replace("''", "'")


@given(st.text(max_size=60), VERSIONS)
def test_a_text_stays_within_its_quotes(text, version):
    try:
        found = literal(text, "string", version)
    except RequestError:
        assert any(each < " " for each in text) or text.encode(errors="ignore").decode() != text
        return
    assert read(found) == text


@given(VALUES, st.sampled_from(KINDS), VERSIONS)
def test_any_value_is_a_literal_of_its_kind_or_refused(value, kind, version):
    try:
        found = literal(value, kind, version, key="filters.0")
        written(value, kind, version)
    except RequestError:
        return
    assert TEXT.fullmatch(found) or OTHER.fullmatch(found)


@given(st.text(max_size=40), st.text(max_size=40), VERSIONS)
def test_a_key_stays_one_segment_of_its_path(first, second, version):
    try:
        whole = key_of({"Order": (first, "string"), "Item": (second, "string")}, version)
    except RequestError:
        return
    assert not set('/?#\\ "<>') & set(whole)
    assert whole.isascii()
    inner = unquote(whole)[1:-1]
    parts = TEXT.findall(inner)
    assert inner == f"Order='{parts[0]}',Item='{parts[1]}'"
    assert [each.replace("''", "'") for each in parts] == [first, second]


@pytest.mark.parametrize(
    ("value", "kind", "second", "fourth", "body"),
    [
        ("O'Neill", "string", "'O''Neill'", "'O''Neill'", "O'Neill"),
        ("2026-11-30", "date", "datetime'2026-11-30T00:00:00'", "2026-11-30", "/Date(1795996800000)/"),
        (
            "2026-11-30T10:30:00+02:00",
            "moment",
            "datetime'2026-11-30T08:30:00'",
            "2026-11-30T08:30:00Z",
            "/Date(1796027400000)/",
        ),
        ("0012.50", "decimal", "12.50M", "12.50", "12.50"),
        (1e-7, "decimal", "0.0000001M", "0.0000001", "0.0000001"),
        (7, "integer", "7", "7", 7),
        (True, "boolean", "true", "true", True),
        (
            "005056A2-65D3-1ED8-8FAA-3DF57CE90EBD",
            "guid",
            "guid'005056a2-65d3-1ed8-8faa-3df57ce90ebd'",
            "005056a2-65d3-1ed8-8faa-3df57ce90ebd",
            "005056a2-65d3-1ed8-8faa-3df57ce90ebd",
        ),
        (None, "decimal", "null", "null", None),
    ],
)
def test_values_have_the_forms_of_both_versions(value, kind, second, fourth, body):
    assert literal(value, kind, 2) == second
    assert literal(value, kind, 4) == fourth
    assert written(value, kind, 2) == body


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("1 or 1 eq 1", "decimal"),
        ("NaN", "decimal"),
        ("1e999", "decimal"),
        (True, "decimal"),
        ("2026-02-30", "date"),
        ("2026-11-30' or 'a' eq 'a", "date"),
        ("20261130", "date"),
        ("tomorrow", "moment"),
        ("x' or guid'", "guid"),
        (1.5, "integer"),
        ("true", "boolean"),
        ("two\nlines", "string"),
        ("\ud800", "string"),
        (7, "string"),
    ],
)
def test_what_is_none_of_its_kind_is_refused_and_named(value, kind):
    with pytest.raises(RequestError, match=r"items\.0\.quantity"):
        literal(value, kind, 2, key="items.0.quantity")


@given(st.text(max_size=40))
def test_a_field_is_a_name_and_nothing_else(text):
    try:
        assert field_name(text) == text
    except RequestError:
        return
    assert re.fullmatch(r"[A-Za-z0-9_/]+", text)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9))
def test_amounts_are_compared_as_numbers_and_never_rounded(amount):
    text = written(f"{amount:f}", "decimal", 2)
    assert Decimal(text) == amount
    assert same(f"{amount:f}000", f"{amount:f}", "decimal") or "." not in f"{amount:f}"
    assert not same(f"{amount:f}", f"{amount + 1:f}", "decimal")


@given(st.dates(min_value=date(1970, 1, 1)))
def test_a_day_is_that_day_in_whichever_form(day):
    found = written(day.isoformat(), "date", 2)
    seconds = int(found.removeprefix("/Date(").removesuffix(")/")) / 1000
    assert seconds == (day - date(1970, 1, 1)).days * 86_400
    assert same(f"{day.isoformat()}T00:00:00Z", day.isoformat(), "date")
