"""A program in a model's place drives nodes, and whole runs."""

import pytest

from interlock import RequestError, ToolCall
from interlock_agents import PolicyCall, PolicyMove, moves, policy_from

CALL = PolicyCall(run="r", node="n", goal="g", prompt="p")


async def test_a_function_drives_a_run_over_every_tool(agents, desk):
    seen = []

    async def policy(call):
        seen.append(call)
        if not call.history:
            return call.use("add", a=1, b=2)
        if len(call.history) == 1:
            return call.use("send", text=f"it is {call.last.text}")
        return call.say("done")

    run = await agents(policy=policy).run("Add, and tell me.")
    assert (run.state, run.value, desk.sent) == ("done", "done", ["it is 3"])
    assert (seen[0].goal, seen[0].prompt) == ("Add, and tell me.", "Add, and tell me.")
    assert "send" in [spec.name for spec in seen[0].tools]
    assert [turn.done for turn in seen[2].history] == [True, True]
    assert run.calls == 5


async def test_a_tool_that_a_policy_invents_is_refused_and_it_goes_on(agents):
    def policy(call):
        if not call.history:
            return call.use("sned", text="x")
        return call.say(call.last.text)

    run = await agents(policy=policy).run("x")
    assert run.state == "done"
    assert "no tool 'sned'" in run.value


async def test_a_refusal_is_told_and_a_better_call_is_another_effect(agents, desk):
    policy = moves(
        CALL.use("send", txt="x"),
        CALL.use("send", text="x"),
        lambda call: call.say([turn.done for turn in call.history]),
    )
    plan = {
        "nodes": [{"id": "a", "do": "model", "prompt": "Send.", "tools": ["send"], "out": {"type": "array"}}]
    }
    agent = agents(policy=policy)
    run = await agent.run(plan)
    assert (run.state, run.value, desk.sent) == ("done", [False, True], ["x"])
    assert [each.state for each in await agent.ledger.effects(run.id)] == ["failed", "confirmed"]


async def test_a_policy_asks_a_person_and_goes_on_with_the_answer_in_another_process(agents, desk):
    def policy(call):
        if not call.history:
            return call.ask("Whom?")
        return call.say(f"to {call.last.answer}")

    run = await agents(policy=policy).run("Write to somebody.")
    assert (run.state, run.waiting_for[0].text) == ("needs_person", "Whom?")
    other = agents(policy=policy)
    await other.answer(run.id, "main", "Bo", by="Ann")
    run = await other.resume(run.id)
    assert (run.state, run.value) == ("done", "to Bo")


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        (lambda call: call.stop("nothing to be done"), "nothing to be done"),
        (lambda call: 5, "not a PolicyMove"),
        (lambda call: 1 / 0, "ZeroDivisionError"),
        (moves(), "no further move"),
        (lambda call: call.use("send", text={1}), "set"),
        (lambda call: call.say({1}), "neither JSON nor bytes"),
    ],
)
async def test_a_policy_that_gives_up_or_fails_fails_its_node(agents, policy, why):
    run = await agents(policy=policy).run("x")
    assert run.state == "failed"
    assert why in run.why


async def test_a_run_that_a_policy_drives_is_not_gone_on_with_without_one(agents):
    run = await agents(policy=moves(CALL.ask("?"))).run("x")
    with pytest.raises(RequestError, match="driven by a policy"):
        await agents().resume(run.id)
    assert (await agents().resume(run.id, policy=moves(CALL.ask("?")))).state == "needs_person"


async def test_several_calls_of_one_move_are_made_one_after_another(agents, desk):
    calls = tuple(ToolCall(id=str(n), name="send", arguments={"text": str(n)}) for n in range(3))
    run = await agents(policy=moves(PolicyMove(calls=calls), CALL.say("x"))).run("x")
    assert (run.state, desk.sent) == ("done", ["0", "1", "2"])


FUNCTION = "async def policy(call):\n    return call.say(7)\n"
CLASS = "class Policy:\n    async def next(self, call):\n        return call.say(7)\n"


@pytest.mark.parametrize("text", [FUNCTION, CLASS])
async def test_a_policy_comes_out_of_a_file(tmp_path, text):
    file = tmp_path / "script.py"
    file.write_text(text)
    assert (await policy_from(file).next(CALL)).value == 7


@pytest.mark.parametrize(
    ("text", "why"),
    [("x = 1", "defines neither"), ("1 / 0", "ZeroDivisionError"), (None, "there is no file")],
)
def test_a_file_without_a_policy_says_what_it_lacks(tmp_path, text, why):
    file = tmp_path / "script.py"
    if text is not None:
        file.write_text(text)
    with pytest.raises(RequestError, match=why):
        policy_from(file)


@pytest.mark.parametrize("fields", [{}, {"ends": True, "stop": "x"}, {"question": "?", "ends": True}])
def test_a_move_is_one_thing(fields):
    with pytest.raises(RequestError, match="exactly one"):
        PolicyMove(**fields)
