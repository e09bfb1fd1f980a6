from dataclasses import replace

import numpy as np
import pytest

from interlock_evaluation.learning import learn
from interlock_evaluation.learning.gating import best_single, gains, gated, promising, winners
from interlock_evaluation.learning.marks import Marks
from routing_worlds import equals, specialists, world


def routed(outcomes, rule=gated, **options):
    marks = Marks.of(outcomes)
    route = rule(gains(marks, best_single(marks)), **options)
    return {task: marks.models[route[at]] for at, task in enumerate(marks.tasks)}


def test_a_task_leaves_the_best_model_for_one_that_is_much_better_there():
    assert routed(specialists(600)) == {
        "code": "coder",
        "law": "all-round",
        "mail": "all-round",
        "sums": "all-round",
    }


def test_where_all_are_equal_a_gate_leaves_hardly_ever_and_a_plain_winner_nearly_always():
    left, won = 0, 0
    for seed in range(25):
        marks = Marks.of(equals(200, seed))
        single = best_single(marks)
        found = gains(marks, single)
        left += (gated(found) != single).any()
        won += (winners(found) != single).any()
    assert left <= 2
    assert won >= 23


def test_the_lower_bound_of_whatever_leads_lies_above_nothing_unless_what_is_likely_was_asked_for():
    held, loose = 0, 0
    for seed in range(12):
        outcomes = specialists(150, seed)
        for likely in (False, True):
            found = learn(outcomes, likely=likely)
            gained = [each.gain for each in found.routes if each.gain is not None]
            assert found.level == (0.95 if likely else pytest.approx(0.8))
            if likely:
                loose += len(gained)
            else:
                held += len(gained)
                assert all(gain.low > 0 for gain in gained)
    assert loose >= held > 0


def test_more_risk_takes_more():
    def moved(risk):
        return sum("coder" in routed(specialists(80, seed), risk=risk).values() for seed in range(20))

    assert moved(0.001) < moved(0.2)


def test_a_task_with_too_few_prompts_stays():
    outcomes = specialists(600)
    assert routed(outcomes, least=151)["code"] == "all-round"
    assert routed(outcomes, least=150)["code"] == "coder"


def test_a_model_that_was_asked_the_easy_prompts_alone_is_not_the_best_one():
    outcomes = specialists(400, seed=3)
    easy = outcomes.correct.sum(axis=1) == 3
    correct = outcomes.correct.copy()
    small = outcomes.place("small")
    left_out = ~easy & (np.random.default_rng(1).random(400) < 0.9)
    correct[left_out, small] = np.nan
    gaps = replace(outcomes, correct=correct)
    assert np.nanmean(gaps.correct, axis=0).argmax() == small
    marks = Marks.of(gaps)
    assert marks.models[best_single(marks)] != "small"


def test_a_model_that_hardly_anybody_was_asked_of_does_not_stand_for_all():
    outcomes = world({"t": {"usual": 0.6, "rare": 0.99}}, 100)
    correct = outcomes.correct.copy()
    correct[10:, outcomes.place("rare")] = np.nan
    marks = Marks.of(replace(outcomes, correct=correct))
    assert marks.models[best_single(marks)] == "usual"


def test_without_a_gate_the_most_promising_model_of_each_task_leads():
    assert routed(specialists(600), promising)["code"] == "coder"


def test_marks_that_are_all_the_same_move_nothing():
    outcomes = world({"a": {"x": 0.5, "y": 0.5}, "b": {"x": 0.5, "y": 0.5}}, 60)
    same = replace(outcomes, correct=np.ones_like(outcomes.correct))
    assert set(routed(same).values()) == {"x"}


def test_without_a_mark_there_is_no_best_model():
    outcomes = equals(20)
    nothing = Marks.of(replace(outcomes, correct=np.full_like(outcomes.correct, np.nan)))
    with pytest.raises(ValueError, match="no model has a mark"):
        best_single(nothing)


def test_prompts_that_nobody_shares_say_nothing_of_a_task():
    outcomes = specialists(200)
    correct = outcomes.correct.copy()
    code = np.array([task == "code" for task in outcomes.tasks])
    correct[code, outcomes.place("coder")] = np.nan
    assert routed(replace(outcomes, correct=correct))["code"] == "all-round"
