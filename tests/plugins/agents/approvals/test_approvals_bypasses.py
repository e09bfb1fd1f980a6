"""Ways around a person's consent. Each is tried, and none gets through."""

import asyncio
import multiprocessing
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from interlock.types.approvals import ApprovalRequest
from interlock.types.messages import ToolCall
from interlock.types.tools import Preview
from interlock_agents.approvals import clock, consume, renewed
from interlock_agents.store import Store
from waiting import Desk, asked, place_of, use, use_and_die


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


async def test_what_was_approved_may_happen(desk: Desk) -> None:
    assert await desk.use(await desk.granted(), desk.request) is None


_OTHERWISE: dict[str, tuple[Callable[[ApprovalRequest], ApprovalRequest], str]] = {
    "other arguments": (lambda r: replace(r, call=replace(r.call, arguments={"path": "b.txt"})), "arguments"),
    "a.txt was approved and /etc/shadow is run": (
        lambda r: replace(r, call=replace(r.call, arguments={"path": "/etc/shadow"})),
        "arguments",
    ),
    "one more argument": (
        lambda r: replace(r, call=replace(r.call, arguments={"path": "a.txt", "force": True})),
        "arguments",
    ),
    "arguments that a gate adds later": (
        lambda r: replace(r, call=replace(r.call, arguments={"path": "a.txt", "tenant": "acme"})),
        "arguments",
    ),
    "an approver among the arguments": (
        lambda r: replace(r, call=replace(r.call, arguments={"path": "a.txt", "approver": "Ada"})),
        "arguments",
    ),
    "a letter that looks the same": (
        lambda r: replace(r, call=replace(r.call, arguments={"path": "\u0430.txt"})),
        "arguments",
    ),
    "another version of the tool": (lambda r: replace(r, tool_digest="tool-2"), "another version"),
    "another run": (lambda r: replace(r, run="run-2"), "another run"),
    "another step": (lambda r: replace(r, step="tidy/0/1"), "another step"),
    "another approach of the step": (lambda r: replace(r, step="tidy/1/0"), "another step"),
    "an edited preview": (
        lambda r: replace(r, preview=Preview(text="removes a.txt", changes={"removed": ["*"]})),
        "not what was shown",
    ),
    "no preview any more": (lambda r: replace(r, preview=None), "not what was shown"),
    "another policy": (lambda r: replace(r, policy="policy-2"), "policy has changed"),
    "a stronger effect by now": (lambda r: replace(r, effect="irreversible"), "another effect"),
    "the same digest under another name": (
        lambda r: replace(r, call=replace(r.call, name="wipe_disk")),
        "another effect",
    ),
}


@pytest.mark.parametrize("way", _OTHERWISE)
async def test_a_grant_is_for_what_was_put_before_the_person(desk: Desk, way: str) -> None:
    change, why = _OTHERWISE[way]
    grant = await desk.granted()
    said = await desk.use(grant, change(desk.request))
    assert said is not None
    assert why in said
    assert await desk.use(grant, desk.request) is None, "what was refused used nothing up"


async def test_a_grant_is_for_the_effect_that_waited(desk: Desk) -> None:
    grant = await desk.granted()
    said = await desk.use(grant, desk.request, effect="run-1/tidy/0/9")
    assert said == "the grant is for another effect"


async def test_numbers_written_otherwise_are_the_same_arguments(desk: Desk) -> None:
    desk.request = asked({"a": 1, "b": {"c": 2, "d": 3}})
    grant = await desk.granted()
    assert await desk.use(grant, asked({"b": {"d": 3.0, "c": 2}, "a": 1.0})) is None


async def test_a_grant_is_used_once(desk: Desk) -> None:
    grant = await desk.granted()
    assert await desk.use(grant, desk.request) is None
    other = replace(desk.request, step="tidy/0/1")
    assert await desk.use(grant, other) == "the grant has been used"
    assert await desk.use(grant, desk.request, effect="run-1/tidy/0/1") == "the grant has been used"
    assert await desk.requests.grant_for(desk.request) is None


@pytest.mark.parametrize("forged", ["another id", "another approver", "a later end", "from thin air"])
async def test_a_grant_is_what_the_store_has_and_not_what_is_said(desk: Desk, forged: str) -> None:
    grant = await desk.granted()
    made = {
        "another id": replace(grant, id="0" * 32),
        "another approver": replace(grant, approver="Grace"),
        "a later end": replace(grant, expires=grant.expires + 1e6),
        "from thin air": desk.request.grant(approver="Ada"),
    }[forged]
    said = await desk.use(made, desk.request)
    assert said in {"nobody has given this grant here", "the grant is not as it was given"}


@pytest.mark.parametrize("state", ["pending", "denied"])
async def test_what_nobody_approved_has_no_grant(desk: Desk, state: str) -> None:
    waits = await desk.requests.put(desk.request)
    if state == "denied":
        await desk.requests.deny(waits.id, by="Ada")
    for id_ in (waits.id, "", "None"):
        forged = replace(desk.request.grant(approver="Ada"), id=id_)
        assert await desk.use(forged, desk.request) == "nobody has given this grant here"


class Times:
    def __init__(self) -> None:
        self.wall = 1_000_000.0
        self.elapsed = 50.0


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> Times:
    set_to = Times()
    monkeypatch.setattr(clock, "elapsed", lambda: set_to.elapsed)
    monkeypatch.setattr(clock, "boot", lambda: "this one")
    return set_to


@pytest.fixture
def timed(tmp_path: Path, times: Times) -> Desk:
    return Desk(Store.open("sqlite:///timed.db", tmp_path, clock=lambda: times.wall))


async def test_an_expired_grant_is_none(timed: Desk, times: Times) -> None:
    grant = await timed.granted()
    times.wall += 900
    times.elapsed += 900
    assert await timed.use(grant, timed.request) == "the grant has expired"


async def test_a_clock_that_is_set_back_gives_no_time(timed: Desk, times: Times) -> None:
    grant = await timed.granted()
    times.elapsed += 900
    times.wall += 450  # set back by half of it
    assert await timed.use(grant, timed.request) == "the grant has expired"
    times.wall = grant.issued - 1
    assert "stands before" in str(await timed.use(grant, timed.request))


async def test_a_clock_that_is_set_back_does_not_keep_a_request_open(timed: Desk, times: Times) -> None:
    waits = await timed.requests.put(timed.request)
    times.elapsed += 24 * 3600
    times.wall -= 3600
    assert (await timed.requests.get(waits.id)).state == "denied"


async def test_an_intent_that_is_not_written_uses_nothing_up(desk: Desk) -> None:
    grant = await desk.granted()

    def fails(connection: Any) -> None:
        now = desk.store.now(connection)
        assert consume(connection, grant, desk.request, effect=place_of(desk.request), now=now) is None
        raise RuntimeError("the intent could not be written")

    with pytest.raises(RuntimeError):
        await desk.store.run(fails)
    assert await desk.use(grant, desk.request) is None


async def test_a_grant_that_a_killed_process_used_is_its_effects_alone(desk: Desk, url: str) -> None:
    grant = await desk.granted()
    process = multiprocessing.get_context("spawn").Process(
        target=use_and_die, args=(url, grant, desk.request)
    )
    process.start()
    await asyncio.to_thread(process.join)
    assert process.exitcode == -signal.SIGKILL
    other = replace(desk.request, step="tidy/0/1")
    assert await desk.use(grant, other) == "the grant has been used"
    assert await desk.use(grant, desk.request) is None, "the same effect goes on"
    moved_on = replace(desk.request, preview=Preview(text="nothing to do", changes={}))
    assert await desk.use(grant, moved_on) is None, "what it would do is otherwise once it is done"
    again = await desk.store.run(lambda each: renewed(each, place_of(desk.request), now=5.0e9))
    assert again is not None
    assert again.why_not(desk.request, now=5.0e9) is None
    assert again.id == grant.id


async def test_an_effect_without_a_grant_has_none_to_renew(desk: Desk) -> None:
    await desk.granted()
    assert await desk.store.run(lambda each: renewed(each, place_of(desk.request), now=1.0)) is None


async def test_of_several_processes_that_use_a_grant_for_different_effects_none_but_its_own_does(
    desk: Desk, url: str
) -> None:
    grant = await desk.granted()
    effects = ["run-1/tidy/0/1", place_of(desk.request), place_of(desk.request)]
    with multiprocessing.get_context("spawn").Pool(len(effects)) as pool:
        said = pool.starmap(use, [(url, grant, desk.request, effect) for effect in effects])
    assert [each is None for each in said] == [False, True, True]


async def test_consumers_at_once_have_one_winner(desk: Desk, url: str) -> None:
    """Two requests that nothing tells apart but the effect, so that the compare-and-set alone decides."""
    grant = await desk.granted()
    desks = [Desk(Store.open(url)) for _ in range(3)]
    said = await asyncio.gather(*(each.use(grant, desk.request) for each in desks))
    assert said == [None, None, None], "the same effect, from wherever it is carried out"
    used = await desk.requests.get((await desk.requests.put(desk.request)).id)
    for each in desks:
        await each.store.aclose()
    assert used.open, "what was used up is asked for anew"


async def test_approval_of_a_stale_request_grants_nothing_new(desk: Desk) -> None:
    """A page that was opened before the arguments were edited answers the request that it shows."""
    old = await desk.requests.put(desk.request)
    edited = replace(desk.request, call=ToolCall(id="call-2", name="delete_file", arguments={"path": "/"}))
    new = await desk.requests.put(edited)
    with pytest.raises(Exception, match="withdrawn"):
        await desk.requests.approve(old.id, by="Ada")
    assert await desk.requests.grant_for(edited) is None
    assert (await desk.requests.get(new.id)).open
