"""Effects through a router's toolbox: what it needs, what it is given, and whose consent it runs under."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from drawers import Drawer, Plugin
from interlock import ApprovalNeeded, Preview, Repeat, Router, ToolCall, ToolOutcome, UnknownTool, tool_of
from interlock.testing import scripted_router
from interlock.types.clocks import elapsed
from interlock_agents.approvals import Requests
from interlock_agents.ledger import ToolboxHands
from interlock_agents.ledger.grants import use_once
from interlock_agents.ledger.ledger import Ledger
from interlock_agents.places import Place
from interlock_agents.store import Store

PLACE = Place(run="r", node="n")


class Put:
    """A tool that remembers what it was given, and shows what it would do."""

    api = 1
    spec = tool_of(lambda path: "", effect="write", name="put", description="Puts.").spec
    repeat = Repeat("read")
    settles_within = 0.0

    def __init__(self, effect: str = "destructive") -> None:
        self.effect: Any = effect
        self.shown = "It puts."
        self.runs: list[Any] = []
        self.then: list[ToolOutcome] = []

    async def preview(self, call: Any) -> Preview:
        return Preview(text=self.shown, changes={})

    async def run(self, run: Any) -> ToolOutcome:
        self.runs.append(run)
        return self.then.pop(0) if self.then else ToolOutcome(outcome="done", receipt={"key": run.key})

    async def find(self, call: Any) -> ToolOutcome | None:
        known = [run for run in self.runs if run.key == call.key]
        return ToolOutcome(outcome="done", seen=len(known)) if known else None


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    store = Store.open(f"sqlite:///{tmp_path}/agents.db")
    yield Ledger(store, pause=0.001, consume=use_once)
    await store.aclose()


@pytest.fixture
def router_of() -> Iterator[Callable[..., Router]]:
    made: list[Router] = []

    def make(*tools: Any) -> Router:
        kinds = Plugin(Drawer("shelf", *tools))
        connectors = [{"id": "shelf", "connector": "shelf"}]
        made.append(scripted_router({"model": []}, plugins=[kinds], connectors=connectors))
        return made[-1]

    yield make
    for router in made:
        router.close_sync()


def put(path: str = "a.txt") -> ToolCall:
    return ToolCall(id="c1", name="put", arguments={"path": path})


async def test_a_tool_is_given_the_effects_key_and_a_deadline_inside_the_lease(
    ledger: Ledger, router_of: Callable[..., Router]
) -> None:
    tool = Put("write")
    hands = await ToolboxHands.of(router_of(tool).toolbox(grants=ledger.grants), "put")
    effect = await ledger.perform(PLACE, put(), hands)
    assert effect.state == "confirmed"
    assert effect.receipt == {"key": effect.key}
    assert tool.runs[0].key == effect.key
    assert tool.runs[0].deadline <= elapsed() + 27
    assert (hands.needs_grant, hands.can_find, hands.classified.effect) == (False, True, "write")


async def test_what_needs_consent_waits_without_a_trace_and_then_happens_under_it(
    ledger: Ledger, router_of: Callable[..., Router]
) -> None:
    tool = Put()
    hands = await ToolboxHands.of(router_of(tool).toolbox(grants=ledger.grants), "put")
    with pytest.raises(ApprovalNeeded) as caught:
        await ledger.perform(PLACE, put(), hands)
    assert await ledger.effects("r") == ()
    asked = caught.value.request
    assert asked is not None
    assert (asked.run, asked.step) == ("r", "n/0/0")
    grant = asked.grant(approver="ada")
    effect = await ledger.perform(PLACE, put(), hands, grant=grant)
    assert (effect.state, effect.grant, len(tool.runs)) == ("confirmed", grant, 1)
    assert await ledger.perform(PLACE, put(), hands) == effect


async def test_a_grant_serves_one_effect_and_no_run_beside_the_ledger(
    ledger: Ledger, router_of: Callable[..., Router]
) -> None:
    tool = Put()
    box = router_of(tool).toolbox(grants=ledger.grants)
    hands = await ToolboxHands.of(box, "put")
    asked = await box.asking(put(), run="r", step="n/0/0")
    grant = asked.grant(approver="ada")
    with pytest.raises(ApprovalNeeded, match="used before"):
        await box.run(put(), grant=grant, run="r", step="n/0/0")
    assert (await ledger.perform(PLACE, put(), hands, grant=grant)).state == "confirmed"
    with pytest.raises(ApprovalNeeded, match="used before"):
        await box.run(put(), grant=grant, run="r", step="n/0/0")
    for place, call in ((Place(run="r", node="m"), put()), (Place(run="s", node="n"), put())):
        with pytest.raises(ApprovalNeeded, match="used before"):
            await ledger.perform(place, call, hands, grant=grant)
    assert len(tool.runs) == 1


@pytest.mark.parametrize("what", ["arguments", "preview", "run", "approver", "expired"])
async def test_a_grant_for_anything_else_writes_nothing_down(
    ledger: Ledger, router_of: Callable[..., Router], what: str
) -> None:
    tool = Put()
    box = router_of(tool).toolbox(grants=ledger.grants)
    hands = await ToolboxHands.of(box, "put")
    asked = await box.asking(put(), run="other" if what == "run" else "r", step="n/0/0")
    grant = asked.grant(approver="" if what == "approver" else "ada", lasts=0 if what == "expired" else 60)
    if what == "preview":
        tool.shown = "It puts something else."
    with pytest.raises(ApprovalNeeded):
        await ledger.perform(PLACE, put("b.txt" if what == "arguments" else "a.txt"), hands, grant=grant)
    assert await ledger.effects("r") == ()
    assert tool.runs == []


async def test_consent_does_not_end_while_its_effect_is_under_way(
    ledger: Ledger, router_of: Callable[..., Router]
) -> None:
    tool = Put()
    tool.then = [ToolOutcome(outcome="unknown")]
    patient = Ledger(ledger.store, pause=0.3, consume=use_once)
    box = router_of(tool).toolbox(grants=patient.grants)
    hands = await ToolboxHands.of(box, "put")

    async def find(call: Any) -> None:
        return None

    tool.find = find  # type: ignore[method-assign]  # it has not happened
    grant = (await box.asking(put(), run="r", step="n/0/0")).grant(approver="ada", lasts=0.2)
    effect = await patient.perform(PLACE, put(), hands, grant=grant)
    assert (effect.state, effect.tries, effect.grant) == ("confirmed", 2, grant)


async def test_what_was_shown_and_changed_before_it_ran_is_put_back_and_asked_for_anew(
    ledger: Ledger, router_of: Callable[..., Router]
) -> None:
    tool = Put()
    box = router_of(tool).toolbox(grants=ledger.grants)
    hands = await ToolboxHands.of(box, "put")
    grant = (await box.asking(put(), run="r", step="n/0/0")).grant(approver="ada")
    shows = iter(["It puts.", "It puts something else."])

    async def preview(call: Any) -> Preview:
        return Preview(text=next(shows, "It puts something else."), changes={})

    tool.preview = preview  # type: ignore[method-assign]  # between the intent and the run
    with pytest.raises(ApprovalNeeded) as caught:
        await ledger.perform(PLACE, put(), hands, grant=grant)
    (effect,) = await ledger.effects("r")
    assert (effect.state, effect.tries, tool.runs) == ("intent", 0, [])
    assert caught.value.request is not None
    anew = caught.value.request.grant(approver="ada")
    done = await ledger.perform(PLACE, put(), hands, grant=anew)
    assert (done.state, done.grant, done.tries) == ("confirmed", anew, 1)


async def test_a_tool_that_is_not_there_is_named(ledger: Ledger, router_of: Callable[..., Router]) -> None:
    with pytest.raises(UnknownTool, match="put"):
        await ToolboxHands.of(router_of(Put()).toolbox(grants=ledger.grants), "putt")


async def test_by_itself_a_ledger_takes_what_was_given_in_its_store_and_nothing_that_a_program_made(
    ledger: Ledger, router_of: Callable[..., Router]
) -> None:
    tool = Put()
    bare = Ledger(ledger.store)
    box = router_of(tool).toolbox(grants=bare.grants)
    hands = await ToolboxHands.of(box, "put")
    asked = await box.asking(put(), run="r", step="n/0/0")
    with pytest.raises(ApprovalNeeded, match="nobody has given this grant"):
        await bare.perform(PLACE, put(), hands, grant=asked.grant(approver="ada"))
    assert (await bare.effects("r"), tool.runs) == ((), [])

    requests = Requests(store=ledger.store)
    waits = await requests.put(asked, effect=PLACE.id)
    grant = await requests.approve(waits.id, by="ada")
    assert (await bare.perform(PLACE, put(), hands, grant=grant)).state == "confirmed"
