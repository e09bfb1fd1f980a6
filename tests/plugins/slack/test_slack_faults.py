"""Every operation that writes, under everything that goes wrong between it and Slack."""

import asyncio
from collections import Counter

import pytest
from writes import WRITES

from fault_proxy import AFTER, BEFORE, REFUSED, Fault, limits
from interlock import ToolCall
from interlock.testing import End, Reply
from interlock_agents import Ledger, Place, Store, ToolboxHands


def word(said, *, after=False, **headers):
    """Slack's own kind of failure: status 200 and a word, before it acted or after."""
    reply = Reply.json(
        {"ok": False, "error": said}, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    name = f"says {said}{' after it acted' if after else ''}"
    return Fault(name=name, after=lambda _: reply) if after else Fault(name=name, before=reply)


DOUBTFUL = (
    *BEFORE,
    *AFTER,
    Fault(name="redirects", before=Reply(status=307, headers={"location": "http://127.0.0.1:9/"})),
    word("internal_error"),
    word("internal_error", after=True),
    word("fatal_error", after=True),
    word("some_day_a_new_word", after=True),
)
TOO_MUCH = (*limits(), word("ratelimited", retry_after="7"))
CERTAIN = (*REFUSED, word("token_expired"), word("invalid_auth"), word("channel_not_found"))
FAULTS = (*DOUBTFUL, *TOO_MUCH, *CERTAIN)
by_tool = pytest.mark.parametrize("tool", WRITES)


def test_every_tool_that_writes_is_here(box):
    offered = {each.name: each.tool for each in box.toolbox.tools_sync()}
    assert {name for name, each in offered.items() if each.effect != "read"} >= set(WRITES)
    assert len(offered) == len(WRITES) + 9


@by_tool
async def test_a_run_that_met_a_fault_says_what_is_certain_and_no_more(box, proxy, workspace, tool):
    wrong = {}
    for fault in FAULTS:
        case = WRITES[tool](workspace)
        proxy.fail(fault)
        outcome = await box.run(tool, **case.arguments)
        due = ("unknown", None)
        if fault in TOO_MUCH:
            due = ("refused", "limited" if fault.name != "limits by seconds (403)" else "refused")
        elif fault in CERTAIN:
            due = ("refused", "conflict" if "412" in fault.name else "refused")
        if (outcome.outcome, outcome.reason) != due or case.shows() != int(fault.reaches):
            wrong[fault.name] = (outcome.outcome, outcome.reason, case.shows())
    assert wrong == {}


@by_tool
async def test_no_fault_makes_an_effect_happen_twice(box, proxy, workspace, tmp_path, tool):
    store = Store.open(f"sqlite:///{tmp_path}/agents.db")
    ledger = Ledger(store, pause=0.001, sleep=lambda seconds: asyncio.sleep(min(seconds, 0.03)))
    hands = await ToolboxHands.of(box.router.toolbox(grants=ledger.grants), tool)
    ends, wrong = Counter(), {}
    for number, fault in enumerate(FAULTS):
        case = WRITES[tool](workspace)
        proxy.fail(fault)
        call = ToolCall(id=f"call-{number}", name=tool, arguments=case.arguments)
        place = Place(run=f"run-{number}", node="n")
        effect = await ledger.perform(place, call, hands)
        ends[effect.state] += 1
        due = {"confirmed": 1, "failed": 0}.get(effect.state, int(fault.reaches))
        # What was asked of a person is not sent again: the name is taken, and nobody knows by whom.
        may = {"confirmed", "failed"} | (
            {"unknown"} if tool == "slack_create_channel" and fault.reaches else set()
        )
        if case.shows() != due or effect.state not in may:
            wrong[fault.name] = (effect.state, case.shows())
    await store.aclose()
    assert wrong == {}
    assert ends["confirmed"] >= len(DOUBTFUL) - (9 if tool == "slack_create_channel" else 0)


async def test_a_post_that_is_found_is_not_sent_again(box, proxy, workspace, tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/agents.db")
    ledger = Ledger(store, pause=0.001)
    hands = await ToolboxHands.of(box.router.toolbox(grants=ledger.grants), "slack_post_message")
    case = WRITES["slack_post_message"](workspace)
    proxy.fail(AFTER[0])
    call = ToolCall(id="call-1", name="slack_post_message", arguments=case.arguments)
    effect = await ledger.perform(Place(run="r", node="n"), call, hands)
    await store.aclose()
    (posted,) = workspace.messages(case.arguments["channel"])
    assert effect.receipt == {"channel": case.arguments["channel"], "ts": posted["ts"]}
    assert (effect.state, len(proxy.reached("chat.postMessage"))) == ("confirmed", 1)


async def test_a_post_whose_history_cannot_be_read_is_left_as_sent(box, proxy, workspace, tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/agents.db")
    ledger = Ledger(store, pause=0.001, sleep=lambda seconds: asyncio.sleep(min(seconds, 0.03)))
    hands = await ToolboxHands.of(box.router.toolbox(grants=ledger.grants), "slack_post_message")
    case = WRITES["slack_post_message"](workspace)
    proxy.fail(AFTER[0], at="chat.postMessage")
    proxy.fail(*[word("missing_scope")] * 50, at="conversations.history")
    call = ToolCall(id="call-1", name="slack_post_message", arguments=case.arguments)
    effect = await ledger.perform(Place(run="r", node="n"), call, hands)
    await store.aclose()
    assert (effect.state, case.shows()) == ("sent", 1)


async def test_where_histories_may_not_be_read_a_person_looks(boxed, proxy, workspace, tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/agents.db")
    ledger = Ledger(store, pause=0.001)
    box = boxed(read_back=False)
    hands = await ToolboxHands.of(box.router.toolbox(grants=ledger.grants), "slack_post_message")
    case = WRITES["slack_post_message"](workspace)
    proxy.fail(AFTER[0])
    call = ToolCall(id="call-1", name="slack_post_message", arguments=case.arguments)
    effect = await ledger.perform(Place(run="r", node="n"), call, hands)
    await store.aclose()
    assert (effect.state, case.shows(), len(proxy.requests)) == ("unknown", 1, 1)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_a_read_that_met_a_fault_has_done_nothing_and_says_why(box, proxy, fault):
    proxy.fail(fault, fault, fault, fault)
    outcome = await box.run("slack_list_users")
    assert outcome.outcome == "refused"
    assert outcome.content


async def test_a_post_that_is_not_answered_in_time_is_unknown_and_sent_once(box, proxy, workspace):
    case = WRITES["slack_post_message"](workspace)
    proxy.fail(Fault(name="falls silent", after=lambda reply: Reply(status=None, pieces=(End.SILENCE,))))
    call = ToolCall(id="call-1", name="slack_post_message", arguments=case.arguments)
    outcome = await box.toolbox.run(call, timeout=0.5)
    assert (outcome.outcome, case.shows(), len(proxy.requests)) == ("unknown", 1, 1)


async def test_pages_before_one_that_fails_are_told_with_the_way_on(box, proxy):
    proxy.fail(None, None, word("internal_error"))
    outcome = await box.run("slack_list_users")
    assert (outcome.outcome, outcome.truncated) == ("done", True)
    rest = await box.run("slack_list_users", cursor=outcome.more.removeprefix("cursor="))
    assert rest.outcome == "done"


async def test_limits_say_when_to_come_back_in_seconds_and_from_a_date(box, proxy, workspace):
    for fault, least, most in ((limits()[0], 7, 7), (limits()[1], 25, 30), (TOO_MUCH[-1], 7, 7)):
        proxy.fail(fault)
        outcome = await box.run("slack_post_message", **WRITES["slack_post_message"](workspace).arguments)
        assert outcome.reason == "limited"
        assert least <= outcome.retry_after <= most
