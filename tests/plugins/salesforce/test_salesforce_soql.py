"""SOQL and SOSL with a model's words in them, and SOQL of a model's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simple_salesforce.format import format_soql

from interlock import RequestError
from interlock_salesforce.marks import mark, signed
from interlock_salesforce.org import rows_in
from interlock_salesforce.soql import containing, finding, quoted, reading, select
from salesforce_org import Org
from salesforce_org.searching import search
from salesforce_org.soql import literal, run

SHARP = st.text(alphabet="'\\\"%_{}()n\n\t aé,=", max_size=12)
WORDS = st.one_of(st.text(max_size=20), SHARP)
ORG = Org()
ACME = ORG.make("Account", {"Name": "Acme"})
NUL = "\x00"


@given(WORDS)
def test_a_text_goes_into_a_literal_and_comes_out_of_it(text):
    try:
        written = quoted(text, key="name")
    except RequestError:
        return
    assert literal(written) == text
    assert written == format_soql("{}", text)
    assert containing(text, key="name") == f"'%{format_soql('{:like}', text)}%'"


@given(WORDS)
def test_no_text_leads_out_of_its_condition(text):
    try:
        conditions = [f"Name = {quoted(text, key='name')}", f"Name LIKE {containing(text, key='name')}"]
    except RequestError:
        return
    for condition in conditions:
        query, found = run(ORG, select(("Id",), "Account", (condition, "Industry = 'none'")))
        assert (query.fields, found) == (["Id"], [])


@given(WORDS.filter(str.strip))
def test_a_text_is_found_by_itself(text):
    org = Org()
    try:
        query = select(("Id",), "Account", (f"Name LIKE {containing(text.strip(), key='name')}",))
    except RequestError:
        return
    made = org.make("Account", {"Name": f"a{text.strip()}b"})
    assert [each["Id"] for each in run(org, query)[1]] == [made]


@given(WORDS.filter(lambda text: len(text.strip()) > 1))
def test_no_text_leads_out_of_a_search(text):
    try:
        written = finding(text, ["Account(Id, Name)"], most=5, key="words")
    except RequestError:
        return
    assert written.endswith("} IN ALL FIELDS RETURNING Account(Id, Name) LIMIT 5")
    org = Org()
    made = org.make("Account", {"Name": " ".join(text.split())})
    assert [each["Id"] for each in search(org, written)] == [made]


@pytest.mark.parametrize("text", [f"a{NUL}b", "\x1b", "\ud800"])
def test_what_no_literal_can_hold_is_refused(text):
    with pytest.raises(RequestError, match="name"):
        quoted(text, key="name")


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM Account",
        "SELECT Id FROM Account FOR VIEW",
        "select Id from Account for\nreference",
        "SELECT Id FROM Account FOR UPDATE",
        "SELECT Title FROM FAQ__kav UPDATE VIEWSTAT",
        "SELECT Id FROM Account WHERE Name = 'x",
        "SELECT Id FROM Account WHERE Name = 'a\\' FOR VIEW",
        "SELECT Id FROM Account WHERE Name = 'a''b' FOR VIEW",
        "FIND {x} RETURNING Account",
        "",
        "SELECT",
        "\ud800",
    ],
)
def test_what_does_more_than_reading_is_refused(query):
    with pytest.raises(RequestError):
        reading(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT Id FROM Account",
        "  select count() from Account where Name = 'FOR VIEW' and Update__c = 'it\\'s for update' ",
        "SELECT Id, (SELECT Id FROM Contacts) FROM Account WHERE For__c = 'UPDATE TRACKING' LIMIT 5",
    ],
)
def test_what_reads_goes_out_as_it_was_written(query):
    assert reading(query) == query.strip()


@given(st.one_of(WORDS, st.builds("SELECT Id FROM Account WHERE Name = '{}'".format, WORDS)))
def test_every_text_is_a_query_or_is_refused(text):
    try:
        reading(text)
    except RequestError:
        return
    assert text.strip().upper().startswith("SELECT")


@given(WORDS)
def test_a_text_keeps_its_words_and_has_one_mark(text):
    try:
        written = signed(text, "run-7", longest=4_000, key="text")
    except RequestError:
        return
    assert written.splitlines()[-1] == mark("run-7")
    assert signed(written, "", longest=4_000, key="text").count("[interlock:") == 0
    assert text.rstrip()[:1] in written


@given(st.one_of(st.binary(max_size=60), st.text(alphabet='a,"\n\r', max_size=30).map(str.encode)))
def test_every_table_is_rows_or_none(body):
    rows = rows_in(body)
    assert rows is None or all(isinstance(each, dict) for each in rows)
