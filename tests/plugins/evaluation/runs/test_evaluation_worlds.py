"""No prompt of a suite reaches a deployment that its constraints forbid, by a question or by a judge's, in
random worlds that break runs off and go on with them.

FUZZ_EXAMPLES says how many worlds are tried.
"""

import os

import pytest

from evaluation_tampering import RUNS, play

WORLDS = int(os.environ.get("FUZZ_EXAMPLES", "10"))
# Worlds in which what is taken out lets something through; most judges of most worlds may have every prompt.
SHOWING = {
    "without the prompts' constraints": range(4),
    "without the constraints for judges": (27, 37),
    "without the tasks for judges": (27, 34),
    "without the router's two enforcements": range(2),
}


def test_no_model_and_no_judge_is_asked_what_it_may_not_have() -> None:
    tally = play("as it is", range(WORLDS))
    assert tally.amiss == {}
    # The worlds are lively enough for this to say something.
    assert tally.requests > tally.worlds
    assert tally.judged
    assert tally.broken
    assert tally.again
    assert {"answer", "excluded", "error"} == {*tally.outcomes}


def test_what_is_taken_out_is_all_that_there_is() -> None:
    assert {*SHOWING} == {name for name, (_, _, shows) in RUNS.items() if shows}


@pytest.mark.parametrize("run", SHOWING)
def test_these_worlds_would_show_it(run: str) -> None:
    assert play(run, SHOWING[run]).forbidden
