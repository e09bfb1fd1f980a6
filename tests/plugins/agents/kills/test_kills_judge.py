"""The judge sees what the ledger must never do."""

import pytest
from judge import judge
from points import Kill

CONFIRMED = {"r-0": "confirmed", "r-1": "confirmed", "r-2": "confirmed"}
ONCE = ["r-0", "r-1", "r-2"]


def judged(happened=ONCE, states=CONFIRMED, *, api="blind", kills=(), done=True, asked=()):
    return judge("r", api=api, kills=kills, done=done, happened=happened, states=states, asked=asked)


def test_a_run_whose_effects_are_there_once_holds():
    assert judged().holds


@pytest.mark.parametrize(
    ("happened", "states", "what"),
    [
        ([*ONCE, "r-1", "r-1"], CONFIRMED, "twice"),
        ([*ONCE, "r-1"], CONFIRMED | {"r-1": "failed"}, "false"),
        (["r-0", "r-2"], CONFIRMED, "false"),
        (["r-0", "r-2"], None, "lost"),
    ],
)
def test_what_is_there_twice_lost_or_told_falsely_is_counted(happened, states, what):
    verdict = judged(happened, states)
    assert not verdict.holds
    assert getattr(verdict, what) == 1


@pytest.mark.parametrize(
    ("api", "kill", "needlessly"),
    [
        ("blind", Kill("committed", 1), False),
        ("blind", Kill("committed", 0), True),
        ("blind", Kill("before_intent", 1), True),
        ("readable", Kill("committed", 1), True),
    ],
)
def test_a_person_is_asked_for_doubts_about_what_cannot_be_seen_and_for_nothing_else(api, kill, needlessly):
    states = {"r-0": "confirmed", "r-1": "unknown"}
    verdict = judged(["r-0"], states, api=api, kills=[kill], done=False, asked=["r-1"])
    assert (verdict.asked, verdict.happened) == (1, 0)
    assert verdict.holds != needlessly
