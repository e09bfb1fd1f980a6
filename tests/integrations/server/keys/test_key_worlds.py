"""No request reaches a deployment that its key forbids, in random worlds that try everything.

FUZZ_EXAMPLES says how many worlds are tried.
"""

import os
from collections.abc import Iterator

import pytest

from interlock_server.keys.constraint import KeyConstraint
from server_key_worlds import KeyedStage, play_keyed
from world_tampering import nothing, without_exclusion, without_recheck

WORLDS = int(os.environ.get("FUZZ_EXAMPLES", "16"))
FEWER = WORLDS // 2


@pytest.fixture(scope="module")
def stage() -> Iterator[KeyedStage]:
    with KeyedStage() as made:
        yield made


def test_nobody_is_asked_whom_a_key_forbids(stage: KeyedStage) -> None:
    tally = play_keyed(stage, nothing, range(WORLDS), vandals=True)
    assert tally.forbidden == []
    assert tally.strays == []
    # The worlds are lively enough for this to say something.
    assert tally.requests > tally.worlds / 4
    assert tally.answers


def test_nobody_is_left_without_an_answer_whose_key_allows_one(stage: KeyedStage) -> None:
    assert play_keyed(stage, nothing, range(WORLDS), vandals=False).starved == []


@pytest.mark.parametrize("tamper", [without_exclusion, without_recheck])
def test_either_of_the_two_enforcements_is_enough(stage: KeyedStage, tamper: object) -> None:
    tally = play_keyed(stage, tamper, range(FEWER), vandals=False)  # type: ignore[arg-type]  # of a router
    assert tally.forbidden == []
    assert tally.requests


def test_these_worlds_would_show_it(stage: KeyedStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the rule of keys, requests arrive where they must not."""
    monkeypatch.setattr(KeyConstraint, "check", lambda rule, call: None)
    tally = play_keyed(stage, nothing, range(FEWER), vandals=False)
    assert len(tally.forbidden) > tally.worlds / 4
