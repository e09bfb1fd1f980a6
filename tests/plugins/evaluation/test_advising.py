"""Which prompts to ask next."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_evaluation.advising import FAR, advise
from interlock_evaluation.outcomes import Outcome, Outcomes


def table(**tasks: tuple[list[float], list[float]]) -> Outcomes:
    """The marks of two models in each task; an answer of `dear` costs a dollar, of `cheap` a cent."""
    return Outcomes.of(
        Outcome(
            prompt=f"{task}{at}", model=model, task=task, correct=mark, cost=1.0 if model == "dear" else 0.01
        )
        for task, (cheap, dear) in tasks.items()
        for at, pair in enumerate(zip(cheap, dear, strict=True))
        for model, mark in zip(("cheap", "dear"), pair, strict=True)
    )


def test_money_goes_where_it_cannot_be_told_yet() -> None:
    found = advise(
        table(
            clear=([0.0] * 40, [1.0] * 36 + [0.0] * 4),
            open=([1.0] * 6 + [0.0] * 34, [1.0] * 3 + [0.0] * 36 + [1.0]),
            alike=([1.0] * 20, [1.0] * 20),
            few=([1.0] * 3, [0.0] * 3),
        )
    )
    assert found.best == "dear"
    of = {each.task: each for each in found.tasks}
    assert of["clear"].settled
    assert (of["clear"].gain.high < 0, of["clear"].share) == (True, 0.0)
    assert (of["alike"].more, of["alike"].share) == (None, 0.0), "either will do"
    assert (of["few"].rival, of["few"].more) == (None, None)
    (more, cost) = of["open"].more, of["open"].cost
    assert more is not None
    assert 100 < more < FAR
    assert cost == pytest.approx(more * 1.01)
    assert of["open"].share == 1.0


def test_what_is_open_in_several_tasks_is_shared_by_their_spread() -> None:
    wild, calm = [1.0, 0.0] * 20, [0.5] * 40
    dice = np.random.default_rng(0)
    found = advise(
        table(
            wild=(wild, dice.permutation(wild).tolist()),
            calm=(calm, [0.5, 0.55, 0.45, 0.5] * 10),
            one=([0], [1]),
        )
    )
    of = {each.task: each for each in found.tasks}
    assert of["wild"].share > of["calm"].share > 0
    assert sum(each.share for each in found.tasks) == pytest.approx(1)


def test_one_model_alone_leaves_nothing_to_settle() -> None:
    with pytest.raises(ValueError, match="one model alone"):
        advise(Outcomes.of([Outcome(prompt="a", model="m", correct=1.0)]))


marks = st.one_of(st.none(), st.floats(0, 1, allow_subnormal=False))


@given(st.lists(st.tuples(marks, marks, marks, st.sampled_from(["a", "b", ""])), min_size=1, max_size=60))
def test_whatever_is_marked_is_advised_on(rows: list[tuple[float | None, ...]]) -> None:
    outcomes = Outcomes.of(
        Outcome(
            prompt=str(at),
            model=f"m{number}",
            task=str(row[3]),
            correct=float("nan") if mark is None else mark,
        )
        for at, row in enumerate(rows)
        for number, mark in enumerate(row[:3])
    )
    found = advise(outcomes)
    assert all(each.more is None or 0 <= each.more <= FAR for each in found.tasks)
    assert sum(each.share for each in found.tasks) == pytest.approx(1) or not any(
        each.share for each in found.tasks
    )
