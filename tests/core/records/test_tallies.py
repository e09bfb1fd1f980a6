"""Records counted together."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from interlock.records.tallies import tally
from interlock.testing.records import sample_record
from interlock.types.stores import TallyQuery

DAY = 86_400
FIRST = sample_record(0)


def test_calls_are_counted_by_day_task_deployment_and_label():
    others = replace(FIRST.decision, task="qa")
    records = [
        replace(FIRST, started=0.0, metadata={"team": "a"}),
        replace(FIRST, started=DAY - 0.001, metadata={"team": "a"}, cost=None),
        replace(FIRST, started=float(DAY), metadata={"team": "a"}),
        replace(FIRST, started=1.0, metadata={"team": "b"}, error="TotalTimeout", deployment=None),
        replace(FIRST, started=2.0, metadata={}, cancelled="CancelledError", deployment=None),
        replace(FIRST, started=3.0, metadata={"team": "a"}, decision=others),
    ]
    found = tally(records, TallyQuery(label="team"))
    assert [(each.at, each.task, each.deployment, each.label, each.calls) for each in found] == [
        (0, "conversational", "second", "a", 2),
        (0, "conversational", None, "b", 1),
        (0, "conversational", None, None, 1),
        (0, "qa", "second", "a", 1),
        (DAY, "conversational", "second", "a", 1),
    ]
    first, failed, left = found[:3]
    assert (first.cost, first.unpriced, first.latency) == (FIRST.cost, 1, 2 * FIRST.latency)
    assert (first.input_tokens, first.output_tokens) == (24, 10)
    assert [(each.errors, each.left) for each in (first, failed, left)] == [(0, 0), (1, 0), (0, 1)]


def test_without_a_label_all_its_values_count_together():
    records = [replace(FIRST, metadata={"team": team}) for team in "ab"]
    (found,) = tally(records, TallyQuery())
    assert (found.calls, found.label) == (2, None)


@given(
    starts=st.lists(st.floats(0, 1e10), max_size=20),
    every=st.sampled_from([60, 3_600, DAY]),
    bounds=st.tuples(st.none() | st.floats(0, 1e10), st.none() | st.floats(0, 1e10)),
)
def test_every_call_between_the_bounds_is_counted_once_and_in_its_time(starts, every, bounds):
    since, until = bounds
    records = [replace(FIRST, started=each) for each in starts]
    found = tally(records, TallyQuery(every=every, since=since, until=until))
    due = [each for each in starts if (since is None or each >= since) and (until is None or each < until)]
    assert sum(each.calls for each in found) == len(due)
    assert all(each.at % every == 0 for each in found)
    for each in due:
        assert any(one.at <= each < one.at + every for one in found)
