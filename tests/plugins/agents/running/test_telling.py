"""What a run tells while it is worked on: spans, entries of the log, events; none of what is said in it."""

import asyncio

from interlock.testing import Step
from interlock.types.logs import LogCall, LogQuery
from interlock_sql import SqlLogs
from watched import watched

NODES = [
    {"id": "one", "do": "model", "prompt": "Say a secret."},
    {"id": "two", "do": "tool", "tool": "send", "with": {"text": "${one}"}},
]


async def test_requests_and_tools_are_spans_below_that_of_the_run(agents):
    with watched() as exported:
        run = await agents({"m": ["the secret"]}).run({"nodes": NODES}, run="r")
    assert run.state == "done"
    tree = exported.tree
    assert tree[0] == "invoke_agent interlock"
    assert "  execute_tool send" in tree
    assert all(line.startswith("  ") for line in tree[1:])
    span = exported.only("invoke_agent interlock")
    assert span.attributes["gen_ai.operation.name"] == "invoke_agent"
    assert (span.attributes["interlock.run"], span.attributes["interlock.state"]) == ("r", "done")
    assert not any("secret" in str(span.attributes) for span in exported.spans)


async def test_the_log_is_told_of_runs_and_effects_and_not_what_is_said(agents, tmp_path):
    config = {"log": f"sqlite:///{tmp_path}/log.db"}
    agent = agents({"m": ["the secret"]}, config=config)
    await agent.run({"nodes": NODES}, run="r")
    await agent.router.aclose()
    log = SqlLogs().open(LogCall(url=config["log"]))
    entries = await log.read(LogQuery(run="r"))
    await log.aclose()
    kinds = [each.kind for each in entries if each.kind.startswith("agents.")]
    assert kinds[0] == kinds[-1] == "agents.run"
    assert "agents.effect_sent" in kinds
    assert [each.facts["state"] for each in entries if each.kind == "agents.run"] == ["running", "done"]
    assert "secret" not in str(entries)


async def test_the_log_is_told_that_a_grant_is_used_up_before_its_effect_is_sent(agents, tmp_path):
    config = {"log": f"sqlite:///{tmp_path}/log.db"}
    agent = agents(config=config)
    wipe = {"id": "n", "do": "tool", "tool": "wipe", "with": {"what": "all"}}
    run = await agent.run({"nodes": [wipe, {**NODES[-1], "id": "m", "with": {"text": "x"}}]}, run="r")
    await agent.approve(run.waiting_for[0].id, by="Ada")
    assert (await agent.resume("r")).state == "done"
    grant = (await agent.requests.get(run.waiting_for[0].id)).grant.id
    await agent.router.aclose()
    log = SqlLogs().open(LogCall(url=config["log"]))
    entries = [each for each in await log.read(LogQuery(run="r")) if each.kind.startswith("agents.")]
    await log.aclose()
    of = [each for each in entries if each.facts.get("effect") == "r/n/0/0"]
    assert [each.kind.removeprefix("agents.") for each in of] == [
        "approval_asked",
        "approval_approved",
        "approval_used",
        "effect_intent",
        "effect_sent",
        "effect_settled",
    ]
    assert of[2].facts["grant"] == grant
    assert sum(each.kind == "agents.approval_used" for each in entries) == 1


async def test_a_run_can_be_followed_from_beside_it(agents):
    agent = agents({"m": ["x"]})
    seen = []

    async def follow():
        async for event in agent.follow("r"):
            seen.append((event.kind, event.node))

    following = asyncio.create_task(follow())
    await asyncio.sleep(0)
    await agent.run({"nodes": NODES}, run="r")
    await following
    assert ("node_ended", "two") in seen
    assert seen[-1][0] == "run_ended"


async def test_a_listener_that_fails_stops_nothing(agents):
    run = await agents({"m": ["x"]}, on_event=lambda event: 1 / 0).run({"nodes": NODES})
    assert run.state == "done"


async def test_a_run_that_another_process_has_cancelled_sends_nothing_more(agents, desk):
    other = agents()

    async def policy(call):
        if call.history:
            await other.cancel("r")
        return call.use("send", text=str(len(call.history)))

    run = await agents(policy=policy).run("Go on.", run="r")
    assert (run.state, desk.sent) == ("cancelled", ["0"])


async def test_a_run_is_cancelled_while_it_is_worked_on_and_sends_nothing_more(agents, desk):
    agent = agents({"m": [Step("x", delay=30)]})
    working = asyncio.create_task(agent.run({"nodes": NODES}, run="r"))
    async for event in agent.follow("r"):
        if event.kind == "call_started":
            break
    await agent.cancel("r")
    run = await working
    assert (run.state, desk.sent) == ("cancelled", [])


async def test_a_run_that_goes_on_tells_nothing_twice(agents):
    nodes = [
        {"id": "bad", "do": "tool", "tool": "numbers", "with": {"upto": -1}, "optional": True},
        {"id": "sum", "do": "tool", "tool": "add", "with": {"a": 1, "b": 2}, "out": {"type": "integer"}},
        {"id": "each", "do": "map", "each": [1], "node": NODES[1] | {"with": {"text": "x"}}},
        {"id": "asked", "do": "person", "ask": "Well?", "after": "each"},
    ]
    seen = []
    agent = agents(on_event=lambda event: seen.append((event.kind, event.node)))
    await agent.run({"nodes": nodes}, run="r")
    before = [*seen]
    assert before.count(("waiting", "asked")) == 1
    assert {("node_ended", name) for name in ("bad", "sum", "each", "each[0].two")} <= {*before}
    await agent.answer("r", "asked", "yes", by="Ada")
    await agent.resume("r")
    assert [each for each in seen[len(before) :] if each[1]] == [("node_ended", "asked")]


async def test_a_call_that_waits_for_consent_is_told_once_it_is_made(agents, desk):
    seen = []
    agent = agents(on_event=lambda event: seen.append(event.kind))
    plan = {"nodes": [{"id": "w", "do": "tool", "tool": "wipe", "with": {"what": "x"}}]}
    run = await agent.run(plan, run="r")
    assert "call_started" not in seen
    await agent.approve(run.waiting_for[0].id, by="Ada")
    await agent.resume("r")
    assert (desk.sent, seen.count("call_started"), seen.count("call_ended")) == (["wiped x"], 1, 1)
