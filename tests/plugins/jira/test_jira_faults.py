"""Every operation that writes, on both servers, under everything that goes wrong between it and Jira."""

import asyncio
from collections import Counter

import pytest
from jira_places import CLOUD_KEY, OWN_KEY, CloudAccount
from jira_writes import BODILESS, METHOD, NATURAL, WRITES

from fault_proxy import AFTER, BEFORE, REFUSED, Fault, limited, limits
from interlock import ToolCall
from interlock.testing import End, Reply
from interlock_agents import Ledger, Place, Store, ToolboxHands


def says(status, message, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"errorMessages": [message], "errors": {}}
    return Fault(name=f"says {message} ({status})", before=Reply.json(body, status=status, headers=named))


CUT, NOTHING = "cuts the answer short", "answers with nothing"
DOUBTFUL = (
    *BEFORE,
    *AFTER,
    Fault(name="redirects", before=Reply(status=307, headers={"location": "http://127.0.0.1:9/"})),
    Fault(name="fails without a word after it acted (502)", after=lambda _: Reply(status=502)),
    Fault(name="answers with another JSON", after=lambda _: Reply.json({"message": "OK"})),
    says(503, "Unavailable", retry_after="5"),
)
TOO_MUCH = (
    *limits()[:2],
    limited(11, body={"errorMessages": ["Rate limit exceeded."]}),
    says(429, "Quota", x_ratelimit_reset="2026-11-30T15:00Z", ratelimit_reason="jira-quota-tenant-based"),
    says(429, "Per issue", ratelimit_reason="jira-per-issue-on-write"),
    says(429, "Points", beta_ratelimit='"tenant-app-quota";r=0;t=2788'),
)
CERTAIN = (
    *(fault for fault in REFUSED if "412" not in fault.name),
    says(400, "Field 'priority' cannot be set."),
    says(401, "Client must be authenticated to access this resource."),
    says(403, "XSRF check failed"),
    says(403, "Captcha", x_authentication_denied_reason="CAPTCHA_CHALLENGE; login-url=x"),
    says(404, "Issue does not exist or you do not have permission to see it."),
    says(410, "The requested API has been removed."),
    says(413, "The comment is too long"),
)
CONFLICTS = (
    *(fault for fault in REFUSED if "412" in fault.name),
    says(409, "The issue was changed by another request."),
    says(400, "Transition id '21' is not valid for this issue."),
    says(400, "It seems that you have tried to perform an illegal workflow operation."),
)
FAULTS = (*DOUBTFUL, *TOO_MUCH, *CERTAIN, *CONFLICTS)
by_tool = pytest.mark.parametrize("tool", WRITES)


def due_of(fault, tool):
    if fault in TOO_MUCH:
        return ("refused", "limited")
    if fault in CONFLICTS:
        return ("refused", "conflict")
    if fault in CERTAIN:
        return ("refused", "refused")
    return ("done", None) if fault.name == NOTHING and tool in BODILESS else ("unknown", None)


def faults_of(tool):
    """A status without a body has nothing that could be cut."""
    return [fault for fault in FAULTS if fault.name != CUT or tool not in BODILESS]


def ledger_in(folder):
    store = Store.open(f"sqlite:///{folder}/agents.db")
    return store, Ledger(store, pause=0.001, sleep=lambda seconds: asyncio.sleep(min(seconds, 0.01)))


@by_tool
async def test_a_run_that_met_a_fault_says_what_is_certain_and_no_more(box, proxy, there, tool):
    wrong = {}
    for fault in faults_of(tool):
        case = WRITES[tool](there)
        proxy.fail(fault, at=METHOD[tool])
        outcome = await box.run(tool, **case.arguments)
        if (outcome.outcome, outcome.reason) != due_of(fault, tool) or case.shows() != int(fault.reaches):
            wrong[fault.name] = (outcome.outcome, outcome.reason, outcome.content, case.shows())
    assert wrong == {}


@by_tool
async def test_no_fault_makes_an_effect_happen_twice(box, proxy, there, tmp_path, tool):
    store, ledger = ledger_in(tmp_path)
    hands = await ToolboxHands.of(box.router.toolbox(grants=ledger.grants), tool)
    ends, wrong = Counter(), {}
    for number, fault in enumerate(faults_of(tool)):
        case = WRITES[tool](there)
        proxy.fail(fault, at=METHOD[tool])
        call = ToolCall(id=f"call-{number}", name=tool, arguments=case.arguments)
        effect = await ledger.perform(Place(run=f"run-{number}", node="n"), call, hands)
        ends[effect.state] += 1
        due = {"confirmed": 1, "failed": 0}.get(effect.state)
        if case.shows() != due:
            wrong[fault.name] = (effect.state, case.shows())
    await store.aclose()
    assert wrong == {}
    assert ends["confirmed"] >= len(DOUBTFUL) - 1


@by_tool
async def test_what_is_found_is_not_sent_again(box, proxy, there, tmp_path, tool):
    store, ledger = ledger_in(tmp_path)
    hands = await ToolboxHands.of(box.router.toolbox(grants=ledger.grants), tool)
    case = WRITES[tool](there)
    proxy.fail(AFTER[0], at=METHOD[tool])
    call = ToolCall(id="call-1", name=tool, arguments=case.arguments)
    effect = await ledger.perform(Place(run="r", node="n"), call, hands)
    await store.aclose()
    sent = [each for each in proxy.reached(METHOD[tool]) if "bulkfetch" not in each.request.path]
    assert (effect.state, case.shows(), len(sent)) == ("confirmed", 1, 2 if tool in NATURAL else 1)


async def test_an_issue_that_no_index_knows_yet_is_found_by_its_key(box, proxy, there, tmp_path):
    if not isinstance(there, CloudAccount):
        pytest.skip("Data Center has an index that is never late, here")
    for _ in range(60):
        there.issue()
    there.site.lag = 1000.0
    for fault in (*BEFORE, *AFTER):
        store, ledger = ledger_in(tmp_path)
        hands = await ToolboxHands.of(box.router.toolbox(grants=ledger.grants), "jira_create_issue")
        case = WRITES["jira_create_issue"](there)
        proxy.fail(fault, at="POST ")
        call = ToolCall(id="call-1", name="jira_create_issue", arguments=case.arguments)
        effect = await ledger.perform(Place(run=fault.name, node="n"), call, hands)
        await store.aclose()
        assert (effect.state, case.shows()) == ("confirmed", 1), fault.name


async def test_a_comment_that_cannot_be_looked_for_is_left_as_sent(box, proxy, there, tmp_path):
    tool = "jira_add_comment"
    store, ledger = ledger_in(tmp_path)
    hands = await ToolboxHands.of(box.router.toolbox(grants=ledger.grants), tool)
    case = WRITES[tool](there)
    proxy.fail(AFTER[0], at="POST ")
    proxy.fail(*[says(404, "Not Found")] * 50, at="GET ")
    call = ToolCall(id="call-1", name=tool, arguments=case.arguments)
    effect = await ledger.perform(Place(run="r", node="n"), call, hands)
    await store.aclose()
    assert (effect.state, case.shows()) == ("sent", 1)


async def test_a_read_that_met_a_fault_has_done_nothing_and_says_why(box, proxy, there):
    key, wrong = there.issue(), {}
    for fault in FAULTS:
        proxy.fail(*[fault] * 3)  # a read is sent again where a connection breaks
        outcome = await box.run("jira_get_issue", issue=key)
        if outcome.outcome != "refused" or not outcome.content:
            wrong[fault.name] = outcome
        proxy.clear()
    assert wrong == {}


async def test_a_status_that_cannot_be_read_moves_nothing(box, proxy, there):
    case, wrong = WRITES["jira_transition_issue"](there), {}
    for fault in FAULTS:
        proxy.fail(*[fault] * 3, at="GET ")
        outcome = await box.run("jira_transition_issue", **case.arguments)
        if outcome.outcome != "refused" or case.shows() or proxy.reached("POST "):
            wrong[fault.name] = outcome
        proxy.clear()
    assert wrong == {}


async def test_a_comment_that_is_not_answered_in_time_is_unknown_and_sent_once(box, proxy, there):
    case = WRITES["jira_add_comment"](there)
    proxy.fail(Fault(name="falls silent", after=lambda reply: Reply(status=None, pieces=(End.SILENCE,))))
    call = ToolCall(id="call-1", name="jira_add_comment", arguments=case.arguments)
    outcome = await box.toolbox.run(call, timeout=0.5)
    assert (outcome.outcome, case.shows(), len(proxy.requests)) == ("unknown", 1, 1)


async def test_a_key_that_is_not_taken_is_named_and_not_shown(box, proxy, there):
    case = WRITES["jira_create_issue"](there)
    proxy.fail(says(401, f"Unauthorized: {CLOUD_KEY} {OWN_KEY}"))
    outcome = await box.run("jira_create_issue", **case.arguments)
    assert (outcome.outcome, case.shows(), len(proxy.requests)) == ("refused", 0, 1)
    assert "the key" in outcome.content
    assert CLOUD_KEY not in outcome.content
    assert OWN_KEY not in outcome.content
