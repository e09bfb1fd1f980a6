"""Arguments on their way into an address."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import RequestError
from interlock_github import GitHubOptions
from interlock_github.code import code_rows
from interlock_github.issues import issue_rows
from interlock_github.pulls import pull_rows
from interlock_github.reviews import review_rows
from interlock_tools import Arguments

OPTIONS = GitHubOptions()
ROWS = (*issue_rows(OPTIONS), *pull_rows(OPTIONS), *review_rows(OPTIONS), *code_rows(OPTIONS))
ODD = st.sampled_from(["..", ".", "/", "%2e%2e", "a/../b", "?x=1", "#", "a b", "\\", "\n", "", "a%2Fb", "ä"])
TEXT = (
    st.lists(ODD | st.text(st.characters(exclude_categories=["Cs"]), max_size=5), max_size=4)
    .map("".join)
    .filter(lambda text: text != "")
)
VALUES = {"number": st.integers(1, 9), "labels": st.just(["x"]), "comments": st.just([])}
SHAPES = [
    r"/repos/[^/]+/[^/]+/issues(/\d+(/(comments|labels))?)?",
    r"/repos/[^/]+/[^/]+/pulls(/\d+(/(files|reviews|comments|merge))?)?",
    r"/repos/[^/]+/[^/]+/(contents|branches|git/matching-refs/heads)(/[^/]+)+",
    r"/repos/[^/]+/[^/]+/(git/refs|commits|actions/runs)",
    r"/search/issues",
]


def arguments(row):
    named = {name: VALUES.get(name, TEXT) for name in row.schema["properties"] if name != "cursor"}
    return st.fixed_dictionaries(
        {name: each for name, each in named.items() if name in row.schema["required"]},
        optional={name: each for name, each in named.items() if name not in row.schema["required"]},
    )


ASKED = st.sampled_from(ROWS).flatmap(lambda row: st.tuples(st.just(row), arguments(row)))


@given(ASKED)
def test_no_argument_leaves_its_place(asked):
    row, values = asked
    given_ones = Arguments(values=values, key="run-7")
    for write in (row.request, None if row.find is None else row.find.request):
        if write is None:
            continue
        try:
            call = write(given_ones)
        except RequestError:
            continue
        url = urlsplit(f"https://api.github.example{call.target}")
        assert (url.netloc, url.fragment) == ("api.github.example", "")
        assert any(re.fullmatch(shape, url.path) for shape in SHAPES), url.path
        parts = url.path.split("/")[1:]
        assert all(unquote(each) not in ("", ".", "..") for each in parts)
        if parts[0] == "repos":
            assert [unquote(each) for each in parts[1:3]] == [values["owner"], values["repo"]]
        asked_of = parse_qs(url.query, keep_blank_values=True)
        assert all(len(each) == 1 for each in asked_of.values())


@given(TEXT, st.sampled_from(["acme/shop", "Acme/Shop"]))
def test_a_repository_that_is_not_allowed_is_asked_nothing(name, allowed):
    options = GitHubOptions(repositories=(allowed,))
    values = {"owner": "acme", "repo": name, "query": "ink", "number": 1, "path": "a", "branch": "b"}
    for row in (*issue_rows(options), *pull_rows(options), *code_rows(options)):
        if row.effect != "read" or name.casefold() == "shop":
            continue
        with pytest.raises(RequestError) as caught:
            row.request(Arguments(values=values))
        assert caught.value.key == "repo"
