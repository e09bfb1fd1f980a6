"""Places name effects: no two are called alike, and a key changes with whatever is asked for."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import RequestError
from interlock_agents.places import Place

RUNS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8)
NODES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0/"), min_size=1, max_size=8)
PLACES = st.builds(Place, run=RUNS, node=NODES, approach=st.integers(0, 12), seq=st.integers(0, 12))


@given(PLACES, PLACES)
def test_no_two_places_share_an_id_or_a_key(one: Place, other: Place) -> None:
    assert (one == other) == (one.id == other.id)
    assert (one == other) == (one.key("send", {}) == other.key("send", {}))


@given(PLACES)
def test_a_place_is_found_again_by_its_id(place: Place) -> None:
    assert Place.of(place.id) == place


def test_the_key_changes_with_the_tool_and_with_its_arguments() -> None:
    place = Place(run="r", node="n")
    keys = {place.key("send", {"to": 1}), place.key("send", {"to": 2}), place.key("post", {"to": 1})}
    assert len(keys) == 3
    assert place.key("send", {"a": 1, "b": 2}) == place.key("send", {"b": 2.0, "a": 1})
    assert all(len(key) == 32 for key in keys)


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"run": ""}, "place.run"),
        ({"run": "a\0"}, "place.run"),
        ({"run": "\ud800"}, "place.run"),
        ({"node": "a/b"}, "place.node"),
        ({"approach": -1}, "place.approach"),
        ({"seq": True}, "place.seq"),
        ({"seq": "1"}, "place.seq"),
    ],
)
def test_what_is_no_place_is_refused_by_name(given: dict[str, object], key: str) -> None:
    with pytest.raises(RequestError) as caught:
        Place(**{"run": "r", "node": "n"} | given)  # type: ignore[arg-type]  # as a careless caller would
    assert caught.value.key == key


@given(st.text(max_size=20))
def test_an_id_that_names_no_place_is_refused(id_: str) -> None:
    with contextlib.suppress(RequestError):
        assert Place.of(id_).id == id_
