"""Equal calls of a run are told apart by counting them, and work that is repeated counts the same."""

import json
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from interlock_agents.accounting import Counts, RunScope, in_run, needed_scope

WORK = st.lists(st.tuples(st.sampled_from("abc"), st.lists(st.sampled_from("xy"), max_size=4)), max_size=8)


def made(counts: Counts, work: str, nodes: list[str]) -> list[int]:
    """The numbers of a piece of work's calls, in order."""
    times: dict[str, int] = {}
    numbers = []
    for node in nodes:
        nth = times[node] = times.get(node, -1) + 1
        numbers.append(counts.take(node, work=work, nth=nth))
    return numbers


def test_equal_calls_are_numbered_from_nought() -> None:
    counts = Counts()
    assert [counts.take("x"), counts.take("x"), counts.take("y"), counts.take("x")] == [0, 1, 0, 2]


def test_a_call_that_is_not_over_is_the_next_equal_one() -> None:
    counts = Counts()
    assert [counts.take("x"), counts.take("x")] == [0, 1]
    counts.leave("x", 0)
    counts.leave("x", 0)
    assert [counts.take("x"), counts.take("x")] == [0, 2]


def test_work_that_is_repeated_takes_its_own_call_up_again() -> None:
    counts = Counts()
    assert counts.take("x", work="a") == 0
    counts.leave("x", 0)
    assert counts.take("x", work="a") == 0
    assert counts.take("x", work="b") == 1


@given(WORK, st.data())
def test_work_that_is_repeated_meets_its_own_calls_and_nobody_elses(
    pieces: list[tuple[str, list[str]]], data: st.DataObject
) -> None:
    counts, first = Counts(), {}
    for number, (name, nodes) in enumerate(pieces):
        first[f"{name}{number}"] = (nodes, made(counts, f"{name}{number}", nodes))
    # Whatever was kept in between, as JSON, and in whatever order it is repeated.
    counts = Counts.read(json.loads(json.dumps(counts.plain())))
    for name in data.draw(st.permutations(list(first))):
        nodes, numbers = first[name]
        assert made(counts, name, nodes) == numbers
    taken = [(node, n) for nodes, numbers in first.values() for node, n in zip(nodes, numbers, strict=True)]
    assert len(set(taken)) == len(taken)
    for node in "xy":
        assert counts.take(node) == sum(1 for each, _ in taken if each == node)


@given(WORK, st.integers(0, 8))
def test_from_an_older_state_the_same_work_takes_the_same_numbers(
    pieces: list[tuple[str, list[str]]], after: int
) -> None:
    counts, kept, told = Counts(), None, []
    for number, (name, nodes) in enumerate(pieces):
        if number == after:
            kept = json.dumps(counts.plain())
        told.append(made(counts, f"{name}{number}", nodes))
    if kept is not None:
        again = Counts.read(json.loads(kept))
        for number, (name, nodes) in enumerate(pieces[after:], after):
            assert made(again, f"{name}{number}", nodes) == told[number]


def test_a_run_begins_anew_each_time_and_goes_on_inside_itself() -> None:
    for _ in range(2):
        with in_run("order-7"):
            assert needed_scope().counts.take("x") == 0
            with in_run("order-7"):
                assert needed_scope().counts.take("x") == 1
            with in_run("order-7/sub"):
                assert needed_scope().counts.take("x") == 0
            assert needed_scope().counts.take("x") == 2


def test_threads_that_enter_what_a_run_gives_count_together() -> None:
    def call(scope: RunScope) -> int:
        with in_run(scope):
            return needed_scope().counts.take("x")

    with in_run("order-7") as scope, ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(call, [scope] * 20)) == list(range(20))
