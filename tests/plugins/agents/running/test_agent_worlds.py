"""No byte of a run reaches a place that its constraints forbid, and every run ends in a state with a reason,
in random worlds that try everything.

FUZZ_EXAMPLES says how many worlds are tried; `tests/benchmarks/agent_sinks.py` tries thousands.
"""

import os

import pytest

from agent_tampering import RUNS, added, played

WORLDS = int(os.environ.get("FUZZ_EXAMPLES", "8"))
# Worlds that have what is taken out.
TELLING = {
    "without both": (0, 1),
    "without the rules for tools": (0, 1),
    "without the run's rules": (0, 1),
    "without the run's rules for nodes": (0, 1, 18),
    "without the run's rules for planners": (1, 18, 30),
    "without sealing": (18, 35, 39),
}


def test_nothing_reaches_whoever_may_not_have_it_and_every_run_has_an_end():
    tally = added(played("as it is", range(1, 1 + WORLDS), at_once=4))
    assert tally.amiss == {}
    # The worlds are lively enough for this to say something.
    assert tally.requests > tally.worlds
    assert tally.stopped
    assert tally.resumed


@pytest.mark.parametrize("run", [run for run in RUNS if run != "as it is"])
def test_these_worlds_would_show_what_is_missing(run):
    tally = added(played(run, TELLING[run], at_once=3))
    assert {*RUNS[run][2]} & {*tally.amiss}
