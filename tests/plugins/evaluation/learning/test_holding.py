from dataclasses import replace

import numpy as np
import pytest

from interlock_evaluation.learning import hold
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
