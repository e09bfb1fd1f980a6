"""What is put before a person is kept, answered once, and seen by the agent whatever the answer."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from interlock import LogEntry, RequestError, StoreError
from interlock.types.approvals import Grant
from interlock.types.tools import Preview
from interlock_agents.approvals import (
    Approval,
    ApprovalRules,
    NotApprovable,
    Notice,
    Requests,
    UnknownApproval,
)
from interlock_agents.store import Store
from waiting import asked, place_of


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Log:
    api = 1
    name = "list"

    def __init__(self) -> None:
        self.entries: list[LogEntry] = []
        self.broken = False

    async def append(self, entries: Sequence[LogEntry]) -> None:
        if self.broken:
            raise StoreError("the log is down")
        known = {each.id for each in self.entries}
        self.entries += [each for each in entries if each.id not in known]

    async def aclose(self) -> None: ...


class Ears:
    api = 1
    name = "ears"

    def __init__(self, *, arguments: bool = False) -> None:
        self.arguments = arguments
        self.heard: list[Notice] = []
        self.deaf = False

    async def notify(self, notice: Notice) -> None:
        if self.deaf:
            raise StoreError("nobody listens")
        self.heard.append(notice)


@pytest.fixture
def requests(store: Store) -> Requests:
    return Requests(store=store)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(tmp_path: Path, clock: Clock) -> Requests:
    store = Store.open("sqlite:///timed.db", tmp_path, clock=clock)
    return Requests(store=store, rules=ApprovalRules(waits=3600.0, lasts=900.0))


async def test_what_is_asked_twice_is_one_request(requests: Requests) -> None:
    first = await requests.put(asked())
    assert (await requests.put(asked())).id == first.id
    assert [each.id for each in await requests.pending()] == [first.id]
    assert first.open
    assert first.effect == place_of(asked())


async def test_what_several_processes_ask_at_once_is_one_request(url: str) -> None:
    stores = [Store.open(url) for _ in range(4)]
    found = await asyncio.gather(*(Requests(store=store).put(asked()) for store in stores))
    assert len({each.id for each in found}) == 1
    assert await Requests(store=stores[0]).count() == 1
    for store in stores:
        await store.aclose()


async def test_a_request_comes_back_as_it_was_asked(requests: Requests) -> None:
    shown = Preview(text="removes a.txt\nand \u202enothing else", changes={"removed": ["a.txt"], "size": 1.5})
    request = asked({"path": "a.txt", "deep": [{"n": 10**40, "t": "\0\ud800"}, None, True]}, preview=shown)
    kept = await requests.get((await requests.put(request)).id)
    assert kept.request == request
    assert kept.request.preview_digest == shown.digest


async def test_consent_is_a_grant_for_exactly_what_was_asked(requests: Requests) -> None:
    waits = await requests.put(asked())
    assert await requests.grant_for(asked()) is None
    grant = await requests.approve(waits.id, by="Ada", lasts=60)
    assert grant is not None
    assert grant.approver == "Ada"
    assert grant.expires == pytest.approx(grant.issued + 60)
    assert await requests.grant_for(asked()) == grant
    assert (await requests.put(asked())).grant == grant
    assert await requests.grant_for(asked({"path": "b.txt"})) is None
    assert await requests.pending() == []


async def test_a_denial_stays_one_and_says_why(requests: Requests) -> None:
    waits = await requests.put(asked())
    await requests.deny(waits.id, by="Ada", why="not this one")
    seen = await requests.put(asked())
    assert (seen.denied, seen.why, seen.decided_by) == (True, "not this one", "Ada")
    assert await requests.grant_for(asked()) is None


async def test_what_was_denied_may_be_asked_again_by_name(requests: Requests) -> None:
    waits = await requests.put(asked())
    await requests.deny(waits.id, by="Ada")
    again = await requests.put(asked(), again=True)
    assert again.open
    assert again.id != waits.id
    assert (await requests.put(asked())).id == again.id


async def test_edited_arguments_are_a_new_request_and_the_old_one_waits_no_more(requests: Requests) -> None:
    old = await requests.put(asked())
    new = await requests.put(asked({"path": "b.txt"}))
    assert old.id != new.id
    assert [each.id for each in await requests.pending()] == [new.id]
    with pytest.raises(NotApprovable, match="withdrawn, for the step asks for something else by now"):
        await requests.approve(old.id, by="Ada")


async def test_other_steps_and_runs_wait_beside_each_other(requests: Requests) -> None:
    ids = [
        (await requests.put(asked(run=run, step=step))).id
        for run, step in [("run-1", "tidy/0/0"), ("run-1", "tidy/0/1"), ("run-2", "tidy/0/0")]
    ]
    assert [each.id for each in await requests.pending()] == ids
    assert [each.id for each in await requests.pending("run-1")] == ids[:2]
    assert [each.id for each in await requests.pending(limit=1, after=ids[0])] == ids[1:2]
    assert await requests.count() == 3
    assert await requests.count("run-2") == 1


async def test_nobodys_answer_is_a_denial_that_the_agent_sees(timed: Requests, clock: Clock) -> None:
    waits = await timed.put(asked())
    clock.now += 3600
    assert await timed.pending() == []
    seen = await timed.put(asked())
    assert (seen.id, seen.state, seen.why) == (waits.id, "denied", "nobody answered within 3600 s")
    with pytest.raises(NotApprovable, match="it is denied, for nobody answered"):
        await timed.approve(waits.id, by="Ada")


async def test_a_grant_that_nobody_used_in_time_is_none_and_is_asked_for_anew(
    timed: Requests, clock: Clock
) -> None:
    waits = await timed.put(asked())
    await timed.approve(waits.id, by="Ada")
    clock.now += 900
    assert await timed.grant_for(asked()) is None
    assert (await timed.get(waits.id)).state == "expired"
    anew = await timed.put(asked())
    assert anew.open
    assert anew.id != waits.id


async def test_what_was_answered_is_not_approved_again(requests: Requests) -> None:
    one, two = await requests.put(asked()), await requests.put(asked(step="b/0/0"))
    await requests.approve(one.id, by="Ada")
    with pytest.raises(NotApprovable, match="it is approved by Ada"):
        await requests.approve(one.id, by="Grace")
    await requests.deny(two.id, by="Ada")
    for answer in (requests.approve(two.id, by="Grace"), requests.deny(two.id, by="Grace")):
        with pytest.raises(NotApprovable, match="it is denied by Ada"):
            await answer


async def test_a_grant_that_nobody_has_used_is_taken_back(requests: Requests, store: Store) -> None:
    waits = await requests.put(asked())
    grant = await requests.approve(waits.id, by="Ada")
    assert grant is not None
    taken = await requests.deny(waits.id, by="Grace", why="the wrong file")
    assert (taken.state, taken.decided_by, taken.grant) == ("denied", "Grace", None)
    assert await requests.grant_for(asked()) is None

    def use(connection: Connection) -> str | None:
        return requests.consume(connection, grant, asked(), effect=place_of(asked()))

    assert await store.run(use) == "the grant was given for a request that is denied"


async def test_a_grant_that_was_used_is_not_taken_back(requests: Requests, store: Store) -> None:
    waits = await requests.put(asked())
    grant = await requests.approve(waits.id, by="Ada")
    assert grant is not None
    effect = place_of(asked())
    assert await store.run(lambda each: requests.consume(each, grant, asked(), effect=effect)) is None
    with pytest.raises(NotApprovable, match=f"it is used by {effect}"):
        await requests.deny(waits.id, by="Grace")


async def test_a_race_of_approval_and_denial_ends_in_the_denial(url: str) -> None:
    stores = [Store.open(url) for _ in range(4)]
    each = [Requests(store=store) for store in stores]
    waits = await each[0].put(asked())
    answers = await asyncio.gather(
        *(one.approve(waits.id, by=f"yes {number}") for number, one in enumerate(each[:2])),
        *(one.deny(waits.id, by=f"no {number}") for number, one in enumerate(each[2:])),
        return_exceptions=True,
    )
    done = [answer for answer in answers if not isinstance(answer, NotApprovable)]
    settled = await each[0].get(waits.id)
    assert (settled.state, settled.grant) == ("denied", None), "a denial also takes back a grant"
    assert len([answer for answer in done if isinstance(answer, Approval)]) == 1
    assert len([answer for answer in done if isinstance(answer, Grant)]) <= 1
    assert len(done) <= 2
    for store in stores:
        await store.aclose()


async def test_where_four_eyes_are_wanted_one_person_is_not_two(store: Store) -> None:
    rules = ApprovalRules(four_eyes={"irreversible"})
    requests = Requests(store=store, rules=rules)
    request = asked(effect="irreversible")
    waits = await requests.put(request)
    assert await requests.approve(waits.id, by="Ada") is None
    for same in ("Ada", "ADA", " ada "):
        with pytest.raises(NotApprovable, match=r"has approved .* already; it takes 2 people"):
            await requests.approve(waits.id, by=same)
    assert await requests.grant_for(request) is None
    grant = await requests.approve(waits.id, by="Grace")
    assert grant is not None
    assert grant.approver == "Ada, Grace"
    assert await requests.approve((await requests.put(asked(step="b/0/0"))).id, by="Ada") is not None


@pytest.mark.parametrize("by", ["", "  ", "a\nb", "\u202eadA", "x" * 201])
async def test_nobody_is_no_approver(requests: Requests, by: str) -> None:
    waits = await requests.put(asked())
    for answer in (requests.approve(waits.id, by=by), requests.deny(waits.id, by=by)):
        with pytest.raises(RequestError, match="name of a person"):
            await answer
    assert (await requests.get(waits.id)).open


async def test_consent_is_to_a_request_and_never_to_a_name(requests: Requests) -> None:
    waits = await requests.put(asked())
    for name in ("delete_file", "run-1", "run-1/tidy/0/0", "*", "", waits.id[:-1], waits.id.upper() + " "):
        with pytest.raises(UnknownApproval):
            await requests.approve(name, by="Ada")
    with pytest.raises(UnknownApproval, match=f"did you mean {waits.id}"):
        await requests.approve(waits.id[:-1] + "x", by="Ada")


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), 1e12])
async def test_a_grant_lasts_some_seconds_and_no_more_than_a_year(requests: Requests, seconds: float) -> None:
    waits = await requests.put(asked())
    with pytest.raises(RequestError, match="lasts"):
        await requests.approve(waits.id, by="Ada", lasts=seconds)
    with pytest.raises(RequestError, match="waits"):
        ApprovalRules(waits=seconds)


async def test_the_log_is_told_first_and_without_content(store: Store) -> None:
    log = Log()
    requests = Requests(store=store, log=log)
    one, two = await requests.put(asked({"path": "secret.txt"})), await requests.put(asked(step="b/0/0"))
    await requests.put(asked({"path": "secret.txt"}))
    await requests.approve(one.id, by="Ada")
    await requests.deny(two.id, by="Ada", why="because of the secret")
    kinds = [entry.kind for entry in log.entries]
    assert kinds == [
        "agents.approval_asked",
        "agents.approval_asked",
        "agents.approval_approved",
        "agents.approval_denied",
    ]
    assert {entry.subject for entry in log.entries[2:]} == {"Ada"}
    facts = str([entry.facts for entry in log.entries])
    assert "secret" not in facts
    assert "Ada" not in facts
    assert one.id in facts


async def test_a_decision_that_came_too_late_is_void_in_the_log(store: Store) -> None:
    log = Log()
    requests = Requests(store=store, log=log)
    waits = await requests.put(asked())
    real = log.append

    async def slow(entries: Sequence[LogEntry]) -> None:
        await real(entries)
        if entries[0].kind == "agents.approval_approved":
            await Requests(store=store).deny(waits.id, by="Grace")

    log.append = slow  # type: ignore[method-assign]  # somebody else is faster
    with pytest.raises(NotApprovable):
        await requests.approve(waits.id, by="Ada")
    assert log.entries[-1].kind == "agents.approval_void"
    assert log.entries[-1].facts["void"] == "approval_approved"
    assert log.entries[-1].facts["state"] == "denied"
    with pytest.raises(NotApprovable):
        await requests.approve(waits.id, by="Ada")
    assert log.entries[-1].kind == "agents.approval_void", "what cannot be is not told"


async def test_nothing_is_decided_that_the_log_does_not_have(store: Store) -> None:
    log = Log()
    requests = Requests(store=store, log=log)
    waits = await requests.put(asked())
    log.broken = True
    with pytest.raises(StoreError):
        await requests.approve(waits.id, by="Ada")
    assert (await requests.get(waits.id)).open


async def test_people_are_told_once_and_without_arguments_unless_asked(store: Store) -> None:
    quiet, full = Ears(), Ears(arguments=True)
    rules = ApprovalRules(page="http://127.0.0.1:1/")
    requests = Requests(store=store, rules=rules, notifiers=[quiet, full])
    waits = await requests.put(asked())
    await requests.put(asked())
    [notice] = quiet.heard
    assert notice.link == f"http://127.0.0.1:1/requests/{waits.id}"
    assert notice.shown is None
    assert "a.txt" not in str(notice.plain())
    assert full.heard == [replace(notice, shown='{"path": "a.txt"}')]


async def test_an_effect_in_doubt_is_told_of_once(store: Store) -> None:
    ears = Ears()
    requests = Requests(store=store, notifiers=[ears])
    doubt = Notice(kind="unknown", id="r/n/0/0", effect="r/n/0/0", tool="send", does="write")
    ears.deaf = True
    await requests.tell_of(doubt)
    ears.deaf = False
    for _ in range(3):
        await requests.tell_of(doubt)
    assert ears.heard == [doubt]
    there = Requests(store=store, notifiers=[ears], rules=ApprovalRules(page="https://x.example"))
    await there.tell_of(replace(doubt, id="r/n/0/1"))
    assert ears.heard[-1].link == "https://x.example/effect?id=r%2Fn%2F0%2F1"


async def test_who_could_not_be_told_is_told_the_next_time(store: Store) -> None:
    ears = Ears()
    requests = Requests(store=store, notifiers=[ears])
    ears.deaf = True
    waits = await requests.put(asked())
    assert waits.open
    ears.deaf = False
    await requests.put(asked())
    await requests.put(asked())
    assert [each.id for each in ears.heard] == [waits.id]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(arguments=st.dictionaries(st.text(), _JSON, max_size=4), text=st.text(), changes=_JSON)
def test_whatever_is_asked_is_kept_to_the_letter(arguments: dict, text: str, changes: object) -> None:
    from interlock_agents.approvals.rows import body_of, request_in

    request = asked(arguments, preview=Preview(text=text, changes={"all": changes}))
    kept = request_in(body_of(request))
    assert kept == request
    assert (kept.arguments_digest, kept.preview_digest) == (request.arguments_digest, request.preview_digest)
    assert body_of(request).isascii()
