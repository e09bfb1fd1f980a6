"""What attempts come to: completion, pass^k, effects, and what may be said of two models."""

from itertools import combinations
from math import isnan
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_evaluation.agents.attempt import (
    AgentRun,
    Attempt,
    AttemptKey,
    Checked,
    EffectCounts,
    KeptAttempts,
    MadeCall,
)
from interlock_evaluation.agents.figures import AgentsFigures, figures_of, passes
from interlock_evaluation.agents.report import report_of
from interlock_reports import write_report


def made(task: str, model: str, repeat: int, complete: bool | None = True, **facts: object) -> Attempt:
    outcome = "unmeasured" if complete is None else "complete" if complete else "incomplete"
    given_facts = {"state": "done", "steps": 5, "seconds": 2.0, "cost": 0.5} | facts
    return Attempt(key=AttemptKey(task, model, repeat), begun=1, outcome=outcome, **given_facts)  # type: ignore[arg-type]  # as above


def kept(*attempts: Attempt, repeats: int = 1) -> KeptAttempts:
    tasks = tuple(dict.fromkeys(each.key.task for each in attempts))
    models = tuple(dict.fromkeys(each.key.model for each in attempts))
    run = AgentRun(
        id="r",
        suite="desk",
        digest="d",
        tasks=tasks,
        configuration="c",
        models=models,
        repeats=repeats,
        started=1.0,
    )
    return KeptAttempts(run=run, attempts={each.key: each for each in attempts}, least={"a": 2})


def figures(*attempts: Attempt) -> AgentsFigures:
    return figures_of(kept(*attempts))


@given(outcomes=st.lists(st.booleans(), min_size=1, max_size=7), k=st.integers(min_value=1, max_value=7))
def test_the_power_of_passing_is_the_share_of_all_choices_of_k_attempts(outcomes: list[bool], k: int) -> None:
    found = passes({"a": (sum(outcomes), len(outcomes))}, k)
    choices = [all(each) for each in combinations(outcomes, k)]
    if not choices:
        assert isnan(found.value)
    else:
        assert found.value == pytest.approx(sum(choices) / len(choices))


def test_the_power_of_passing_is_a_mean_over_tasks_with_attempts_enough() -> None:
    found = passes({"a": (3, 4), "b": (4, 4), "c": (1, 1)}, 2)
    assert found.value == pytest.approx((0.5 + 1.0) / 2)
    assert found.low <= found.value <= found.high


def test_attempts_at_one_task_count_as_one() -> None:
    alone = figures(*(made(f"t{number}", "m", 0, number % 2 == 0) for number in range(20)))
    several = figures(
        *(made(f"t{number}", "m", repeat, number % 2 == 0) for number in range(20) for repeat in range(5))
    )
    widths = [each.models[0].completion.high - each.models[0].completion.low for each in (alone, several)]
    assert widths[1] == pytest.approx(widths[0], rel=0.2)
    assert several.models[0].attempts == 100
    assert several.models[0].tasks == 20


def test_models_are_told_apart_by_the_tasks_that_both_attempted() -> None:
    pairs = [(f"t{number}", number < 12) for number in range(24)]
    found = figures(
        *(made(task, "good", 0) for task, _ in pairs), *(made(task, "bad", 0, ok) for task, ok in pairs)
    )
    (compared,) = found.compared
    assert (found.best, compared.model, compared.claimed) == ("good", "bad", True)
    assert compared.behind.value == pytest.approx(0.5)
    close = figures(
        *(made(task, "good", 0) for task, _ in pairs),
        *(made(task, "bad", 0, task != "t3") for task, _ in pairs),
    )
    assert [each.claimed for each in close.compared] == [False]


def test_what_was_not_measured_is_no_failure_and_is_told() -> None:
    found = figures(made("a", "m", 0), made("b", "m", 0, None, error="QuotaExceeded"))
    assert found.models[0].completion.value == 1.0
    assert (found.models[0].attempts, found.models[0].unmeasured) == (1, 1)
    assert (found.why, found.unmeasured) == ({"QuotaExceeded": 1}, 0.5)


def test_effects_calls_and_money_are_added_up() -> None:
    calls = (
        MadeCall(tool="x", arguments={}, outcome="done"),
        MadeCall(tool="y", arguments={}, outcome="refused"),
    )
    known = EffectCounts(done=2, twice=1, lost=0)
    found = figures(
        made("a", "m", 0, calls=calls, effects=known),
        made("b", "m", 0, calls=calls, effects=EffectCounts(open=1)),
    )
    (model,) = found.models
    assert (model.calls.value, model.twice, model.lost, model.open) == (0.5, 1, 0, 1)
    assert (model.cost.value, model.beyond) == (0.5, 1.0)
    assert found.spent == 1.0
    silent = figures(made("a", "m", 0, effects=EffectCounts(done=1)))
    assert silent.models[0].twice is None


def test_what_stopped_attempts_is_told() -> None:
    wrong = (Checked(name="refunded", passed=False), Checked(name="expected", passed=False))
    found = figures(
        made("a", "m", 0, False, checks=wrong),
        made("b", "m", 0, False, checks=wrong[1:]),
        made("c", "m", 0, False, state="out_of_steps"),
        made("d", "m", 0, False, state="failed", error="ProtocolError"),
    )
    assert found.stopped == {
        "m": {"wrong state": 1, "wrong answer": 1, "out of steps": 1, "ProtocolError": 1}
    }


def page_of(attempts: KeptAttempts, folder: Path) -> str:
    write_report(report_of(figures_of(attempts), attempts.run), folder / "report.html")
    return (folder / "report.html").read_text("utf-8")


def test_a_run_of_which_nothing_was_measured_is_told_as_such(tmp_path: Path) -> None:
    nothing = kept(made("a", "m", 0, None, error="QuotaExceeded"))
    assert figures_of(nothing).best is None
    assert "nothing can be said" in page_of(nothing, tmp_path)


def test_the_report_says_that_it_cannot_tell(tmp_path: Path) -> None:
    run = kept(
        *(made(task, model, repeat, model == "m") for task in "ab" for model in "mn" for repeat in range(2)),
        repeats=2,
    )
    page = page_of(run, tmp_path)
    assert "cannot tell" in page
    assert "pass^k" in page
    assert "2 of 2" in page
