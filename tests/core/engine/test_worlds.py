"""No prompt reaches a deployment that its constraints forbid, in random worlds that try everything.

FUZZ_EXAMPLES says how many worlds are tried.
"""

import os
from collections.abc import Iterator

import pytest

from interlock.engine import steps
from interlock.http import client, codec
from interlock.types.permit import Permit
from world_stage import Stage, Tally
from world_tampering import Tamper, nothing, play, without_both, without_exclusion, without_recheck

WORLDS = int(os.environ.get("FUZZ_EXAMPLES", "24"))
FEWER = WORLDS // 2


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as made:
        yield made


def check(tally: Tally) -> None:
    assert tally.forbidden == []
    assert tally.strays == []
    # The worlds are lively enough for this to say something.
    assert tally.requests > tally.worlds / 2
    assert tally.answers > tally.worlds / 8


def test_nobody_is_asked_who_may_not_be(stage: Stage) -> None:
    tally = play(stage, nothing, range(WORLDS), vandals=True)
    check(tally)
    assert tally.pinned
    assert tally.proxied
    assert tally.judging


def test_nobody_is_left_without_an_answer_who_might_have_had_one(stage: Stage) -> None:
    tally = play(stage, nothing, range(WORLDS), vandals=False)
    assert tally.ends["NoDeployment"]
    assert tally.starved == []


@pytest.mark.parametrize("tamper", [without_exclusion, without_recheck])
def test_either_of_the_two_enforcements_is_enough(stage: Stage, tamper: Tamper) -> None:
    check(play(stage, tamper, range(FEWER), vandals=False))


@pytest.mark.parametrize("tamper", [nothing, without_exclusion, without_recheck])
def test_the_check_of_steps_may_be_missing_besides(
    stage: Stage, tamper: Tamper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "_check", lambda flight, step: None)
    check(play(stage, tamper, range(FEWER), vandals=False))


def test_the_permit_may_be_missing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Permit, "check", lambda permit, url: None)
    check(play(stage, nothing, range(FEWER), vandals=True))


def test_these_worlds_would_show_it(stage: Stage) -> None:
    """With both enforcements gone, requests arrive where they must not."""
    tally = play(stage, without_both, range(FEWER), vandals=False)
    assert len(tally.forbidden) > tally.worlds / 2


def test_a_vendor_that_is_not_told_where_to_keep_a_request_is_sent_none(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codec, "pinned", lambda request, pins: (request, []))
    tally = play(stage, nothing, range(WORLDS), vandals=False)
    assert tally.forbidden == []
    assert tally.ends["PermitError"]


def test_these_worlds_would_show_a_pin_that_is_left_out(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codec, "pinned", lambda request, pins: (request, []))
    monkeypatch.setattr(client, "holds", lambda body, pins: True)
    assert play(stage, nothing, range(WORLDS), vandals=False).forbidden
