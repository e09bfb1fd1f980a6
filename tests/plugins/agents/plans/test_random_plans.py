"""A thousand plans at random come to an end; none hangs, repeats, or stops for what failed beside it."""

import pytest

from interlock_agents.plans import plan_to_plain, read_plan
from random_plans import RandomPlan, check_ends, run


@pytest.mark.parametrize("first", range(0, 1000, 250))
def test_every_plan_comes_to_an_end_and_nothing_is_done_twice(first):
    for seed in range(first, first + 250):
        made = RandomPlan(seed, most=12)
        plan = read_plan(made.plain)
        assert read_plan(plan_to_plain(plan)) == plan
        _, there, outcomes = run(made, plan)
        check_ends(plan, there, outcomes)


def test_a_plan_in_which_nothing_fails_is_done_to_the_last_node():
    for seed in range(100):
        made = RandomPlan(seed, most=20, failing=0.0)
        plan = read_plan(made.plain)
        _, there, outcomes = run(made, plan)
        check_ends(plan, there, outcomes)
        bad = [why for why in there.lost.values() if "each" not in why and "items" not in why]
        assert not bad
