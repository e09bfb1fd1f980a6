"""A log that is required holds what a tool is about to do before anything is sent."""

import json
import time
from typing import Any

import pytest

from drawers import KEY, Plugin, call
from interlock import ApprovalNeeded, LogUnavailable, Router
from interlock.testing import Reply, scripted_router
from shaky_log import SealingLog, ShakyLog, of_kind


@pytest.fixture
def desk_with(tickets: Any, service: Any) -> Any:
    def make(shaky: ShakyLog, config: Any = None, **log: Any) -> Router:
        there = {"id": "tickets", "connector": "tickets", "base_url": service.url, "region": "eu"}
        plugins = [Plugin(tickets.Tickets()), shaky]
        told = {"url": "shaky://", "timeout": 0.2} | log
        return scripted_router(
            {"model": []}, plugins=plugins, connectors=[there | {"api_key": KEY}], log=told, **(config or {})
        )

    return make


async def test_a_run_is_in_the_log_before_it_arrives(desk_with: Any, service: Any) -> None:
    log, seen = ShakyLog(), []

    def answer(_: Any) -> Reply:
        seen.extend(entry.facts for entry in log.of("tool"))
        return Reply.json({"tickets": []})

    service.always = answer
    router = desk_with(log)
    outcome = await router.toolbox().run(call())
    await router.aclose()
    assert outcome.outcome == "done"
    assert {"connector": "tickets", "region": "eu"}.items() <= seen[-1].items()
    assert "list_tickets" in seen[-1]["what"]


@pytest.mark.parametrize("seconds", [0.0, 0.6], ids=["fails", "hangs"])
async def test_without_the_log_nothing_is_sent(desk_with: Any, service: Any, seconds: float) -> None:
    log = ShakyLog()
    router = desk_with(log)
    box = router.toolbox()
    await box.tools()
    log.trouble = of_kind("tool", seconds=seconds)
    outcome = await box.run(call("open_ticket", title="No ink"), key="run-1/step-2")
    assert isinstance(outcome.error, LogUnavailable)
    assert (outcome.outcome, outcome.reason) == ("refused", "not_sent")
    assert service.requests == []
    log.trouble = lambda _: None
    await router.aclose()


async def test_in_the_background_a_run_waits_for_nothing(desk_with: Any, service: Any) -> None:
    router = desk_with(ShakyLog(of_kind("tool", seconds=0.3)), mode="background")
    assert (await router.toolbox().run(call())).outcome == "done"
    assert len(service.requests) == 1
    await router.aclose()


GUARDED = {"tools": {"requires_grant": "write"}}
OPEN = call("open_ticket", title="Ann lost her parcel")
APPROVALS = ["approval_asked", "approved", "refused", "tool"]


def said(log: ShakyLog) -> list[str]:
    """What was written once the tools were known."""
    kinds = [entry.kind for entry in log.entries]
    return [kind for kind in kinds[kinds.index("tool") + 1 :] if kind in APPROVALS]


async def test_what_a_person_is_asked_and_has_agreed_to_is_in_the_log_before_the_run(
    desk_with: Any, service: Any
) -> None:
    log = SealingLog()
    router = desk_with(log, GUARDED, subject="customer")
    box = router.toolbox()
    asked = await box.asking(OPEN, run="r1", step="s2")
    grant = asked.grant(approver="Ada Boss")
    await box.run(OPEN, grant=grant, run="r1", step="s2", metadata={"customer": "customer-81"})
    await router.aclose()
    assert len(service.requests) == 1
    assert said(log)[-2:] == ["approved", "tool"]
    (first,), (approved,) = log.of("approval_asked"), log.of("approved")
    assert {(entry.run, entry.step) for entry in (first, approved, log.entries[-1])} == {("r1", "s2")}
    assert first.facts["tool"] == approved.facts["tool"] == "open_ticket"
    assert first.facts["tool_digest"] == approved.facts["tool_digest"] == asked.tool_digest
    assert (approved.facts["grant"], approved.facts["expires"]) == (grant.id, grant.expires)
    assert log.entries[-1].facts["grant"] == grant.id
    assert (first.subject, approved.subject) == (None, "customer-81")
    assert approved.personal["approver"] == "Ada Boss"
    assert approved.personal["arguments_digest"] == asked.arguments_digest
    facts = json.dumps([entry.facts for entry in log.entries], allow_nan=False)
    for word in ("Ada", "customer-81", "Ann", asked.arguments_digest, KEY):
        assert word not in facts


async def test_who_agreed_is_the_subject_where_nobody_else_is_and_a_log_that_cannot_seal_is_not_told(
    desk_with: Any,
) -> None:
    for log in (SealingLog(), ShakyLog()):
        router = desk_with(log, GUARDED)
        box = router.toolbox()
        grant = (await box.asking(OPEN)).grant(approver="Ada Boss", lasts=float("inf"))
        await box.run(OPEN, grant=grant)
        await router.aclose()
        (approved,) = log.of("approved")
        assert "expires" not in json.loads(json.dumps(approved.facts, allow_nan=False))
        seals = isinstance(log, SealingLog)
        assert approved.subject == ("Ada Boss" if seals else None)
        assert bool(approved.personal) is seals


async def test_a_run_without_a_grant_is_asked_for_and_one_that_does_not_fit_is_refused_with_the_reason(
    desk_with: Any, service: Any
) -> None:
    log = SealingLog()
    router = desk_with(log, GUARDED)
    box = router.toolbox()
    with pytest.raises(ApprovalNeeded) as needed:
        await box.run(OPEN)
    other = needed.value.request.grant(approver="Ada Boss", now=time.time() - 10_000)
    with pytest.raises(ApprovalNeeded, match="expired"):
        await box.run(OPEN, grant=other)
    await router.aclose()
    assert [kind for kind in said(log) if kind != "tool"] == ["approval_asked", "refused"]
    (refused,) = log.of("refused")
    assert refused.facts["why"] == "open_ticket was not run: the grant has expired"
    assert service.requests == []


async def test_nobody_is_asked_whom_the_log_cannot_tell_of(desk_with: Any, service: Any) -> None:
    log = ShakyLog(of_kind("approval_asked"))
    router = desk_with(log, GUARDED)
    box = router.toolbox()
    with pytest.raises(LogUnavailable, match="so nobody was asked"):
        await box.asking(OPEN)
    outcome = await box.run(OPEN)
    assert isinstance(outcome.error, LogUnavailable)
    assert (outcome.outcome, outcome.reason) == ("refused", "not_sent")
    assert service.requests == []
    log.trouble = lambda _: None
    await router.aclose()
