"""Sheets that users write: what is read, what is refused and how, whatever a file holds."""

import json
import math
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import ConfigError
from interlock_governance.vendors import QUESTIONS, read_file
from interlock_governance.vendors.reading import read_folder, read_text

TODAY = date(2026, 11, 29)
HEAD = 'vendor = "acme"\n'
STATED = 'evidence = "contract 7"\nas_of = 2026-10-01\nby = "Acme"\n'


def read(text):
    return read_text(text, "acme.toml", today=TODAY)


def test_a_fact_has_its_value_its_evidence_its_day_and_who_says_so():
    sheet = read(
        HEAD
        + f"[facts.retention]\nvalue = 30\n{STATED}valid_until = 2027-01-31\nnote = 'unless agreed otherwise'"
    )
    (said,) = sheet.facts["retention"]
    assert (said.value, said.evidence, said.by) == (30, "contract 7", "Acme")
    assert (said.as_of, said.valid_until) == (date(2026, 10, 1), date(2027, 1, 31))
    assert said.note == "unless agreed otherwise"


def test_facts_share_a_source_and_may_say_more_than_it():
    sheet = read(
        HEAD + f"[sources.it]\n{STATED}[facts.dpa]\nvalue = true\nsource = 'it'\n"
        "[facts.baa]\nvalue = false\nsource = 'it'\nas_of = '2026-11-01'"
    )
    assert sheet.facts["dpa"][0].as_of == date(2026, 10, 1)
    assert sheet.facts["baa"][0].as_of == date(2026, 11, 1)


def test_one_question_may_have_an_answer_for_each_offer():
    sheet = read(
        HEAD + f"[[facts.training]]\nvalue = true\nscope = 'free'\n{STATED}"
        f"[[facts.training]]\nvalue = false\nscope = 'paid'\n{STATED}"
    )
    assert [(each.value, each.scope) for each in sheet.facts["training"]] == [(True, "free"), (False, "paid")]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("name = 'x'", "acme.toml: vendor: is required"),
        ("vendor = 'acme'\nfact = 1", "fact: there is no such key.*Did you mean 'facts'"),
        (HEAD + f"[facts.retentoin]\nvalue = 1\n{STATED}", "facts.retentoin.*Did you mean 'retention'"),
        (HEAD + f"[facts.dpa]\nvalue = 'yes'\n{STATED}", "facts.dpa.value: expected true or false"),
        (HEAD + f"[facts.processing]\nvalue = true\n{STATED}", "facts.processing.value: expected words"),
        (
            HEAD + f"[facts.processing]\nvalue = []\n{STATED}",
            "facts.processing.value: expected a list of texts",
        ),
        (HEAD + f"[facts.uptime]\nvalue = inf\n{STATED}", "facts.uptime.value: expected words"),
        (HEAD + f"[facts.uptime]\nvalue = 1{'0' * 400}\n{STATED}", "facts.uptime.value: expected words"),
        (HEAD + f"[facts.dpa]\n{STATED}", "facts.dpa.value: is required"),
        (HEAD + "[facts.dpa]\nvalue = true\nas_of = 2026-10-01\nby = 'x'", "facts.dpa.evidence: is required"),
        (HEAD + "[facts.dpa]\nvalue = true\nevidence = 'x'\nby = 'x'", "facts.dpa.as_of: is required"),
        (HEAD + "[facts.dpa]\nvalue = true\nevidence = 'x'\nas_of = 2026-10-01", "facts.dpa.by: is required"),
        (HEAD + f"[facts.dpa]\nvalue = true\n{STATED}as_off = 1", "facts.dpa.as_off.*Did you mean 'as_of'"),
        (HEAD + "[facts.dpa]\nvalue = true\nsource = 'its'", "facts.dpa.source: no .sources.its. here"),
        (
            HEAD + "[facts.dpa]\nvalue = true\nevidence = 'x'\nby = 'x'\nas_of = 2026-12-01",
            "facts.dpa.as_of: 2026-12-01 is later than today",
        ),
        (
            HEAD + "[facts.dpa]\nvalue = true\nevidence = 'x'\nby = 'x'\nas_of = 'last year'",
            "facts.dpa.as_of: expected a date",
        ),
        (
            HEAD + "[facts.dpa]\nvalue = true\nevidence = 'x'\nby = 'x'\nas_of = 2026-10-01T10:00:00",
            "facts.dpa.as_of: expected a date",
        ),
        (
            HEAD + f"[facts.dpa]\nvalue = true\n{STATED}valid_until = 2026-09-01",
            "valid_until.*is before as_of",
        ),
        (HEAD + "facts = 7", "facts: expected a table"),
        (HEAD + "facts.dpa = 7", "facts.dpa: expected a table"),
        (HEAD + "facts.dpa = [7]", "facts.dpa.0: expected a table"),
        ("vendor =", "is no TOML"),
        ("a." * 5000 + "b = 1", "acme.toml"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_key_and_the_way_out(text, complaint):
    with pytest.raises(ConfigError, match=complaint):
        read(text)


def outcome(text):
    """That it was read, or how it was refused."""
    try:
        read(text)
    except ConfigError as refused:
        return str(refused)
    return "read"


@given(st.text())
def test_any_text_is_a_sheet_or_a_clear_refusal(text):
    assert outcome(text).startswith(("read", "acme.toml"))


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec="ascii"))
_KEYS = st.sampled_from([each.id for each in QUESTIONS] + ["value", "as_of", "by", "source", "evidence", "?"])
_TREES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=20,
)


def toml(value):
    """A value as TOML has it; what it has no word for is left out."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, float):
        return str(value) if math.isfinite(value) else str(value).replace("-", "")
    return "false" if value is None else json.dumps(value)


@given(st.dictionaries(_KEYS, _TREES, max_size=5), st.dictionaries(_KEYS, _TREES, max_size=3))
def test_tables_of_anything_are_a_sheet_or_a_refusal_that_names_the_key(facts, sources):
    assert outcome(f"{HEAD}facts = {toml(facts)}\nsources = {toml(sources)}").startswith(
        ("read", "acme.toml")
    )


def test_a_folder_is_read_whole_and_a_file_that_is_not_there_is_named(tmp_path):
    (tmp_path / "b.toml").write_text('vendor = "B"')
    (tmp_path / "a.toml").write_text('vendor = "A"')
    assert [each.vendor for each in read_folder([tmp_path], today=TODAY)] == ["a", "b"]
    with pytest.raises(ConfigError, match=r"nowhere\.toml: cannot be read"):
        read_file(tmp_path / "nowhere.toml", today=TODAY)
    (empty := tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match=r"no \.toml file"):
        read_folder([empty], today=TODAY)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path):
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="no UTF-8 text"):
        read_file(tmp_path / "x.toml", today=TODAY)
