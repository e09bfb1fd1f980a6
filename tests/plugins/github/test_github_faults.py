"""Every operation that writes, under everything that goes wrong between it and GitHub."""

import asyncio
from collections import Counter

import pytest
from changes import CHANGES
from repository import HERE, TOKEN

from fault_proxy import AFTER, BEFORE, REFUSED, Fault, limited, limits
from interlock import ToolCall
from interlock.testing import End, Reply
from interlock_agents import Ledger, Place, Store, ToolboxHands

SECONDARY = {"message": "You have exceeded a secondary rate limit."}
SPENT = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1796032800"}


def says(status, message, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(
        name=f"says {message}", before=Reply.json({"message": message}, status=status, headers=named)
    )


DOUBTFUL = (
    *BEFORE,
    *AFTER,
    Fault(name="redirects", before=Reply(status=307, headers={"location": "http://127.0.0.1:9/"})),
    Fault(name="fails without a word after it acted (502)", after=lambda _: Reply(status=502)),
    Fault(name="answers with another JSON", after=lambda _: Reply.json({"message": "OK"})),
)
TOO_MUCH = (
    *limits(),
    limited(7, status=403, body=SECONDARY),
    Fault(
        name="has no requests left",
        before=Reply.json({"message": "API rate limit exceeded"}, status=403, headers=SPENT),
    ),
    says(403, "You have exceeded a secondary rate limit."),
)
CERTAIN = (
    *REFUSED,
    says(401, "Bad credentials"),
    says(403, "Resource not accessible by integration", x_accepted_github_permissions="issues=write"),
    says(404, "Not Found"),
    says(410, "Issues are disabled for this repo"),
    says(422, "Validation Failed"),
)
CONFLICTS = (says(409, "does not match"), says(422, "Reference already exists"))
FAULTS = (*DOUBTFUL, *TOO_MUCH, *CERTAIN, *CONFLICTS)
METHOD = dict.fromkeys(CHANGES, "POST ") | {
    "github_update_issue": "PATCH ",
    "github_merge_pull_request": "PUT ",
    "github_put_file": "PUT ",
}
by_tool = pytest.mark.parametrize("tool", CHANGES)


def due_of(fault):
    if fault in TOO_MUCH:
        return ("refused", "limited")
    if fault in CONFLICTS or "412" in fault.name:
        return ("refused", "conflict")
    return ("refused", "refused") if fault in CERTAIN else ("unknown", None)


@by_tool
async def test_a_run_that_met_a_fault_says_what_is_certain_and_no_more(box, proxy, account, tool):
    wrong = {}
    for fault in FAULTS:
        case = CHANGES[tool](account)
        proxy.fail(fault, at=METHOD[tool])
        outcome = await box.run(tool, **case.arguments)
        if (outcome.outcome, outcome.reason) != due_of(fault) or case.shows() != int(fault.reaches):
            wrong[fault.name] = (outcome.outcome, outcome.reason, outcome.content, case.shows())
    assert wrong == {}


@by_tool
async def test_no_fault_makes_an_effect_happen_twice(box, proxy, account, tmp_path, tool):
    store = Store.open(f"sqlite:///{tmp_path}/agents.db")
    ledger = Ledger(store, pause=0.001, sleep=lambda seconds: asyncio.sleep(min(seconds, 0.03)))
    hands = await ToolboxHands.of(box.router.toolbox(grants=ledger.grants), tool)
    ends, wrong = Counter(), {}
    for number, fault in enumerate(FAULTS):
        case = CHANGES[tool](account)
        proxy.fail(fault, at=METHOD[tool])
        call = ToolCall(id=f"call-{number}", name=tool, arguments=case.arguments)
        effect = await ledger.perform(Place(run=f"run-{number}", node="n"), call, hands)
        ends[effect.state] += 1
        due = {"confirmed": 1, "failed": 0}.get(effect.state)
        if case.shows() != due:
            wrong[fault.name] = (effect.state, case.shows())
    await store.aclose()
    assert wrong == {}
    assert ends["confirmed"] >= len(DOUBTFUL)


@by_tool
async def test_what_is_found_is_not_sent_again(box, proxy, account, tmp_path, tool):
    store = Store.open(f"sqlite:///{tmp_path}/agents.db")
    ledger = Ledger(store, pause=0.001, sleep=lambda seconds: asyncio.sleep(min(seconds, 0.03)))
    hands = await ToolboxHands.of(box.router.toolbox(grants=ledger.grants), tool)
    case = CHANGES[tool](account)
    proxy.fail(AFTER[0], at=METHOD[tool])
    call = ToolCall(id="call-1", name=tool, arguments=case.arguments)
    effect = await ledger.perform(Place(run="r", node="n"), call, hands)
    await store.aclose()
    sent = len(proxy.reached(METHOD[tool]))
    assert (effect.state, case.shows(), sent) == ("confirmed", 1, 2 if tool == "github_add_labels" else 1)
    assert effect.receipt


async def test_a_review_that_cannot_be_looked_for_is_left_as_sent(box, proxy, account, tmp_path):
    tool = "github_review_pull_request"
    store = Store.open(f"sqlite:///{tmp_path}/agents.db")
    ledger = Ledger(store, pause=0.001, sleep=lambda seconds: asyncio.sleep(min(seconds, 0.03)))
    hands = await ToolboxHands.of(box.router.toolbox(grants=ledger.grants), tool)
    case = CHANGES[tool](account)
    proxy.fail(AFTER[0], at="POST ")
    proxy.fail(*[says(404, "Not Found")] * 50, at="GET ")
    call = ToolCall(id="call-1", name=tool, arguments=case.arguments)
    effect = await ledger.perform(Place(run="r", node="n"), call, hands)
    await store.aclose()
    assert (effect.state, case.shows()) == ("sent", 1)


async def test_a_text_with_half_a_character_is_refused_and_not_committed(box, proxy):
    asked = {"branch": "main", "path": "ink.txt", "message": "Ink", "text": "\ud800"}
    outcome = await box.run("github_put_file", **asked)
    assert (outcome.outcome, outcome.reason, proxy.requests) == ("refused", "not_sent", [])


async def test_a_branch_that_has_moved_since_is_left_to_a_person(box, proxy, account):
    name = account.free_name()
    proxy.fail(AFTER[0], at="POST ")
    sha = account.head()
    assert (await box.run("github_create_branch", key="run-7", branch=name, sha=sha)).outcome == "unknown"
    account.put(name, "ink.txt", "blue")
    call = ToolCall(id="c", name="github_create_branch", arguments={**HERE, "branch": name, "sha": sha})
    found = await box.toolbox.find(call, key="run-7")
    assert found.outcome == "unknown"


@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_a_read_that_met_a_fault_has_done_nothing_and_says_why(box, proxy, fault):
    proxy.fail(fault, fault)
    outcome = await box.run("github_list_issues")
    assert outcome.outcome == "refused"
    assert outcome.content


async def test_a_comment_that_is_not_answered_in_time_is_unknown_and_sent_once(box, proxy, account):
    case = CHANGES["github_comment_on_issue"](account)
    proxy.fail(Fault(name="falls silent", after=lambda reply: Reply(status=None, pieces=(End.SILENCE,))))
    call = ToolCall(id="call-1", name="github_comment_on_issue", arguments=case.arguments)
    outcome = await box.toolbox.run(call, timeout=0.5)
    assert (outcome.outcome, case.shows(), len(proxy.requests)) == ("unknown", 1, 1)


async def test_a_token_that_is_not_taken_is_named_and_not_shown(box, proxy, account):
    case = CHANGES["github_create_issue"](account)
    proxy.fail(says(401, f"Bad credentials: {TOKEN}"))
    outcome = await box.run("github_create_issue", **case.arguments)
    assert (outcome.outcome, case.shows(), len(proxy.requests)) == ("refused", 0, 1)
    assert "the token" in outcome.content
    assert TOKEN not in outcome.content
