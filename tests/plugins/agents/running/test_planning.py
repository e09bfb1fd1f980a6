"""A planner makes the plan, and another one where a node has failed; what is done stays done."""

import json

import pytest

from interlock import ToolOutcome
from interlock_agents.plans import ModelPlanner

ADD = {"id": "sum", "do": "tool", "tool": "add", "with": {"a": 1, "b": 2}, "out": {"type": "integer"}}
BAD = {"id": "bad", "do": "tool", "tool": "numbers", "with": {"upto": -1}, "after": "sum", "tries": 1}
SEND = {"id": "told", "do": "tool", "tool": "send", "with": {"text": "x"}, "after": "bad"}
BETTER = {**SEND, "with": {"text": "it is ${sum}"}, "after": ["sum"]}


async def test_a_goal_becomes_the_plan_that_the_planner_makes(agents, desk):
    asked = []

    def planner(call):
        asked.append(call)
        return {"nodes": [ADD, {**BETTER}]}

    run = await agents(planner=planner).run("Add, and tell me.")
    assert (run.state, desk.sent) == ("done", ["it is 3"])
    assert asked[0].goal == "Add, and tell me."
    assert "send" in asked[0].known.tools


async def test_a_node_that_fails_has_the_run_planned_anew_and_what_is_done_is_not_done_again(agents, desk):
    seen = []

    def planner(call):
        if call.plan is None:
            return {"nodes": [ADD, BAD, SEND]}
        seen.append((call.failed, dict(call.values)))
        return {"nodes": [ADD, BETTER]}

    run = await agents(planner=planner).run("Add, and tell me.")
    assert (run.state, run.plan_version, desk.sent) == ("done", 2, ["it is 3"])
    assert "bad" in seen[0][0]
    assert seen[0][1] == {"sum": 3}
    assert desk.calls.count("add") == 1
    assert run.nodes["bad"].state == "skipped"
    assert "does without" in run.nodes["bad"].why


async def test_what_a_later_plan_does_without_stays_so_and_its_last_node_gives_the_runs_value(agents, desk):
    every = {
        "id": "every",
        "do": "map",
        "each": [1, -1],
        "node": {**BAD, "with": {"upto": "${item}"}, "after": []},
    }
    last = {"id": "last", "do": "tool", "tool": "plus", "with": {"a": 1, "b": 1}, "after": "every"}

    def planner(call):
        if call.plan is None:
            return {"nodes": [ADD, every, last]}
        return {"nodes": [ADD, {**SEND, "id": "tell", "after": "sum", "tries": 1}]}

    desk.fails["send"] = [ToolOutcome(outcome="refused", content="not now")]
    agent = agents({"m": []}, planner=planner, stuck="fail")
    run = await agent.run("Add, and tell me.", run="r")
    assert run.state == "failed"
    run = await agent.resume("r")
    assert (run.state, run.value) == ("done", "sent")
    states = {name: node.state for name, node in run.nodes.items()}
    assert {states.pop("sum"), states.pop("tell")} == {"done"}
    assert {*states.values()} == {"skipped"}


@pytest.mark.parametrize("when", ["first", "again"])
async def test_a_planner_that_raises_ends_the_run_with_what_it_raised_or_with_what_failed(agents, when):
    def planner(call):
        if call.plan is None and when == "again":
            return {"nodes": [ADD, BAD]}
        raise KeyError("nothing like that")

    run = await agents(planner=planner, stuck="fail").run("Add.")
    assert run.state == "failed"
    assert ("the planner raised KeyError" if when == "first" else "bad has failed") in run.why


async def test_a_replan_counts_as_a_call(agents):
    plans = iter([{"nodes": [ADD, BAD]}, {"nodes": [ADD]}])
    run = await agents(planner=lambda call: next(plans)).run("Add.")
    assert (run.state, run.calls) == ("done", 3)


async def test_a_planner_that_finds_no_way_leaves_the_run_failed_with_what_failed(agents):
    def planner(call):
        if call.plan is None:
            return {"nodes": [ADD, BAD]}
        return {"nodes": []}

    run = await agents(planner=planner).run("Add.")
    assert run.state == "failed"
    assert "bad has failed" in run.why
    assert run.values == {"sum": 3}


async def test_a_goal_without_a_usable_plan_fails_with_what_is_wrong(agents):
    run = await agents(planner=lambda call: {"nodes": [{**ADD, "tool": "ad"}]}).run("Add.")
    assert run.state == "failed"
    assert "there is no tool 'ad'" in run.why


async def test_a_model_plans_and_its_call_is_counted(agents, desk):
    plan = json.dumps({"nodes": [{**SEND, "after": []}]})
    agent = agents({"m": [plan]})
    other = agents(router=agent.router, planner=ModelPlanner(router=agent.router))
    run = await other.run("Tell me.")
    assert (run.state, desk.sent, run.calls) == ("done", ["x"], 2)
