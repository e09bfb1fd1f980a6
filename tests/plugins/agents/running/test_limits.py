"""Calls and money: counted before they are made, over all processes, never above what a run may have."""

import sqlite3

import pytest

from interlock import Answer, RequestError, Text, Usage

INTEGER = {"type": "integer"}


def endless(call):
    """Always one more tool."""
    return call.use("add", a=len(call.history), b=1)


async def test_a_run_makes_fifty_calls_over_ten_resumes_and_not_one_more(agents, desk):
    told = []
    agent = agents(policy=endless, on_event=told.append)
    run = await agent.run("Go on for ever.", run="r")
    assert (run.state, run.calls, run.spent.calls) == ("needs_person", 50, 50)
    assert run.waiting_for[0].kind == "calls"
    for _ in range(10):
        run = await agents(policy=endless).resume("r")
    assert (run.state, run.calls, len(desk.calls)) == ("needs_person", 50, 25)
    assert [event.kind for event in told].count("warning") == 1
    assert "50 calls" in run.why


async def test_a_person_gives_more_calls_and_exactly_those_are_made(agents, desk):
    await agents(policy=endless, limit=10).run("x", run="r")
    assert len(desk.calls) == 5
    run = await agents(policy=endless).resume("r", limit=15)
    assert (run.calls, run.limit, len(desk.calls)) == (15, 15, 7)


async def test_a_limit_holds_exactly_where_a_hundred_nodes_are_at_work_at_once(agents, desk):
    plan = {
        "nodes": [
            {
                "id": "all",
                "do": "map",
                "each": list(range(100)),
                "node": {"do": "tool", "tool": "add", "with": {"a": "${item}", "b": 1}, "out": INTEGER},
            }
        ]
    }
    run = await agents(limit=37).run(plan)
    assert (run.state, run.calls, len(desk.calls)) == ("needs_person", 37, 37)
    assert sum(node.state == "done" for node in run.nodes.values()) == 37


async def test_effects_are_counted_once_however_often_their_node_is_gone_on_with(agents, desk):
    plan = {
        "nodes": [
            {"id": "a", "do": "model", "prompt": "Send.", "tools": ["send"]},
        ]
    }

    def policy(call):
        if not call.history:
            return call.use("send", text="x")
        return call.ask("Enough?") if len(call.history) == 1 else call.say("done")

    agent = agents(policy=policy)
    run = await agent.run(plan)
    assert run.calls == 3
    for _ in range(3):
        run = await agents(policy=policy).resume(run.id)
    assert (run.calls, desk.sent) == (6, ["x"]) or run.calls == 3
    assert desk.sent == ["x"]


async def test_a_hundred_parallel_nodes_never_hold_and_spend_more_than_their_run_may(agents, tmp_path):
    seen = []

    def say(call):
        with sqlite3.connect(tmp_path / "interlock-agents.db") as database:
            query = "SELECT usd_held + usd_spent, usd_limit FROM agents_accounts WHERE id = 'r'"
            seen.append(database.execute(query).fetchone())
        return Answer(
            parts=(Text("ok"),), finish_reason="stop", usage=Usage(input_tokens=20, output_tokens=900)
        )

    price = {"input": 10.0, "output": 30.0}
    plan = {
        "nodes": [
            {
                "id": "all",
                "do": "map",
                "each": list(range(100)),
                "node": {"do": "model", "prompt": "Say ok, ${index}.", "settings": {"max_tokens": 1000}},
            }
        ]
    }
    agent = agents(
        {"m": [say] * 100}, config={"deployments": {"m": {"price": price}}}, budget={"usd": 1.0}, limit=200
    )
    run = await agent.run(plan, run="r")
    assert run.state == "over_budget", run.why
    assert max(used for used, _ in seen) <= 1_000_000
    assert {limit for _, limit in seen} == {1_000_000}
    assert 0.9 < run.spent.usd <= 1.0
    assert run.held.usd == 0
    done = sum(node.state == "done" for node in run.nodes.values())
    assert done == 36
    run = await agents({"m": [say] * 100}, config={"deployments": {"m": {"price": price}}}).resume(
        "r", budget={"usd": 10}
    )
    assert run.state == "done", run.why


async def test_a_node_has_a_budget_of_its_own_for_all_its_tries(agents):
    def say(call):
        return Answer(
            parts=(Text("no"),), finish_reason="stop", usage=Usage(input_tokens=20, output_tokens=90)
        )

    plan = {
        "nodes": [
            {
                "id": "a",
                "do": "model",
                "prompt": "How many?",
                "settings": {"max_tokens": 100},
                "budget": {"tokens": 300},
                "out": INTEGER,
                "tries": 9,
            },
            {"id": "b", "do": "model", "prompt": "Say no.", "after": []},
        ]
    }
    agent = agents({"m": [say] * 9, "n": [say] * 9})
    run = await agent.run(plan)
    assert run.nodes["b"].state == "done"
    assert run.nodes["a"].state in ("waiting", "failed")


AWAY = {"region": "us"}
PRICED = {"m": AWAY, "n": AWAY | {"price": {"input": 1.0, "output": 1.0}}}
SAYS = {"nodes": [{"id": "a", "do": "model", "prompt": "Hi", "settings": {"max_tokens": 10}}]}


async def test_a_budget_in_dollars_refuses_models_without_a_price_before_anything_starts(agents, tmp_path):
    agent = agents({"m": ["Hello."], "n": ["Hello."]}, config={"deployments": PRICED}, budget={"usd": 1.0})
    for what in (SAYS, "Say hello."):
        with pytest.raises(RequestError, match="m has no price, and a budget in dollars") as refused:
            await agent.run(what, run="r")
        assert refused.value.key == "budget.usd"
    assert list(await agent.list()) == []
    assert (await agent.run({"nodes": [{**SAYS["nodes"][0], "model": "n"}]})).state == "done"


async def test_models_without_a_price_count_as_free_where_that_is_wanted(agents):
    away = {"deployments": {"m": AWAY}}
    agent = agents({"m": ["Hello."]}, config=away, budget={"usd": 1.0}, unpriced="allow")
    run = await agent.run(SAYS)
    assert (run.state, run.spent.usd) == ("done", 0.0)
    agent = agents({"m": ["Hello."]}, config=away, budget={"tokens": 10_000})
    assert (await agent.run(SAYS)).state == "done"
    # Nobody sends a bill for what runs on one's own ground.
    assert (await agents({"m": ["Hello."]}, budget={"usd": 1.0}).run(SAYS)).state == "done"


async def test_a_later_plan_asks_nobody_without_a_price_either(agents):
    away = {"deployments": {"m": AWAY}}
    agent = agents({"m": ["Hello."]}, config=away, budget={"usd": 1.0}, planner=lambda call: SAYS)
    run = await agent.run("Say hello.")
    assert run.state == "failed"
    assert "m has no price" in run.why
