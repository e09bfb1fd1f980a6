"""Every operation that writes, under everything that goes wrong between it and Salesforce."""

import asyncio
from collections import Counter

import pytest
from org_changes import AGAIN, CHANGES, SILENT

from fault_proxy import AFTER, BEFORE, REFUSED, Fault, limited
from interlock import ToolCall
from interlock.testing import End, Reply
from interlock_agents import Ledger, Place, Store, ToolboxHands

SESSION = [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
OVER = [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]


def says(status, code):
    told = [{"message": f"It says {code}", "errorCode": code, "fields": ["Name"]}]
    return Fault(name=f"says {code} ({status})", before=Reply.json(told, status=status))


DOUBTFUL = (
    *BEFORE,
    *AFTER,
    Fault(name="redirects", before=Reply(status=307, headers={"location": "http://127.0.0.1:9/"})),
    Fault(name="fails without a word after it acted (502)", after=lambda _: Reply(status=502)),
    Fault(name="answers with another JSON", after=lambda _: Reply.json({"message": "OK"})),
    says(500, "UNKNOWN_EXCEPTION"),
    says(503, "SERVER_UNAVAILABLE"),
)
TOO_MUCH = (
    limited(7),
    limited(30, dated=True),
    limited(60, status=403, body=OVER),
    says(403, "REQUEST_LIMIT_EXCEEDED"),
)
CERTAIN = (
    says(400, "REQUIRED_FIELD_MISSING"),
    says(403, "INSUFFICIENT_ACCESS_OR_READONLY"),
    says(403, "API_DISABLED_FOR_ORG"),
    says(404, "NOT_FOUND"),
)
CONFLICTS = (
    REFUSED[1],
    says(400, "UNABLE_TO_LOCK_ROW"),
    says(400, "ENTITY_IS_LOCKED"),
    says(400, "DUPLICATES_DETECTED"),
    says(400, "DUPLICATE_VALUE"),
    Fault(name="has several of them (300)", before=Reply.json(["/one", "/two"], status=300)),
)
EXPIRED = Fault(name="has forgotten the session", before=Reply.json(SESSION, status=401))
FAULTS = (*DOUBTFUL, *TOO_MUCH, *CERTAIN, *CONFLICTS, EXPIRED)
HARMLESS = {"cuts the answer short", "answers with nothing"}
METHOD = dict.fromkeys(CHANGES, "POST /services/data") | {
    "create_record": "PATCH ",
    "upsert_record": "PATCH ",
    "update_record": "PATCH ",
    "create_case": "PATCH ",
    "delete_record": "DELETE ",
}
by_tool = pytest.mark.parametrize("tool", CHANGES)


def faults_for(tool):
    return [each for each in FAULTS if tool not in SILENT or each.name not in HARMLESS]


def due_of(fault):
    if fault is EXPIRED:
        return ("done", None)
    if fault in TOO_MUCH:
        return ("refused", "limited")
    if fault in CONFLICTS:
        return ("refused", "conflict")
    return ("refused", "refused") if fault in CERTAIN else ("unknown", None)


def happens(fault):
    return int(fault.reaches or fault is EXPIRED)


@pytest.fixture
def ledger(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/agents.db")
    yield Ledger(store, pause=0.001, sleep=lambda seconds: asyncio.sleep(min(seconds, 0.03)))
    asyncio.run(store.aclose())


async def hands_on(box, ledger, tool):
    return await ToolboxHands.of(box.router.toolbox(grants=ledger.grants), f"salesforce_{tool}")


@by_tool
async def test_a_run_that_met_a_fault_says_what_is_certain_and_no_more(box, proxy, org, tool):
    wrong = {}
    for fault in faults_for(tool):
        case = CHANGES[tool](org)
        proxy.fail(fault, at=METHOD[tool])
        outcome = await box.run(tool, **case.arguments)
        if (outcome.outcome, outcome.reason) != due_of(fault) or case.shows() != happens(fault):
            wrong[fault.name] = (outcome.outcome, outcome.reason, outcome.content, case.shows())
    assert wrong == {}


@by_tool
async def test_no_fault_makes_an_effect_happen_twice(box, proxy, org, ledger, tool):
    hands = await hands_on(box, ledger, tool)
    ends, wrong = Counter(), {}
    for number, fault in enumerate(faults_for(tool)):
        case = CHANGES[tool](org)
        proxy.fail(fault, at=METHOD[tool])
        call = ToolCall(id=f"call-{number}", name=f"salesforce_{tool}", arguments=case.arguments)
        effect = await ledger.perform(Place(run=f"run-{number}", node="n"), call, hands)
        ends[effect.state] += 1
        due = {"confirmed": 1, "failed": 0}.get(effect.state)
        if case.shows() != due:
            wrong[fault.name] = (effect.state, case.shows())
    assert wrong == {}
    assert ends["confirmed"] >= len(DOUBTFUL) - 2


@by_tool
async def test_what_is_found_is_not_sent_again(box, proxy, org, ledger, tool):
    hands = await hands_on(box, ledger, tool)
    case = CHANGES[tool](org)
    proxy.fail(AFTER[0], at=METHOD[tool])
    call = ToolCall(id="call-1", name=f"salesforce_{tool}", arguments=case.arguments)
    effect = await ledger.perform(Place(run="r", node="n"), call, hands)
    sent = len(proxy.reached(METHOD[tool]))
    assert (effect.state, case.shows(), sent) == ("confirmed", 1, 2 if tool in AGAIN else 1)
    assert effect.receipt or tool in SILENT


@pytest.fixture
def unreferenced(boxed):
    """Without fields for references: what is created is found by its mark, or not at all."""
    return boxed()


async def test_a_case_is_found_by_its_mark_where_it_has_no_reference(unreferenced, proxy, org, ledger):
    hands, wrong = await hands_on(unreferenced, ledger, "create_case"), {}
    for number, fault in enumerate(FAULTS):
        case = CHANGES["create_case"](org)
        proxy.fail(fault, at="POST /services/data")
        call = ToolCall(id="c", name="salesforce_create_case", arguments=case.arguments)
        effect = await ledger.perform(Place(run=f"run-{number}", node="n"), call, hands)
        if case.shows() != {"confirmed": 1, "failed": 0}.get(effect.state):
            wrong[fault.name] = (effect.state, case.shows())
    assert wrong == {}


async def test_a_creation_that_nothing_names_is_left_to_a_person(unreferenced, proxy, org, ledger):
    hands = await hands_on(unreferenced, ledger, "create_record")
    case = CHANGES["create_record"](org)
    proxy.fail(AFTER[0], at="POST /services/data")
    call = ToolCall(id="c", name="salesforce_create_record", arguments=case.arguments)
    effect = await ledger.perform(Place(run="r", node="n"), call, hands)
    assert (effect.state, case.shows()) == ("unknown", 1)


async def test_a_comment_is_found_on_the_last_of_three_pages(box, proxy, org, ledger):
    hands = await hands_on(box, ledger, "comment_on_case")
    case = CHANGES["comment_on_case"](org)

    def bury(reply):
        for _ in range(4_100):
            org.make("CaseComment", {"ParentId": case.arguments["case_id"], "CommentBody": "Later"})
        return Reply(status=500)

    proxy.fail(Fault(name="is buried before it is looked for", after=bury), at="POST /services/data")
    call = ToolCall(id="c", name="salesforce_comment_on_case", arguments=case.arguments)
    effect = await ledger.perform(Place(run="r", node="n"), call, hands)
    assert (effect.state, case.shows(), len(proxy.reached("GET "))) == ("confirmed", 4_101, 3)


async def test_what_was_only_delayed_is_not_made_twice(box, proxy, org, ledger, monkeypatch):
    """The first request arrives after the second one: the reference lets one record be made."""
    hands = await hands_on(box, ledger, "create_record")
    case, late = CHANGES["create_record"](org), []

    def keep(request):
        late.append(request)
        return Reply(status=None, pieces=(End.RESET,))

    forward = proxy.forward
    monkeypatch.setattr(
        proxy,
        "forward",
        lambda asked: keep(asked) if not late and asked.method == "PATCH" else forward(asked),
    )
    call = ToolCall(id="c", name="salesforce_create_record", arguments=case.arguments)
    effect = await ledger.perform(Place(run="r", node="n"), call, hands)
    reply = forward(late[0])
    assert (effect.state, reply.status, case.shows()) == ("confirmed", 200, 1)
