"""No prompt reaches a deployment that its constraints forbid, in random worlds that try everything.

FUZZ_EXAMPLES says how many worlds are tried.
"""

import os
from collections.abc import Callable, Iterator

import pytest

from interlock import Router
from interlock.engine import steps
from interlock.engine.deciding.exclusions import AllowedTreatment
from interlock.types.permit import Permit
from world_stage import Stage, Tally
from worlds import make

WORLDS = int(os.environ.get("FUZZ_EXAMPLES", "24"))
FEWER = WORLDS // 2
Tamper = Callable[[Router], None]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as made:
        yield made


def nothing(router: Router) -> None:
    """Leave everything as it is."""


def without_exclusion(router: Router) -> None:
    router.wiring.engine.decider._rules.judge = lambda *arguments, **named: lambda deployment: None


def without_recheck(router: Router) -> None:
    router.wiring.engine.decider.recheck = lambda *arguments: AllowedTreatment("as_is")


def play(stage: Stage, tamper: Tamper, worlds: int, *, vandals: bool) -> Tally:
    tally = Tally()
    for seed in range(worlds):
        stage.perform(make(seed, vandals=vandals), tamper, tally)
    return tally


def check(tally: Tally) -> None:
    assert tally.forbidden == []
    assert tally.strays == []
    # The worlds are lively enough for this to say something.
    assert tally.requests > tally.worlds
    assert tally.answers > tally.worlds / 4


def test_nobody_is_asked_who_may_not_be(stage: Stage) -> None:
    check(play(stage, nothing, WORLDS, vandals=True))


@pytest.mark.parametrize("tamper", [without_exclusion, without_recheck])
def test_either_of_the_two_enforcements_is_enough(stage: Stage, tamper: Tamper) -> None:
    check(play(stage, tamper, FEWER, vandals=False))


@pytest.mark.parametrize("tamper", [nothing, without_exclusion, without_recheck])
def test_the_check_of_steps_may_be_missing_besides(
    stage: Stage, tamper: Tamper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "_check", lambda flight, step: None)
    check(play(stage, tamper, FEWER, vandals=False))


def test_the_permit_may_be_missing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Permit, "check", lambda permit, url: None)
    check(play(stage, nothing, FEWER, vandals=True))


def test_these_worlds_would_show_it(stage: Stage) -> None:
    """With both enforcements gone, requests arrive where they must not."""

    def without_both(router: Router) -> None:
        without_exclusion(router)
        without_recheck(router)

    tally = play(stage, without_both, FEWER, vandals=False)
    assert len(tally.forbidden) > tally.worlds / 2
