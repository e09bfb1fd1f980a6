"""One run of a tool: what it is given, what came of it, and what a service does to it."""

import asyncio
import logging
import threading
from typing import Any

import pytest

from drawers import KEY, Drawer, call
from interlock import (
    ApprovalNeeded,
    ConnectionFailed,
    PermitError,
    Preview,
    ProtocolError,
    Repeat,
    ToolOutcome,
    TotalTimeout,
)
from interlock.http import HttpRequest
from interlock.testing import End, Reply
from interlock.tools import tool_of

OPENED = Reply.json({"id": 7}, status=201)


def boxed(router_with, tool: Any, **config: Any) -> Any:
    return router_with([Drawer("shelf", tool)], [{"id": "shelf", "connector": "shelf"}], **config).toolbox()


async def test_a_read_brings_what_there_is_and_says_how_to_get_the_rest(desk, service):
    service.reply(Reply.json({"tickets": [{"id": 1, "title": "No ink"}], "next": 2}))
    box = desk({"options": {"queue": "it", "page_size": 1}}).toolbox()
    outcome = await box.run(call(page=1))
    assert (outcome.outcome, outcome.more, outcome.truncated) == ("done", "page=2", True)
    result = outcome.result(call())
    assert result.content == "#1: No ink\n[This is not all: ask again with page=2.]"
    assert not result.error
    (request,) = service.requests
    assert (request.method, request.path) == ("GET", "/queues/it/tickets?page=1&size=1")
    assert request.headers["authorization"] == f"Bearer {KEY}"


async def test_a_write_goes_out_once_under_the_key_of_its_effect(desk, service):
    service.reply(OPENED, OPENED)
    box = desk().toolbox()
    outcome = await box.run(call("open_ticket", title="No ink"), key="run-1/step-2")
    assert (outcome.outcome, outcome.receipt) == ("done", {"id": 7})
    await box.run(call("open_ticket", title="No ink"))
    first, second = (request.headers["idempotency-key"] for request in service.requests)
    assert first == "run-1/step-2"
    assert second not in ("", first)


async def test_what_is_destructive_waits_for_a_person_and_is_run_under_their_grant_once(router_with):
    done = []

    def erase(page: str) -> str:
        """Erases a page."""
        done.append(page)
        return "gone"

    box = boxed(router_with, tool_of(erase, effect="destructive"))
    with pytest.raises(ApprovalNeeded, match="erase was not run: it is destructive") as caught:
        await box.run(call("erase", page="one"))
    assert caught.value.request == await box.asking(call("erase", page="one"))
    grant = caught.value.request.grant(approver="ada")
    with pytest.raises(ApprovalNeeded, match="for other arguments"):
        await box.run(call("erase", page="two"), grant=grant)
    assert not done
    assert (await box.run(call("erase", page="one"), grant=grant)).content == "gone"
    with pytest.raises(ApprovalNeeded, match="used before"):
        await box.run(call("erase", page="one"), grant=grant)
    assert done == ["one"]


async def test_the_users_policy_has_the_last_word_on_what_needs_a_person(desk, service):
    service.reply(OPENED)
    box = desk(tools={"requires_grant": "write"}).toolbox()
    with pytest.raises(ApprovalNeeded, match="it is write"):
        await box.run(call("open_ticket", title="No ink"))
    assert not service.requests
    grant = (await box.asking(call("open_ticket", title="No ink"))).grant(approver="ada")
    assert (await box.run(call("open_ticket", title="No ink"), grant=grant)).outcome == "done"


REDIRECT = Reply(status=302, headers={"location": "http://127.0.0.1:9/elsewhere"})
HTML = Reply.raw(b"<html>Please sign in</html>", kind="text/html")


@pytest.mark.parametrize(
    ("reply", "outcome", "reason"),
    [
        (Reply.json({"error": "closed"}, status=403), "refused", "refused"),
        (Reply.json({"error": "wait"}, status=429, headers={"retry-after": "7"}), "refused", "limited"),
        (Reply.json({"error": "under way"}, status=409), "unknown", None),
        (Reply.json({"error": "oh"}, status=500), "unknown", None),
        (Reply(pieces=(End.RESET,), status=None), "unknown", None),
        (Reply(pieces=(b'{"id": ', End.CUT), status=201), "unknown", None),
        (REDIRECT, "unknown", None),
        (HTML, "unknown", None),
        (Reply.raw(b" " * 70_000, kind="application/json"), "unknown", None),
    ],
    ids=["403", "429", "409", "500", "reset", "cut", "302", "html", "huge"],
)
async def test_a_write_that_may_have_happened_is_never_taken_for_one_that_has_not(
    desk, service, reply, outcome, reason
):
    service.reply(reply)
    box = desk({"largest_answer": 65_536}).toolbox()
    ran = await box.run(call("open_ticket", title="No ink"))
    assert (ran.outcome, ran.reason) == (outcome, reason)
    assert ran.retry_after == (7.0 if reason == "limited" else None)
    assert len(service.requests) == 1


@pytest.mark.parametrize("reply", [Reply(pieces=(End.RESET,), status=None), REDIRECT], ids=["reset", "302"])
async def test_a_read_that_fails_has_done_nothing_and_keeps_the_typed_error(desk, service, reply):
    # The transport writes a read a second time where a kept connection breaks; here both break.
    service.reply(reply, reply)
    ran = await desk().toolbox().run(call())
    assert (ran.outcome, ran.reason) == ("refused", "refused")
    assert isinstance(ran.error, ConnectionFailed | ProtocolError)
    assert ran.error.deployment == "tickets"
    assert ran.result(call()).error


async def test_where_nobody_listens_it_is_certain_that_nothing_was_sent(desk, service):
    box = desk({"base_url": "http://127.0.0.1:9"}).toolbox()
    ran = await box.run(call("open_ticket", title="No ink"))
    assert (ran.outcome, ran.reason) == ("refused", "not_sent")
    assert isinstance(ran.error, ConnectionFailed)


async def test_a_run_ends_at_its_total_and_cancelling_it_closes_its_socket(desk, service):
    service.reply(Reply(pieces=(End.SILENCE,)), Reply(pieces=(End.SILENCE,)))
    box = desk({"timeouts": {"total": 0.2}}).toolbox()
    ran = await box.run(call("open_ticket", title="No ink"))
    assert ran.outcome == "unknown"
    assert isinstance(ran.error, TotalTimeout)
    assert "open_ticket of tickets took longer than 0.2 s" in str(ran.error)
    await asyncio.to_thread(service.wait_until_idle)

    patient = desk().toolbox()
    task = asyncio.create_task(patient.run(call("open_ticket", title="No ink")))
    await asyncio.to_thread(service.wait_for_requests, 2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.to_thread(service.wait_until_idle)


async def test_a_call_may_tighten_the_total_and_never_loosens_it(router_with):
    given = []

    class Waits:
        api = 1
        spec = tool_of(lambda: "", effect="read", name="wait", description="Waits.").spec
        effect, repeat, settles_within = "read", Repeat("natural"), 0.0

        async def run(self, run):
            given.append(run.left)
            return ToolOutcome(outcome="done")

    drawers = [Drawer("shelf", Waits())]
    box = router_with(drawers, [{"id": "shelf", "connector": "shelf", "timeouts": {"total": 9}}]).toolbox()
    for timeout in (None, 2, 40):
        await box.run(call("wait"), timeout=timeout)
    assert [round(seconds) for seconds in given] == [9, 2, 9]


class Strays:
    """Does what no tool may."""

    api = 1
    effect, repeat, settles_within = "write", Repeat("none"), 0.0

    def __init__(self, how: str) -> None:
        self.how = how
        self.spec = tool_of(lambda: "", effect="read", name="stray", description="Strays.").spec
        self.kept: Any = None

    async def run(self, run):
        self.kept = run
        if self.how == "elsewhere":
            elsewhere = HttpRequest(url="http://127.0.0.1:9/", body=b"", method="GET")
            await run.send(elsewhere)
        if self.how == "text":
            return "done"
        if self.how == "leaks":
            raise RuntimeError(f"could not sign with {run.destination.credential.secret.reveal()}")
        return ToolOutcome(outcome="done", content="done")


@pytest.mark.parametrize(
    ("how", "kind"), [("elsewhere", PermitError), ("text", ProtocolError), ("leaks", ProtocolError)]
)
async def test_what_a_tool_may_not_do_is_an_outcome_with_its_error(desk, service, caplog, how, kind):
    box = desk(tools_of=[Strays(how)]).toolbox()
    with caplog.at_level(logging.DEBUG):
        ran = await box.run(call("stray"))
    # Nothing had left, and so nothing has happened.
    assert (ran.outcome, ran.reason) == ("refused", "not_sent")
    assert isinstance(ran.error, kind)
    assert not service.requests
    shown = f"{ran!r} {ran.result(call())!r} {ran.error!r} {caplog.text}"
    link: BaseException | None = ran.error
    while link is not None:
        shown += f"{link!r} {getattr(link, '__notes__', '')}"
        link = link.__cause__ or link.__context__
    assert KEY not in shown


async def test_a_permit_ends_with_its_run(desk, service):
    tool = Strays("not")
    box = desk(tools_of=[tool]).toolbox()
    assert (await box.run(call("stray"))).outcome == "done"
    with pytest.raises(PermitError, match="withdrawn"):
        await tool.kept.send(HttpRequest(url=service.url, body=b"", method="GET"))
    assert not service.requests


@pytest.mark.parametrize("status", [200, 400, 500])
async def test_a_key_that_the_service_repeats_is_shown_to_nobody(desk, service, status):
    echo = {"tickets": [{"id": KEY, "title": f"Bearer {KEY}"}], "error": f"no such token {KEY}"}
    service.reply(Reply.json(echo, status=status))
    ran = await desk().toolbox().run(call())
    assert "***" in str(ran.content)
    assert KEY not in repr(ran) + repr(ran.result(call()))


def test_synchronous_runs_are_the_same_and_loops_share_one_toolbox(desk, service):
    box = desk().toolbox()
    assert [tool.name for tool in box.tools_sync()] == ["list_tickets", "open_ticket"]
    assert box.run_sync(call()).content == "#1: No ink"
    said = [asyncio.run(box.run(call())).content for _ in range(2)]

    def beside() -> None:
        said.append(asyncio.run(box.run(call())).content)

    threads = [threading.Thread(target=beside) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == ["#1: No ink"] * 5


async def test_closing_the_router_closes_connectors_and_the_next_use_opens_them_anew(router_with):
    drawer = Drawer("shelf", tool_of(lambda: "noon", effect="read", name="now", description="The time."))
    router = router_with([drawer], [{"id": "shelf", "connector": "shelf"}])
    box, opened = router.toolbox(), drawer.opened
    for times in (1, 2):
        assert (await box.run(call("now"))).content == "noon"
        assert (await box.run(call("now"))).content == "noon"
        assert drawer.opened == opened + times
        await router.aclose()
        assert drawer.closed == times
    await router.aclose()
    assert drawer.closed == 2


async def test_of_a_run_that_only_reads_nobody_doubts_whether_it_has_happened(router_with):
    def look() -> ToolOutcome:
        return ToolOutcome(outcome="unknown", content="the shelf is on fire")

    box = boxed(router_with, tool_of(look, effect="write"))
    assert (await box.run(call("look"))).outcome == "unknown"
    # It is the user's policy that says so.
    rules = [{"tools": "look", "effect": "read"}]
    read = await boxed(router_with, tool_of(look, effect="write"), tools={"rules": rules}).run(call("look"))
    assert (read.outcome, read.content) == ("refused", "the shelf is on fire")


async def test_what_comes_before_a_run_takes_of_its_time(router_with):
    ran = []

    class Shows:
        api = 1
        spec = tool_of(lambda: "", effect="write", name="put", description="Puts.").spec
        effect, repeat, settles_within = "write", Repeat("none"), 0.0

        async def preview(self, call):
            await asyncio.sleep(0.05)
            return Preview(text="It puts.", changes={})

        async def run(self, run):
            ran.append(run.left)
            return ToolOutcome(outcome="done")

    box = router_with([Drawer("shelf", Shows())], [{"id": "shelf", "connector": "shelf"}]).toolbox()
    asked = await box.asking(call("put"))
    late = await box.run(call("put"), grant=asked.grant(approver="ada"), timeout=0.02)
    assert (late.outcome, late.reason, ran) == ("refused", "not_sent", [])
    await box.run(call("put"), grant=asked.grant(approver="ada"), timeout=5.0)
    assert ran[0] < 4.96


async def test_whether_a_tool_needs_a_grant_is_known_before_it_is_asked_for(desk):
    by_default, strict = desk().toolbox(), desk(tools={"requires_grant": "write"}).toolbox()
    opens, lists = await by_default.tool("open_ticket"), await by_default.tool("list_tickets")
    assert not by_default.requires_grant(opens)
    assert strict.requires_grant(opens)
    assert not strict.requires_grant(lists)
