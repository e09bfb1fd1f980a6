from hypothesis import given
from hypothesis import strategies as st

from interlock.types.handling import ANY_LAW, UNRECORDED, Handling
from interlock.types.places import NAMES

PLACES = sorted(NAMES)


def test_what_nobody_recorded_may_be_stored_anywhere_under_any_law() -> None:
    assert UNRECORDED.stored == "global"
    assert UNRECORDED.laws("eu") >= {ANY_LAW, "eu"}


def test_the_law_of_place_operator_and_parent_reach_a_request() -> None:
    handling = Handling(operator="ie", parent="us")
    assert handling.laws("eu-central-1") == {"de", "ie", "eu", "eea", "us", "us-ca"}
    assert ANY_LAW in handling.laws("global")
    assert ANY_LAW in Handling(operator="ie").laws("de")
    assert ANY_LAW in Handling(parent="us").laws("de")


def test_on_the_users_own_ground_the_law_of_the_place_is_the_only_one() -> None:
    assert UNRECORDED.at("ch").laws("ch") == {"ch"}
    assert UNRECORDED.at("local").laws("local") == frozenset()
    assert UNRECORDED.at("ch").stored == "ch"
    assert Handling(operator="us").at("ch").laws("ch") == {"ch", "us", "us-ca"}
    assert Handling(stored="us").at("ch").stored == "us"


@given(st.sampled_from(PLACES), st.sampled_from(PLACES), st.sampled_from(PLACES))
def test_every_law_is_a_known_one_and_each_of_the_three_is_among_them(
    place: str, who: str, whose: str
) -> None:
    laws = Handling(operator=who, parent=whose).laws(place)
    assert {place, who, whose} <= laws <= set(PLACES)
