"""Long lists of exclusions, told in few lines."""

from hypothesis import given
from hypothesis import strategies as st

from interlock import NoDeployment
from interlock.errors.exclusions import by_rule, listed

ALONE = "the request asks for gpt-4o alone"


def test_the_one_line_that_matters_stands_first_and_the_others_in_one():
    excluded = {f"other-{number}": ALONE for number in range(19)} | {"gpt-4o": "OPENAI_API_KEY is not set"}
    error = NoDeployment("no deployment may serve this request", excluded=excluded)
    assert str(error).splitlines()[1:] == [
        "  gpt-4o: OPENAI_API_KEY is not set",
        f"  other-0, other-1, other-2 and 16 others: {ALONE}",
    ]
    assert error.excluded == excluded, "the data stays whole"


def test_few_keep_a_line_of_their_own():
    assert listed({"a": ALONE, "b": ALONE}) == f"\n  a: {ALONE}\n  b: {ALONE}"


@given(st.dictionaries(st.text(max_size=3), st.sampled_from(["x", "y", "z"])))
def test_nobody_is_lost(excluded):
    groups = by_rule(excluded)
    assert {name: rule for rule, names in groups.items() for name in names} == excluded
    assert [len(names) for names in groups.values()] == sorted(len(names) for names in groups.values())
