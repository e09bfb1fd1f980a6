"""What is dangerous waits for a person, whoever says that it is."""

WIPE = {"nodes": [{"id": "n", "do": "tool", "tool": "wipe", "with": {"what": "all"}}]}


async def test_a_destructive_node_waits_for_consent_and_is_done_once_it_is_given(agents, desk):
    agent = agents()
    run = await agent.run(WIPE)
    (waiting,) = run.waiting_for
    assert (run.state, waiting.kind, desk.sent) == ("needs_person", "approval", [])
    assert "destructive" in waiting.text
    assert (await agent.resume(run.id)).state == "needs_person"
    await agent.approve(waiting.id, by="Ann")
    run = await agents().resume(run.id)
    assert (run.state, desk.sent, run.waiting_for) == ("done", ["wiped all"], ())


async def test_a_denial_fails_the_node_with_its_reason_and_nothing_else_is_tried(agents, desk):
    agent = agents()
    run = await agent.run(WIPE)
    await agent.deny(run.waiting_for[0].id, by="Ann", why="never")
    run = await agent.resume(run.id)
    assert (run.state, desk.calls) == ("failed", [])
    assert "denied by Ann: never" in run.why
    assert len(run.nodes["n"].tried) == 1


async def test_a_plan_may_say_that_a_call_is_more_dangerous_than_its_tool(agents, desk):
    node = {"id": "n", "do": "tool", "tool": "send", "with": {"text": "to all"}, "effect": "irreversible"}
    agent = agents()
    run = await agent.run({"nodes": [node]})
    assert (run.state, run.waiting_for[0].kind, desk.sent) == ("needs_person", "approval", [])
    await agent.approve(run.waiting_for[0].id, by="Ann")
    run = await agent.resume(run.id)
    assert (run.state, desk.sent) == ("done", ["to all"]), run.why


async def test_reads_never_ask(agents, desk):
    agent = agents()
    nodes = [{"id": f"n{n}", "do": "tool", "tool": "add", "with": {"a": n, "b": 1}} for n in range(9)]
    run = await agent.run({"nodes": nodes})
    assert (run.state, run.waiting_for, len(desk.calls)) == ("done", (), 9)
    assert await agent.ledger.effects(run.id) == ()


async def test_an_effect_is_taken_back_by_another_that_says_so(agents, desk):
    def planner(call):
        sent = {"id": "sent", "do": "tool", "tool": "send", "with": {"text": "x"}}
        bad = {
            "id": "bad",
            "do": "tool",
            "tool": "numbers",
            "with": {"upto": -1},
            "after": "sent",
            "tries": 1,
        }
        if call.plan is None:
            return {"nodes": [sent, bad]}
        back = {"id": "back", "do": "tool", "tool": "send", "with": {"text": "sorry"}, "compensates": "sent"}
        return {"nodes": [sent, back]}

    agent = agents(planner=planner)
    run = await agent.run("Send.")
    assert (run.state, desk.sent) == ("done", ["x", "sorry"]), run.why
    effects = {each.place.node: each for each in await agent.ledger.effects(run.id)}
    assert effects["back"].compensates == effects["sent"].id
