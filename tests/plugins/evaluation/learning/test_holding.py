from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_evaluation.learning import hold
from interlock_evaluation.learning.holding import PROMPTS
from interlock_evaluation.outcomes import Outcome, Outcomes
from routing_worlds import specialists

ROUTES = {"code": ["coder", "all-round"], **{task: ["all-round"] for task in ("law", "mail", "sums")}}


def test_routes_that_are_better_hold():
    found = hold(specialists(400), ROUTES)
    assert (found.verdict, found.baseline, found.unrouted) == ("holds", "all-round", ())
    assert found.estimate.gain.low > 0


def test_routes_that_are_worse_do_not():
    found = hold(specialists(400), {**ROUTES, "law": ["small"]})
    assert found.verdict == "worse"
    assert hold(specialists(400), {**ROUTES, "law": ["small"]}, margin=0.2).verdict == "holds"


def test_too_many_missing_marks_are_not_measured():
    outcomes = specialists(400)
    correct = outcomes.correct.copy()
    correct[:40, outcomes.place("all-round")] = np.nan
    found = hold(replace(outcomes, correct=correct), ROUTES)
    assert (found.verdict, "lack a mark" in found.why) == ("not measured", True)
    assert hold(replace(outcomes, correct=correct), ROUTES, missing=0.2).verdict == "holds"


def test_few_prompts_are_not_measured():
    assert hold(specialists(16), ROUTES).verdict == "not measured"


def test_tasks_without_a_route_are_left_out_and_named():
    found = hold(specialists(400), {"code": ["coder"]})
    assert (found.unrouted, found.estimate.prompts) == (("law", "mail", "sums"), 100)
    assert hold(specialists(400), {"other": ["coder"]}).verdict == "not measured"


def test_the_next_model_of_a_route_stands_for_one_that_the_table_lacks():
    assert hold(specialists(400), {**ROUTES, "code": ["newer", "coder"]}).estimate.gain.low > 0
    with pytest.raises(ValueError, match="newer"):
        hold(specialists(400), {"code": ["newer"]})


def test_the_model_to_compare_with_may_be_given():
    found = hold(specialists(400), ROUTES, baseline="small")
    assert found.baseline == "small"
    assert found.estimate.gain.low > 0.1
    with pytest.raises(KeyError, match="nobody"):
        hold(specialists(40), ROUTES, baseline="nobody")


@st.composite
def constrained(draw):
    """A table in which rules keep prompts from models and every other cell is marked, and routes for it."""
    models, tasks = "abcd"[: draw(st.integers(2, 4))], "xyz"[: draw(st.integers(1, 3))]
    open_to = {model: draw(st.sampled_from([0.0, 0.2, 0.6, 0.9, 1.0])) for model in models}
    dice, rows = draw(st.randoms(use_true_random=False)), []
    for at in range(draw(st.integers(1, 90))):
        for model in models:
            kept = dice.random() >= open_to[model]
            mark = np.nan if kept else float(dice.random() < 0.6)
            error = dice.choice(["excluded", "Excluded", " EXCLUDED "]) if kept else ""
            rows.append(
                Outcome(
                    prompt=f"{at}", task=tasks[at % 3 % len(tasks)], model=model, correct=mark, error=error
                )
            )
    rows = dice.sample(rows, len(rows))
    routes = {task: draw(st.permutations(models)) for task in tasks}
    return rows, {task: row[: draw(st.integers(1, len(row)))] for task, row in routes.items()}


@given(constrained(), st.none() | st.sampled_from("ab"))
def test_what_is_excluded_alone_is_never_too_little_to_measure(made, baseline):
    rows, routes = made
    table = Outcomes.of(rows)
    found = hold(table, routes, margin=1.0, baseline=baseline)
    assert found.verdict == ("holds" if found.estimate.prompts >= PROMPTS else "not measured")
    assert found.estimate.prompts + found.excluded == len(table.prompts)
    assert found.missing == (0.0 if found.estimate.prompts else 1.0)
    if baseline is None:
        return
    may = {(row.prompt, row.model): row.correct for row in rows if not row.excluded}
    led = {
        prompt: next((model for model in routes[task] if (prompt, model) in may), None)
        for prompt, task in zip(table.prompts, table.tasks, strict=True)
    }
    both = [prompt for prompt, model in led.items() if model and (prompt, baseline) in may]
    assert found.estimate.prompts == len(both), "those that both sides may have"
    if both:
        gain = sum(may[prompt, led[prompt]] - may[prompt, baseline] for prompt in both) / len(both)
        assert found.estimate.gain.value == pytest.approx(gain), "as the router would serve them"


def test_what_is_excluded_does_not_hide_what_is_missing():
    outcomes = specialists(400)
    excluded, correct = outcomes.excluded.copy(), outcomes.correct.copy()
    excluded[:200, outcomes.place("all-round")] = True
    correct[:220, outcomes.place("all-round")] = np.nan
    found = hold(replace(outcomes, correct=correct, excluded=excluded), ROUTES, baseline="all-round")
    assert (found.verdict, found.missing, found.excluded) == ("not measured", 0.1, 200)


def test_a_prompt_of_which_one_call_was_excluded_and_another_failed_is_missing():
    nothing = {"prompt": "1", "model": "a", "correct": float("nan")}
    rows = [Outcome(**nothing, error="excluded"), Outcome(**nothing, error="RateLimited")]
    assert Outcomes.of(rows[:1]).excluded.tolist() == [[True]]
    assert Outcomes.of(rows).excluded.tolist() == [[False]]
