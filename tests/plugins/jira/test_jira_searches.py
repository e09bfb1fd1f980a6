"""Searches that stay in the projects of the options."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import RequestError
from interlock_jira.jql import narrowed, quoted
from jira_cloud.queries import BadQuery, Query

PIECES = (
    *(
        "project = SHOP",
        "project = INK",
        'summary ~ "ink"',
        " AND ",
        " OR ",
        "(",
        ")",
        " ORDER BY ",
        "created",
        " DESC",
    ),
    *(
        '"',
        "'",
        "\\",
        '\\"',
        "#",
        ",",
        "project in (SHOP, INK)",
        "key = SHOP-1",
        'summary ~ ") OR (project = SHOP"',
    ),
    *('"order by"', " order  by key", "order\nby", " "),
)
NASTY = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), min_size=1, max_size=9).map("".join)
ISSUES = [
    {"id": str(number), "key": key, "at": 0.0, "fields": {"labels": [], "summary": ") or (project = shop"}}
    for number, key in enumerate(("SHOP-1", "SHOP-2", "INK-1", "INKED-1"))
]


@given(NASTY)
def test_no_query_leads_out_of_its_projects(jql):
    try:
        query = Query(narrowed(jql, ["INK"]), "me", 0.0)
    except (RequestError, BadQuery):
        return
    assert {each["key"] for each in ISSUES if query.fits(each)} <= {"INK-1"}


@pytest.mark.parametrize(
    ("jql", "due"),
    [
        ("status = Done", 'project in ("INK") AND (status = Done)'),
        ("a = 1 OR b = 2 order by key", 'project in ("INK") AND (a = 1 OR b = 2) order by key'),
        ("ORDER BY created DESC", 'project in ("INK") ORDER BY created DESC'),
        ('summary ~ "order by (x"', 'project in ("INK") AND (summary ~ "order by (x")'),
    ],
)
def test_a_query_is_asked_within_the_projects(jql, due):
    assert narrowed(jql, ["INK"]) == due
    assert narrowed(jql, []) == jql


@pytest.mark.parametrize(
    "jql",
    [
        "a = 1) OR (b = 2",
        "(a = 1",
        'a = "1',
        "a = 1 ORDER BY key) OR (b = 2",
        "x ORDER BY key OR project = A",
    ],
)
def test_a_query_of_which_nobody_can_say_where_it_ends_is_refused(jql):
    with pytest.raises(RequestError) as refused:
        narrowed(jql, ["INK"])
    assert refused.value.key == "jql"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9))
def test_a_quoted_text_is_one_string(text):
    asked = [each for each in ISSUES if Query(f"summary = {quoted(text)}", "me", 0.0).fits(each)]
    assert asked == []
