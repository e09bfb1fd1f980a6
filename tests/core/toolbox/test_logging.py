"""A log that is required holds what a tool is about to do before anything is sent."""

from typing import Any

import pytest

from drawers import KEY, Plugin, call
from interlock import LogUnavailable, Router
from interlock.testing import Reply, scripted_router
from shaky_log import ShakyLog, of_kind


@pytest.fixture
def desk_with(tickets: Any, service: Any) -> Any:
    def make(shaky: ShakyLog, **log: Any) -> Router:
        there = {"id": "tickets", "connector": "tickets", "base_url": service.url, "region": "eu"}
        plugins = [Plugin(tickets.Tickets()), shaky]
        told = {"url": "shaky://", "timeout": 0.2} | log
        return scripted_router(
            {"model": []}, plugins=plugins, connectors=[there | {"api_key": KEY}], log=told
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
