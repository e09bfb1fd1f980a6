"""A plan is worked on until it is done, fails, or waits for somebody; values keep their types."""

import pytest

from drawers import Drawer, Plugin
from interlock import RequestError, ToolOutcome, tool_of
from interlock_agents import PlanError, read_plan
from interlock_agents.plans import decoded
from interlock_agents.running.keeping import kept_plan

INTEGER = {"type": "integer"}
TYPED = {
    "nodes": [
        {"id": "sum", "do": "tool", "tool": "add", "with": {"a": 1, "b": 2}, "out": INTEGER},
        {
            "id": "list",
            "do": "tool",
            "tool": "numbers",
            "with": {"upto": "${sum}"},
            "out": {"type": "array", "items": INTEGER},
        },
        {
            "id": "bytes",
            "do": "tool",
            "tool": "picture",
            "out": {"type": "string", "contentEncoding": "base64"},
        },
        {
            "id": "each",
            "do": "map",
            "each": "${list}",
            "node": {"do": "tool", "tool": "add", "with": {"a": "${item}", "b": "${sum}"}, "out": INTEGER},
        },
        {"id": "told", "do": "tool", "tool": "send", "with": {"text": "it is ${each}, of ${list[2]}"}},
    ]
}
BRANCHES = {
    "nodes": [
        {"id": "bad", "do": "tool", "tool": "numbers", "with": {"upto": -1}},
        {"id": "after", "do": "tool", "tool": "send", "with": {"text": "${bad}"}},
        {"id": "last", "do": "tool", "tool": "send", "with": {"text": "x"}, "after": "after"},
        {"id": "free", "do": "tool", "tool": "add", "with": {"a": 1, "b": 1}, "out": INTEGER},
        {"id": "also", "do": "tool", "tool": "send", "with": {"text": "${free} is done"}},
    ]
}


async def test_values_go_from_node_to_node_with_their_types_and_are_kept_so(agents, desk):
    run = await agents().run(TYPED)
    assert run.state == "done", run.why
    assert run.values["sum"] == 3
    assert run.values["list"] == [0, 1, 2]
    assert run.values["bytes"] == b"\x00\x01\xff"
    assert run.values["each"] == [3, 4, 5]
    assert desk.sent == ["it is [3, 4, 5], of 2"]
    assert run.value == "sent"
    again = await agents().show(run.id)
    assert again.values == run.values


async def test_a_branch_that_fails_takes_what_comes_after_it_and_nothing_else(agents, desk):
    run = await agents().run(BRANCHES)
    assert run.state == "failed"
    assert "bad has failed" in run.why
    states = {name: node.state for name, node in run.nodes.items()}
    assert states == {
        "bad": "failed",
        "after": "skipped",
        "last": "skipped",
        "free": "done",
        "also": "done",
    }
    assert "below 0" in run.nodes["bad"].why
    assert "bad has failed" in run.nodes["last"].why
    assert desk.sent == ["2 is done"]


async def test_what_has_failed_is_tried_anew_when_the_run_is_resumed_and_what_is_done_is_not(agents, desk):
    plan = {
        "nodes": [
            {"id": "one", "do": "tool", "tool": "send", "with": {"text": "first"}},
            {"id": "two", "do": "tool", "tool": "add", "with": {"a": 1, "b": 1}, "out": INTEGER, "tries": 1},
            {"id": "three", "do": "tool", "tool": "send", "with": {"text": "it is ${two}"}},
        ]
    }
    desk.fails["add"] = ["no number"]
    agent = agents()
    run = await agent.run(plan)
    assert (run.state, run.nodes["three"].state) == ("failed", "skipped")
    run = await agent.resume(run.id)
    assert run.state == "done", run.why
    assert desk.sent == ["first", "it is 2"]
    assert [each.approach for each in run.nodes["two"].tried] == [0, 1]


async def test_a_person_gives_a_node_that_has_failed_its_value(agents, desk):
    agent = agents()
    run = await agent.run(BRANCHES)
    with pytest.raises(RequestError, match="string is expected"):
        await agent.answer(run.id, "bad", 5, by="Ann")
    await agent.answer(run.id, "bad", "by hand", by="Ann")
    run = await agent.resume(run.id)
    assert run.state == "done", run.why
    assert "by hand" in desk.sent
    assert "Ann" in run.nodes["bad"].why


async def test_a_question_waits_for_a_persons_answer_while_the_rest_goes_on(agents, desk):
    plan = {
        "nodes": [
            {"id": "many", "do": "person", "ask": "How many?", "out": INTEGER},
            {"id": "told", "do": "tool", "tool": "send", "with": {"text": "${many} of them"}},
            {"id": "free", "do": "tool", "tool": "send", "with": {"text": "meanwhile"}},
        ]
    }
    agent = agents()
    run = await agent.run(plan)
    assert run.state == "needs_person"
    assert desk.sent == ["meanwhile"]
    (waiting,) = run.waiting_for
    assert (waiting.node, waiting.kind, waiting.text) == ("many", "question", "How many?")
    with pytest.raises(RequestError, match="integer is expected"):
        await agent.answer(run.id, "many", "three", by="Ann")
    with pytest.raises(RequestError) as error:
        await agent.answer(run.id, "mny", 3, by="Ann")
    assert error.value.suggestion == "many"
    assert (await agent.resume(run.id)).state == "needs_person"
    await agent.answer(run.id, "many", 3, by="Ann")
    run = await agents().resume(run.id)
    assert run.state == "done", run.why
    assert desk.sent == ["meanwhile", "3 of them"]


async def test_a_run_with_an_id_that_is_there_goes_on_with_that_one(agents, desk):
    plan = {"nodes": [{"id": "one", "do": "tool", "tool": "send", "with": {"text": "once"}}]}
    first = await agents().run(plan, run="order-7")
    again = await agents().run(plan, run="order-7")
    assert (first.id, again.id, desk.sent) == ("order-7", "order-7", ["once"])


async def test_a_plan_that_cannot_be_used_is_told_before_anything_starts(agents, desk):
    agent = agents()
    with pytest.raises(PlanError) as error:
        await agent.run({"nodes": [{"id": "one", "do": "tool", "tool": "snd", "with": {"text": "x"}}]})
    assert error.value.suggestion == "send"
    assert (desk.calls, await agent.list()) == ([], [])


async def test_a_run_that_is_not_there_is_named_with_the_nearest(agents):
    agent = agents()
    await agent.run({"nodes": [{"id": "one", "do": "tool", "tool": "picture"}]}, run="orders")
    with pytest.raises(RequestError) as error:
        await agent.show("ordrs")
    assert error.value.suggestion == "orders"


async def test_runs_are_listed_the_newest_first_and_by_state(agents):
    agent = agents()
    done = {"nodes": [{"id": "one", "do": "tool", "tool": "add", "with": {"a": 1, "b": 1}}]}
    await agent.run(done, run="a")
    await agent.run({"nodes": [{"id": "q", "do": "person", "ask": "?"}]}, run="b")
    assert [each.id for each in await agent.list()] == ["b", "a"]
    assert [each.id for each in await agent.list(state="done")] == ["a"]


async def test_a_cancelled_run_stays_so(agents):
    agent = agents()
    run = await agent.run({"nodes": [{"id": "q", "do": "person", "ask": "?"}]})
    assert (await agent.cancel(run.id)).state == "cancelled"
    with pytest.raises(RequestError, match="was cancelled"):
        await agent.resume(run.id)


async def test_what_happens_is_told_as_it_does(agents):
    told = []
    plan = read_plan(
        {"nodes": [{"id": "one", "do": "tool", "tool": "add", "with": {"a": 1, "b": 1}, "out": INTEGER}]}
    )
    await agents(on_event=told.append).run(plan)
    kinds = [event.kind for event in told]
    assert kinds == ["run_started", "node_started", "call_started", "call_ended", "node_ended", "run_ended"]


def test_code_without_a_loop_runs_agents_too(routed, tmp_path, desk):
    from interlock_agents import Agent

    agent = Agent(routed(), folder=tmp_path)
    run = agent.run_sync({"nodes": [{"id": "one", "do": "tool", "tool": "send", "with": {"text": "x"}}]})
    assert (run.state, agent.show_sync(run.id).value, desk.sent) == ("done", "sent", ["x"])
    agent.close_sync()


def test_a_plan_whose_arguments_hold_bytes_is_kept_as_it_is():
    node = {"id": "send", "do": "tool", "tool": "send", "with": {"file": b"\x00\xff", "size": 1.0}}
    plan = read_plan({"nodes": [node]})
    kept = kept_plan(plan, why="", now=0.0)
    assert read_plan(decoded(kept.text)) == plan


async def test_a_run_is_done_without_an_optional_node_that_has_failed(agents, desk):
    plan = {
        "nodes": [
            BRANCHES["nodes"][0] | {"optional": True, "out": {"type": "array"}},
            {"id": "free", "do": "tool", "tool": "add", "with": {"a": 1, "b": 1}, "out": INTEGER},
            {
                "id": "told",
                "do": "model",
                "prompt": "What was found?",
                "with": {"bad": "${bad}", "sum": "${free}"},
            },
        ]
    }
    seen = []

    def policy(call):
        seen.append(call.values)
        return call.say("one was")

    run = await agents(policy=policy).run(plan)
    assert (run.state, run.value) == ("done", "one was")
    assert seen == [{"bad": None, "sum": 2}]
    assert {name: node.state for name, node in run.nodes.items()} == {
        "bad": "failed",
        "free": "done",
        "told": "done",
    }


async def test_a_list_that_a_tool_says_item_by_item_is_the_list_of_its_receipt(agents, desk):
    desk.fails["add"] = [ToolOutcome(outcome="done", content="1\n2", receipt={"result": [1, 2]})]
    desk.fails["plus"] = [ToolOutcome(outcome="done", content="three", receipt={"result": "three"})]
    node = {"do": "tool", "with": {"a": 1, "b": 2}, "out": {"type": "array"}}
    run = await agents().run({"nodes": [node | {"id": each, "tool": each} for each in ("add", "plus")]})
    assert run.values == {"add": [1, 2]}
    assert "does not fit `out`" in run.nodes["plus"].why


async def test_looking_after_effects_asks_nobody_whom_their_run_may_not_ask(agents, desk, routed):
    other = Drawer("other", tool_of(desk.add, effect="read"))
    connectors = [{"id": "desk", "connector": "desk"}, {"id": "other", "connector": "other"}]
    router = routed(others=[Plugin(other)], connectors=connectors)
    desk.fails["shout"] = [ToolOutcome(outcome="unknown", content="502")]
    agent = agents(router=router, constraints={"deny_vendors": ["nobody"]})
    plan = {"nodes": [{"id": "a", "do": "tool", "tool": "shout", "with": {"text": "x"}}]}
    run = await agent.run(plan, constraints={"deny_vendors": ["other"]})
    assert (run.state, other.asked) == ("needs_person", 0)
    await agent.reconcile()
    await agent.reconcile(run.id)
    assert other.asked == 0
