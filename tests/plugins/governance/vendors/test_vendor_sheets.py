"""Sheets: the same for every vendor, what goes before what, what is old and what is a gap."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import Router
from interlock.errors import RequestError
from interlock_governance.vendors import QUESTIONS, SECTIONS, Answer, Statement, sheet_data, vendor_sheets
from interlock_governance.vendors.asking import shipped

TODAY = date(2026, 11, 29)
IDS = [each.id for each in QUESTIONS]
LOCAL = {
    "id": "a",
    "model": "meta/llama-4-ultra",
    "provider": "openai-compatible",
    "base_url": "http://10.0.0.5:8000/v1",
    "region": "eu",
}


@pytest.fixture(scope="module")
def router():
    return Router.from_config({"deployments": [LOCAL]})


def sheets(router=None, *names, facts=()):
    return vendor_sheets(router, names, facts=facts, today=TODAY)


def answer(sheet, question):
    return next(each for each in sheet.answers if each.question.id == question)


def own(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


STATED = 'evidence = "contract 7"\nas_of = 2026-10-01\nby = "Legal"\n'


def test_any_two_vendors_have_the_same_rows_in_the_same_order(router):
    found = sheets(router)
    assert len(found) >= 13
    for sheet in found:
        assert [each.question.id for each in sheet.answers] == IDS
        assert sum(sheet.count(state) for state in ("stated", "old", "gap")) == len(IDS)
        assert [each["section"] for each in sheet_data(sheet)["sections"]] == list(SECTIONS)


_DAYS = st.dates(date(2024, 1, 1), TODAY)
_STATEMENTS = st.builds(
    Statement,
    value=st.none() | st.booleans() | st.text(min_size=1) | st.integers(0, 999),
    evidence=st.text(min_size=1),
    as_of=_DAYS,
    by=st.text(min_size=1),
    valid_until=st.none() | _DAYS,
    note=st.text(),
)


@given(st.sampled_from(QUESTIONS), st.sampled_from(QUESTIONS), st.lists(_STATEMENTS, max_size=4))
def test_a_state_follows_from_what_is_said_and_from_nothing_else(one, other, said):
    assert Answer.of(one, said, TODAY).state == Answer.of(other, said, TODAY).state


@given(st.sampled_from(QUESTIONS), st.lists(_STATEMENTS, max_size=4), _STATEMENTS)
def test_another_statement_never_makes_a_gap(question, said, more):
    before, after = Answer.of(question, said, TODAY), Answer.of(question, [*said, more], TODAY)
    assert after.state != "gap" or before.state == "gap"


def test_no_is_an_answer_and_silence_is_a_gap(tmp_path):
    path = own(tmp_path / "acme.toml", f'vendor = "acme"\n[facts.dpa]\nvalue = false\n{STATED}')
    (sheet,) = sheets(None, "acme", facts=[path])
    assert answer(sheet, "dpa").state == "stated"
    assert answer(sheet, "dpa").statements[0].told == "no"
    assert answer(sheet, "baa").state == "gap"
    assert len(sheet.gaps) == len(IDS) - 1


def test_what_was_looked_for_in_vain_stays_a_gap_and_says_so(tmp_path):
    path = own(tmp_path / "acme.toml", f'vendor = "acme"\n[facts.dpa]\nnote = "none found"\n{STATED}')
    (sheet,) = sheets(None, "acme", facts=[path])
    assert answer(sheet, "dpa").state == "gap"
    assert answer(sheet, "dpa").statements[0].note == "none found"


@pytest.mark.parametrize(("days", "state"), [(180, "stated"), (181, "old")])
def test_what_was_read_more_than_180_days_ago_is_old(tmp_path, days, state):
    stated = STATED.replace("2026-10-01", str(TODAY - timedelta(days=days)))
    path = own(tmp_path / "acme.toml", f'vendor = "acme"\n[facts.dpa]\nvalue = true\n{stated}')
    (sheet,) = sheets(None, "acme", facts=[path])
    assert answer(sheet, "dpa").state == state


def test_what_is_old_stands_behind_what_is_not(tmp_path):
    text = (
        'vendor = "acme"\n'
        "[[facts.dpa]]\nvalue = true\nevidence = 'a'\nas_of = 2024-01-01\nby = 'x'\n"
        "[[facts.dpa]]\nvalue = false\nevidence = 'b'\nas_of = 2026-11-01\nby = 'x'\n"
    )
    (sheet,) = sheets(None, "acme", facts=[own(tmp_path / "acme.toml", text)])
    assert answer(sheet, "dpa").state == "stated"
    assert [each.told for each in answer(sheet, "dpa").valued] == ["no", "yes"]


def test_what_held_until_yesterday_is_old(tmp_path):
    text = f'vendor = "acme"\n[facts.soc_2]\nvalue = true\n{STATED}valid_until = 2026-11-28\n'
    (sheet,) = sheets(None, "acme", facts=[own(tmp_path / "acme.toml", text)])
    assert sheet.old == ("soc_2",)


def test_your_own_answer_goes_before_the_sheet_and_the_rows(tmp_path, router):
    path = own(tmp_path / "o.toml", f'vendor = "openai"\n[facts.training]\nvalue = true\n{STATED}')
    (sheet,) = sheets(router, "openai", facts=[path])
    assert [each.origin for each in answer(sheet, "training").statements] == ["yours"]
    assert sheet.name == "OpenAI"
    assert answer(sheet, "soc_2").state == "stated"


def test_rows_of_a_plugin_answer_where_it_processes_and_by_which_row(router):
    said = {each.told: each for each in answer(sheets(router, "openai")[0], "processing").statements}
    assert said["eea, ch"].scope == "openai-eu"
    assert said["eea, ch"].evidence.startswith("https://developers.openai.com/")
    assert said["eea, ch"].origin == "row"


def test_whose_authorities_reach_a_vendor_is_said_of_each_whose_home_is_known(router):
    at_home = [sheet for sheet in sheets(router) if answer(sheet, "home").statements]
    assert len(at_home) >= 8
    for sheet in at_home:
        told = [said.told for said in answer(sheet, "compelled_access").statements]
        for said in answer(sheet, "home").statements:
            if said.origin == "row":
                assert any(f"authorities of {said.value}" in word for word in told), sheet.vendor


def test_storage_anywhere_of_a_row_is_no_answer(router):
    told = [each.told for each in answer(sheets(router, "together")[0], "storage").statements]
    assert told == []


@pytest.mark.parametrize("name", ["aws", "bedrock", "Amazon Web Services", "BEDROCK"])
def test_a_vendor_is_found_by_its_id_its_name_and_its_provider(router, name):
    assert [each.vendor for each in sheets(router, name)] == ["aws"]


def test_a_vendor_that_there_is_not_is_refused_with_the_one_that_was_meant():
    with pytest.raises(RequestError, match=r"no vendor 'mistrall'; there are .*Did you mean 'mistral'"):
        sheets(None, "mistrall")


def test_vendors_keep_the_order_in_which_they_were_named():
    assert [each.vendor for each in sheets(None, "openai", "alibaba", "openai")] == ["openai", "alibaba"]


def test_every_shipped_fact_has_an_address_a_day_and_who_says_so():
    for sheet in shipped(TODAY):
        assert sheet.providers
        for said in (each for of in sheet.facts.values() for each in of):
            assert said.evidence.startswith("https://"), sheet.vendor
            assert said.by
            assert said.as_of <= TODAY


def test_a_day_before_a_fact_was_read_does_not_know_it_yet():
    (sheet,) = vendor_sheets(None, ["openai"], today=date(2024, 1, 1))
    assert len(sheet.gaps) == len(IDS)
