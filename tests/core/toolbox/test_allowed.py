"""Which connectors' tools a toolbox has, and what it says of the others."""

import asyncio

import pytest

from drawers import Drawer, call
from interlock import Constraints, NoLongerAllowed, RequestError, UnknownTool
from interlock.toolbox import listing
from interlock.tools import tool_of


def now() -> str:
    """The time."""
    return "noon"


async def test_the_tools_of_what_is_allowed_are_there_as_a_request_takes_them(desk, service):
    box = desk().toolbox()
    assert not box.excluded
    assert not service.requests
    specs = await box.specs()
    assert [spec.name for spec in specs] == ["list_tickets", "open_ticket"]
    assert specs[1].parameters["required"] == ["title"]


@pytest.mark.parametrize(
    ("constraints", "why"),
    [
        ({"residency": ["us"]}, "processed in eu; the residency allows us only"),
        ({"storage": ["eu"]}, "may be stored anywhere; storage is allowed in eu only"),
        ({"deny_laws": ["us"]}, "nobody recorded who operates it; the law of us is denied"),
        ({"on_premise": True}, "not on premise; only what stands on the user's own ground is allowed"),
        ({"deny_vendors": ["Acme"]}, "acme is a denied vendor"),
        ({"deny_vendors": ["tickets"]}, "tickets is a denied vendor"),
    ],
)
@pytest.mark.parametrize("by", ["call", "configuration"])
async def test_what_the_constraints_forbid_is_out_and_is_sent_nothing(desk, service, constraints, why, by):
    if by == "call":
        box = desk().toolbox(constraints=constraints)
    else:
        # A call tightens what is configured, and loosens nothing.
        box = desk(constraints=constraints).toolbox(constraints=Constraints())
    assert dict(box.excluded) == {"tickets": why}
    assert await box.tools() == ()
    with pytest.raises(UnknownTool, match="no tool 'list_tickets'; there are none"):
        await box.run(call())
    assert not service.requests


@pytest.mark.parametrize(
    ("entry", "constraints"),
    [
        ({"region": "de"}, {"residency": ["eu"]}),
        ({"region": ["de", "ch"]}, {"residency": ["eu", "ch"]}),
        ({"handling": {"stored": ["de", "fr"]}}, {"storage": ["eu"]}),
        ({"handling": {"operator": "ie", "parent": "fr"}}, {"deny_laws": ["us"]}),
        ({"on_premise": True}, {"storage": ["eu"], "deny_laws": ["us"]}),
        ({"region": "local"}, {"storage": ["eu"], "deny_laws": ["us"]}),
        ({"on_premise": True}, {"on_premise": True}),
        ({"region": "local"}, {"residency": ["us"], "on_premise": True}),
    ],
)
async def test_what_they_allow_is_in(desk, entry, constraints):
    assert not desk(entry).toolbox(constraints=constraints).excluded


async def test_a_run_is_checked_once_more_against_tighter_constraints(desk, service):
    box = desk().toolbox()
    await box.tools()
    with pytest.raises(NoLongerAllowed, match="tickets may not be used: processed in eu") as caught:
        await box.run(call(), constraints=Constraints(residency={"us"}))
    assert caught.value.deployment == "tickets"
    assert not service.requests


async def test_a_slip_in_a_denied_name_is_refused_and_not_passed_over(desk):
    with pytest.raises(RequestError, match=r"no vendor is called 'tickest'.*'tickets'"):
        desk().toolbox(constraints={"deny_vendors": ["tickest"]})


async def test_one_without_its_key_says_which_variable_would_hold_it(desk, service):
    box = desk({"api_key": "env:NO_SUCH_KEY"}).toolbox()
    assert dict(box.excluded) == {"tickets": "NO_SUCH_KEY is not set"}
    assert not service.requests


async def test_one_whose_service_cannot_list_its_tools_leaves_the_others_theirs(router_with):
    class Dark(Drawer):
        async def tools(self, call):
            self.asked += 1
            if self.asked == 1:
                raise OSError("no such host")
            return self.offered

    dark, clock = (
        Dark("dark", tool_of(now, effect="read", name="then")),
        Drawer("clock", tool_of(now, effect="read")),
    )
    entries = [{"id": "dark", "connector": "dark"}, {"id": "clock", "connector": "clock"}]
    box = router_with([dark, clock], entries).toolbox()
    assert [tool.name for tool in await box.tools()] == ["now"]
    assert box.excluded["dark"].startswith(
        "its tools cannot be had: the list of tools of dark failed with OSError"
    )
    # It is asked again, and the others are not.
    assert [tool.name for tool in await box.tools()] == ["then", "now"]
    assert (dark.asked, clock.asked) == (2, 1)
    assert not box.excluded


async def test_one_that_takes_long_to_fail_keeps_nobody_who_runs_tools_of_others(router_with, monkeypatch):
    time = [100.0]
    monkeypatch.setattr(listing, "elapsed", lambda: time[0])

    class Slow(Drawer):
        async def tools(self, call):
            self.asked += 1
            time[0] += 4
            raise OSError("no answer")

    slow, clock = Slow("slow"), Drawer("clock", tool_of(now, effect="read"))
    entries = [{"id": "slow", "connector": "slow"}, {"id": "clock", "connector": "clock"}]
    box = router_with([slow, clock], entries).toolbox()
    for _ in range(3):
        assert [tool.name for tool in await box.tools()] == ["now"]
        assert (await box.run(call("now"))).outcome == "done"
    assert slow.asked == 1
    assert "failed with OSError" in box.excluded["slow"]
    time[0] += 41
    await box.tools()
    assert slow.asked == 2


async def test_a_connector_in_the_process_satisfies_every_residency_and_is_given_no_way_out(router_with):
    clock = Drawer("clock", tool_of(now, effect="read"))
    box = router_with([clock], [{"id": "clock", "connector": "clock"}]).toolbox(
        constraints={"residency": ["cn"]}
    )
    assert [tool.name for tool in await box.tools()] == ["now"]
    assert clock.call.http is clock.call.destination is None
    assert clock.call.permit.origin is None
    assert not clock.call.permit.is_open


async def test_a_tool_that_its_connector_holds_back_is_told_beside_those_that_are_there(router_with):
    drawer = Drawer("shelf", tool_of(now, effect="read"))
    kept = {"later": "its definition has changed; token sk-live-0123456789abcdef0123"}
    opened = drawer.open(None)
    opened.withdrawn = kept
    drawer.open = lambda _: opened
    box = router_with([drawer], [{"id": "shelf", "connector": "shelf"}]).toolbox()
    assert [spec.name for spec in await box.specs()] == ["now"]
    assert set(box.excluded) == {"shelf/later"}
    assert box.excluded["shelf/later"].startswith("its definition has changed")
    assert "0123456789abcdef" not in box.excluded["shelf/later"]


async def test_many_who_ask_at_once_while_a_service_is_slow_all_find_its_tools(router_with):
    drawer = Drawer("shelf", tool_of(now, effect="read"))
    opened, waits = drawer.open(None), [0.0, 0.02, 0.0, 0.01, 0.0]
    tools = opened.tools

    async def slowly(call):
        await asyncio.sleep(waits.pop() if waits else 0.0)
        return await tools(call)

    opened.tools = slowly
    drawer.open = lambda _: opened
    box = router_with([drawer], [{"id": "shelf", "connector": "shelf"}]).toolbox()

    async def later(steps):
        for _ in range(steps):
            await asyncio.sleep(0)
        return (await box.tool("now")).name

    assert await asyncio.gather(*map(later, range(12))) == ["now"] * 12
