"""What may follow what: no machine undoes what is known, and none decides what it cannot know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_agents.ledger.effects import FINAL
from interlock_agents.ledger.transitions import LEADS_TO, MOVES, allowed, check

STATES = sorted({now for _, now, _ in MOVES})
STEPS = st.tuples(st.sampled_from(STATES), st.sampled_from(["machine", "person"]))


@given(st.lists(STEPS, max_size=30))
def test_no_sequence_of_moves_leads_away_from_what_is_final(steps: list[tuple[str, str]]) -> None:
    state = None
    final = None
    for now, by in steps:
        if allowed(state, now, by):  # type: ignore[arg-type]  # any pair, on purpose
            assert final is None, f"{final} became {now} by a {by}"
            state = now
        if state in FINAL:
            final = state


@given(st.lists(st.sampled_from(STATES), max_size=30))
def test_no_machine_moves_what_a_person_has_to_look_at(states: list[str]) -> None:
    state = "unknown"
    for now in states:
        if allowed(state, now, "machine"):  # type: ignore[arg-type]  # any pair, on purpose
            state = now
    assert state == "unknown"


def test_nothing_begins_but_with_an_intent() -> None:
    assert {now for was, now, _ in MOVES if was is None} == {"intent"}


def test_only_a_person_gives_up_and_each_decision_leads_somewhere() -> None:
    assert {by for _, now, by in MOVES if now == "abandoned"} == {"person"}
    assert all(allowed("unknown", now, "person") for now in LEADS_TO.values())


def test_a_move_that_may_not_be_made_is_a_fault_of_the_program() -> None:
    with pytest.raises(AssertionError, match="confirmed -> sent by a machine is no move"):
        check("confirmed", "sent", "machine")
