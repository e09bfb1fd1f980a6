"""Which other approach follows what was wrong: each rung once, and none while an effect is open."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import ToolOutcome
from interlock.errors import ContextLengthExceeded
from interlock.testing import scripted_providers
from interlock_agents import Agent
from interlock_agents.running.diagnosing import Diagnosis
from interlock_agents.running.ladder import RUNGS, Ways, next_rung

TOOL = Ways(calls_tool=True, alternatives=1)
MODEL = Ways(calls_tool=False, models=1, divides=True)
INTEGER = {"type": "integer"}
BUSY = ToolOutcome(outcome="refused", reason="limited", content="too many", retry_after=7)


def rungs(fault, ways):
    """All that is tried for one fault, in order."""
    used = []
    while (rung := next_rung(Diagnosis(fault=fault, why="x"), ways, used, blocked=False)) is not None:
        used.append(rung)
    return used


@pytest.mark.parametrize(
    ("fault", "ways", "tried"),
    [
        ("input", TOOL, ["repair"]),
        ("limited", TOOL, ["wait", "other_endpoint"]),
        ("limited", MODEL, ["wait", "other_model"]),
        ("tool", TOOL, ["other_tool"]),
        ("content", MODEL, ["other_model"]),
        ("large", MODEL, ["split", "other_model"]),
        ("denied", TOOL, []),
        ("other", Ways(calls_tool=True, asks=True), ["person"]),
        ("limited", Ways(calls_tool=True, reads=False, alternatives=1), ["wait"]),
    ],
)
def test_each_fault_has_its_rungs(fault, ways, tried):
    assert rungs(fault, ways) == tried


@given(
    st.lists(
        st.sampled_from(["input", "limited", "tool", "content", "large", "denied", "other"]), min_size=20
    ),
    st.builds(
        Ways,
        calls_tool=st.booleans(),
        reads=st.booleans(),
        alternatives=st.integers(0, 2),
        models=st.integers(0, 2),
        divides=st.booleans(),
        repairs=st.booleans(),
        asks=st.booleans(),
    ),
)
def test_whatever_goes_wrong_a_node_stands_on_each_rung_once_and_then_has_failed(faults, ways):
    used = []
    for fault in faults:
        rung = next_rung(Diagnosis(fault=fault, why="x"), ways, used, blocked=False)
        if rung is not None:
            used.append(rung)
    assert len(used) == len(set(used)) <= len(RUNGS)


@pytest.mark.parametrize("fault", ["input", "limited", "tool", "content", "large", "other"])
def test_nothing_is_tried_while_an_effect_is_open(fault):
    ways = Ways(calls_tool=False, alternatives=1, models=1, divides=True, asks=True)
    assert next_rung(Diagnosis(fault=fault, why="x"), ways, [], blocked=True) is None


def one(**node):
    return {"nodes": [{"id": "n", "do": "tool", "out": INTEGER, **node}]}


ADD = {"tool": "add", "with": {"a": 1, "b": 2}}


async def test_a_read_at_its_limit_waits_as_long_as_the_service_says(agents, desk):
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    desk.fails["add"] = [BUSY]
    run = await agents(sleep=sleep).run(one(**ADD))
    assert (run.state, run.value, slept) == ("done", 3, [7])
    assert [each.rung for each in run.nodes["n"].tried] == [None, "wait"]


async def test_a_read_that_stays_at_its_limit_goes_to_the_alternative(agents, desk):
    desk.fails["add"] = [BUSY, BUSY]
    run = await agents().run(one(**ADD, alternatives=["plus"]))
    assert (run.state, run.value, desk.calls) == ("done", 3, ["add", "add", "plus"])


async def test_a_node_is_tried_as_often_as_it_says_and_no_more(agents, desk):
    desk.fails["add"] = [BUSY] * 9
    run = await agents().run(one(**ADD, alternatives=["plus"], tries=2))
    assert (run.state, desk.calls) == ("failed", ["add", "add"])


async def test_refused_arguments_are_repaired_by_a_model_that_sees_the_complaint(agents, desk):
    agent = agents({"m": ['{"upto": 3}']})
    plan = one(tool="numbers", **{"with": {"upto": -1}})
    plan["nodes"][0]["out"] = {"type": "array"}
    run = await agent.run(plan)
    assert (run.state, run.value) == ("done", [0, 1, 2])
    (provider,) = scripted_providers(agent.router)
    assert "below 0" in provider.calls[0].request.messages[-1].text
    assert run.calls == 3


async def test_a_model_whose_answer_is_of_no_use_is_followed_by_another(agents):
    plan = {"nodes": [{"id": "n", "do": "model", "prompt": "How many?", "out": INTEGER}]}
    run = await agents({"a": ["many", "lots"], "b": ['{"value": 4}']}).run(plan)
    assert (run.state, run.value) == ("done", 4), run.why
    other = await agents(
        {"a": ["Bad."], "b": ["Good."]}, verify=lambda node, value: (value == "Bad." and "bad") or None
    ).run({"nodes": [{"id": "n", "do": "model", "prompt": "Say something."}]})
    assert (other.state, other.value) == ("done", "Good."), other.why


async def test_what_is_too_long_for_one_call_is_done_in_five_parts_at_the_most(agents):
    def first(call):
        raise ContextLengthExceeded("too long", status=400)

    nodes = [
        {"id": "many", "do": "tool", "tool": "numbers", "with": {"upto": 3000}, "out": {"type": "array"}},
        {"id": "n", "do": "model", "prompt": "Which is the largest? ${many}"},
    ]
    agent = agents({"m": [first, "a", "b", "c", "d", "e", "2999"]})
    run = await agent.run({"nodes": nodes})
    assert (run.state, run.value) == ("done", "2999"), run.why
    assert [each.rung for each in run.nodes["n"].tried] == [None, "split"]
    (provider,) = scripted_providers(agent.router)
    assert "Part 5: e" in provider.calls[-1].request.messages[-1].text


async def test_an_effect_nobody_knows_of_waits_for_a_person_and_nothing_else_is_tried(agents, desk):
    desk.fails["shout"] = [ToolOutcome(outcome="unknown", content="cut")]
    plan = {
        "nodes": [
            {"id": "n", "do": "tool", "tool": "shout", "with": {"text": "x"}, "alternatives": ["send"]},
            {"id": "after", "do": "tool", "tool": "send", "with": {"text": "${n}"}},
            {"id": "free", "do": "tool", "tool": "send", "with": {"text": "free"}},
        ]
    }
    agent = agents()
    run = await agent.run(plan)
    assert (run.state, run.waiting_for[0].kind) == ("needs_person", "effect")
    assert desk.sent == ["x", "free"]
    assert [each.state for each in run.effects] == ["unknown"]
    assert (await agent.resume(run.id)).state == "needs_person"
    await agent.decide(run.waiting_for[0].id, "confirmed", by="Ann", evidence="I heard it")
    run = await agent.resume(run.id)
    assert run.state == "done", run.why
    assert desk.calls.count("shout") == 1
    assert len(run.nodes["n"].tried) == 1


FREE = {"id": "free", "do": "tool", "tool": "plus", "with": {"a": 1, "b": 1}, "out": INTEGER}


async def test_a_person_is_asked_for_the_value_when_nothing_is_left_and_the_rest_goes_on(
    routed, desk, tmp_path
):
    async with Agent(routed(), folder=tmp_path, sleep=asyncio.sleep) as agent:
        plan = {"nodes": [*one(**ADD)["nodes"], FREE]}
        desk.fails["add"] = [ToolOutcome(outcome="refused", content="not so")] * 9
        run = await agent.run(plan)
        assert (run.state, run.waiting_for[0].kind, run.values) == ("needs_person", "question", {"free": 2})
        assert "n has failed: not so" in run.waiting_for[0].text
        await agent.answer(run.id, "n", 3, by="Ann")
        run = await agent.resume(run.id)
        assert (run.state, run.values["n"]) == ("done", 3)


async def test_whoever_is_asked_hears_what_was_tried(agents, desk):
    desk.fails["add"] = [BUSY] * 9
    run = await agents(stuck="ask").run(one(**ADD))
    assert "(the same after a pause did not help)" in run.waiting_for[0].text


async def test_a_run_that_waits_for_a_value_fails_where_nobody_is_to_be_asked_any_more(agents, desk):
    desk.fails["add"] = [BUSY] * 9
    run = await agents(stuck="ask").run(one(**ADD))
    run = await agents(stuck="fail").resume(run.id)
    assert (run.state, run.waiting_for) == ("failed", ())
    assert "too many" in run.why


@pytest.mark.parametrize(
    ("node", "answer"),
    [
        ({"do": "person", "ask": "Shall it be?", "out": {"type": "boolean", "const": True}}, False),
        ({**ADD, "optional": True}, None),
    ],
)
async def test_nobody_is_asked_for_what_somebody_has_said_or_the_plan_can_do_without(
    agents, desk, node, answer
):
    desk.fails["add"] = [BUSY] * 9
    agent = agents(stuck="ask")
    run = await agent.run({"nodes": [{"id": "n", "do": "tool", **node}]}, run="r")
    if answer is not None:
        await agent.answer("r", "n", answer, by="Ann")
        run = await agent.resume("r")
    assert (run.nodes["n"].state, run.waiting_for) == ("failed", ())


async def test_what_a_person_has_refused_is_not_asked_for_in_another_way(agents, desk):
    agent = agents(stuck="ask")
    run = await agent.run(one(tool="wipe", **{"with": {"what": "all"}}))
    await agent.deny(run.waiting_for[0].id, by="Ann", why="never")
    run = await agent.resume(run.id)
    assert (run.state, run.waiting_for) == ("failed", ())


async def test_another_plan_comes_before_a_person(agents, desk):
    plans = iter([one(**ADD), {"nodes": [FREE]}])
    desk.fails["add"] = [BUSY] * 9
    run = await agents(stuck="ask", planner=lambda call: next(plans)).run("Add.")
    assert (run.state, run.values) == ("done", {"free": 2})


async def test_a_tool_that_is_gone_is_replaced_by_its_alternative(agents, desk):
    agent = agents()
    run = await agent.run(
        {
            "nodes": [
                {"id": "q", "do": "person", "ask": "Go?"},
                {"id": "n", "do": "tool", "out": INTEGER, **ADD, "alternatives": ["plus"], "after": "q"},
            ]
        }
    )
    desk.tools = [tool for tool in desk.tools if tool.spec.name != "add"]
    other = agents()
    await other.answer(run.id, "q", "yes", by="Ann")
    run = await other.resume(run.id)
    assert (run.state, desk.calls) == ("done", ["plus"])


async def test_a_verifier_that_fails_lets_nothing_pass(agents):
    plan = {"nodes": [{"id": "n", "do": "model", "prompt": "Say something.", "tries": 1}]}
    run = await agents({"m": ["Good."]}, verify=lambda node, value: 1 / 0).run(plan)
    assert run.state == "failed"
    assert "ZeroDivisionError" in run.why
