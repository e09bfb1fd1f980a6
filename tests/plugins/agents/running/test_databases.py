"""A run goes its way in either database."""

import asyncio

from interlock_agents import moves
from interlock_agents.running.policies import PolicyCall

INTEGER = {"type": "integer"}
PLAN = {
    "nodes": [
        {"id": "list", "do": "tool", "tool": "numbers", "with": {"upto": 3}, "out": {"type": "array"}},
        {
            "id": "each",
            "do": "map",
            "each": "${list}",
            "node": {"do": "tool", "tool": "add", "with": {"a": "${item}", "b": 1}, "out": INTEGER},
        },
        {"id": "many", "do": "person", "ask": "How many?", "out": INTEGER},
        {"id": "stop", "do": "tool", "tool": "wipe", "with": {"what": "${many} of ${each}"}},
    ]
}


async def test_a_run_waits_is_resumed_and_is_done(agents, desk, url):
    agent = agents(store=url)
    run = await agent.run(PLAN)
    assert (run.state, run.values["each"]) == ("needs_person", [1, 2, 3]), run.why
    await agent.answer(run.id, "many", 2, by="Ann")
    run = await agents(store=url).resume(run.id)
    assert run.waiting_for[0].kind == "approval", run.why
    await agent.approve(run.waiting_for[0].id, by="Ann")
    run = await agents(store=url).resume(run.id)
    assert (run.state, desk.sent, run.calls) == ("done", ["wiped 2 of [1, 2, 3]"], 5), run.why


async def test_two_who_run_it_at_once_do_it_once(agents, desk, url):
    call = PolicyCall(run="r", node="n", goal="g", prompt="p")
    policy = moves(call.use("send", text="x"), call.say("done"))
    both = [agents(store=url, policy=policy), agents(store=url, policy=policy)]
    found = await asyncio.gather(*(agent.run("Send.", run="r") for agent in both))
    assert [each.state for each in found] == ["done", "done"], found[0].why
    assert desk.sent == ["x"]
    assert found[0].calls == 3


async def test_a_limit_holds_in_either_database(agents, desk, url):
    node = {"do": "tool", "tool": "add", "with": {"a": "${item}", "b": 1}, "out": INTEGER}
    plan = {"nodes": [{"id": "all", "do": "map", "each": list(range(30)), "node": node}]}
    run = await agents(store=url, limit=17).run(plan)
    assert (run.state, run.calls, len(desk.calls)) == ("needs_person", 17, 17), run.why
