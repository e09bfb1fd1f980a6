"""The whole way: a tool of a connector, a router's toolbox, the ledger, and a person's consent."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from drawers import Drawer, Plugin
from effect_world import Deaths, Killed
from interlock import (
    ApprovalNeeded,
    Grant,
    Preview,
    Repeat,
    Router,
    ToolCall,
    ToolOutcome,
    ToolPolicy,
    ToolRule,
    tool_of,
)
from interlock.testing import scripted_router
from interlock_agents import Ledger, LedgerBusy, Place, Requests, Store, ToolboxHands
from interlock_agents.approvals import Approval

PLACE = Place(run="run-1", node="tidy")


class Remove:
    """Removes a path, in the version that it is told."""

    api = 1
    effect: Any = "destructive"
    repeat = Repeat("key")
    settles_within = 0.0

    def __init__(self, description: str = "Removes a path.") -> None:
        self.spec = tool_of(lambda path: "", effect="write", name="remove", description=description).spec
        self.removed: list[str] = []
        self.keys: list[str] = []
        self.shown = "removes it"
        self.outcomes: list[ToolOutcome] = []

    async def preview(self, call: Any) -> Preview:
        return Preview(text=self.shown, changes={"removed": [call.call.arguments["path"]]})

    async def run(self, run: Any) -> ToolOutcome:
        if run.key not in self.keys:
            self.removed.append(run.call.arguments["path"])
        self.keys.append(run.key)
        return self.outcomes.pop(0) if self.outcomes else ToolOutcome(outcome="done", content="gone")


@dataclass
class Office:
    """An agent's side (`perform`) and a person's (`requests`), over one store."""

    folder: Path
    tool: Remove = field(default_factory=Remove)
    policy: ToolPolicy = field(default_factory=ToolPolicy)
    opened: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = Store.open("sqlite:///agents.db", self.folder)
        self.requests = Requests(store=self.store)
        self.begin_anew()

    def begin_anew(self, *, at: Callable[[str], None] | None = None) -> None:
        """As a new process does, whatever became of the one before."""
        how: dict[str, Any] = {} if at is None else {"at": at}
        self.ledger = Ledger(self.store, consume=self.requests.consume, pause=0.001, lease=0.2, **how)
        router: Router = scripted_router(
            {"model": []},
            plugins=[Plugin(Drawer("files", self.tool))],
            connectors=[{"id": "files", "connector": "files"}],
            tools=_as_options(self.policy),
        )
        self.opened.append(router)
        self.box = router.toolbox(grants=self.ledger.grants)

    async def perform(
        self, path: str = "a.txt", *, place: Place = PLACE, grant: Grant | None = None, **more: Any
    ) -> Any:
        call = ToolCall(id="call-1", name="remove", arguments={"path": path} | more)
        hands = await ToolboxHands.of(self.box, "remove")
        return await self.ledger.perform(place, call, hands, grant=grant)

    async def asked(self, path: str = "a.txt", *, place: Place = PLACE, **more: Any) -> Approval:
        """What is put before a person when the agent wants it."""
        with pytest.raises(ApprovalNeeded) as caught:
            await self.perform(path, place=place, **more)
        assert caught.value.request is not None
        return await self.requests.put(caught.value.request, effect=place.id)

    async def granted(self, path: str = "a.txt") -> Grant:
        grant = await self.requests.approve((await self.asked(path)).id, by="Ada")
        assert grant is not None
        return grant


def _as_options(policy: ToolPolicy) -> dict[str, Any]:
    return {
        "rules": [{"tools": rule.tools, "effect": rule.effect} for rule in policy.rules],
        "requires_grant": policy.requires_grant,
    }


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    made = Office(tmp_path)
    yield made
    for router in made.opened:
        await router.aclose()
    await made.store.aclose()


async def test_nothing_happens_before_a_person_agrees_and_it_happens_once_after(office: Office) -> None:
    waits = await office.asked()
    assert (await office.asked()).id == waits.id
    assert waits.request.preview is not None
    assert waits.request.preview.changes == {"removed": ["a.txt"]}
    grant = await office.requests.approve(waits.id, by="Ada")
    effect = await office.perform(grant=grant)
    assert (effect.state, office.tool.removed) == ("confirmed", ["a.txt"])
    assert await office.perform(grant=grant) == effect
    assert office.tool.removed == ["a.txt"]
    used = await office.requests.get(waits.id)
    assert (used.state, used.used_by) == ("used", PLACE.id)


async def test_consent_to_one_file_removes_no_other(office: Office) -> None:
    grant = await office.granted("a.txt")
    for path in ("/etc/shadow", "a.txt ", "./a.txt", "A.txt", "b.txt"):
        with pytest.raises(ApprovalNeeded):
            await office.perform(path, grant=grant)
    with pytest.raises(ApprovalNeeded):
        await office.perform(approver="Ada", grant=grant)
    assert office.tool.removed == []


@pytest.mark.parametrize(
    "place",
    [
        Place(run="run-2", node="tidy"),
        Place(run="run-1", node="other"),
        Place(run="run-1", node="tidy", seq=1),
        Place(run="run-1", node="tidy", approach=1),
    ],
    ids=lambda place: place.id,
)
async def test_consent_in_one_place_is_none_in_another(office: Office, place: Place) -> None:
    grant = await office.granted()
    with pytest.raises(ApprovalNeeded):
        await office.perform(place=place, grant=grant)
    assert office.tool.removed == []


async def test_a_new_version_of_the_tool_asks_again(office: Office) -> None:
    grant = await office.granted()
    office.tool = Remove("Removes a path, and whatever is beside it.")
    office.begin_anew()
    with pytest.raises(ApprovalNeeded, match="another version"):
        await office.perform(grant=grant)
    assert office.tool.removed == []


async def test_a_changed_policy_asks_again(office: Office) -> None:
    grant = await office.granted()
    office.policy = ToolPolicy(rules=(ToolRule(tools="nothing", effect="read"),))
    office.begin_anew()
    with pytest.raises(ApprovalNeeded, match="policy has changed"):
        await office.perform(grant=grant)
    assert office.tool.removed == []


async def test_another_outlook_asks_again_and_withdraws_what_waited(office: Office) -> None:
    first = await office.asked()
    grant = await office.requests.approve(first.id, by="Ada")
    office.tool.shown = "removes it and empties the bin"
    second = await office.asked()
    assert second.id != first.id
    with pytest.raises(ApprovalNeeded, match="not what was shown"):
        await office.perform(grant=grant)
    assert office.tool.removed == []


@pytest.mark.parametrize("way", ["made up", "made to last", "of another name", "of another id"])
async def test_a_forged_grant_removes_nothing(office: Office, way: str) -> None:
    waits = await office.asked()
    forged = waits.request.grant(approver="Ada")
    if way != "made up":
        real = await office.requests.approve(waits.id, by="Ada")
        assert real is not None
        forged = {
            "made to last": replace(real, expires=real.expires + 1e6),
            "of another name": replace(real, approver="Grace"),
            "of another id": replace(real, id=forged.id),
        }[way]
    with pytest.raises(ApprovalNeeded):
        await office.perform(grant=forged)
    assert office.tool.removed == []


async def test_the_toolbox_takes_no_grant_past_the_ledger(office: Office) -> None:
    grant = await office.granted()
    call = ToolCall(id="call-1", name="remove", arguments={"path": "a.txt"})
    with pytest.raises(ApprovalNeeded):
        await office.box.run(call, grant=grant, run=PLACE.run, step=PLACE.step)
    assert office.tool.removed == []
    assert (await office.perform(grant=grant)).state == "confirmed"


async def test_what_is_denied_is_told_with_its_reason(office: Office) -> None:
    waits = await office.asked()
    await office.requests.deny(waits.id, by="Ada", why="it is still needed")
    seen = await office.asked()
    assert (seen.denied, seen.why, seen.grant) == (True, "it is still needed", None)
    assert office.tool.removed == []


_BOUNDARIES = (
    "begin",
    "before_intent",
    "after_intent",
    "after_sent",
    "before_socket",
    "parsed",
    "after_settle",
    "end",
)


@pytest.mark.parametrize("visit", range(8))
async def test_after_a_crash_consent_serves_the_same_effect_and_no_other(office: Office, visit: int) -> None:
    """Killed at each boundary in turn; then somebody tries the grant elsewhere, and the run goes on."""
    grant = await office.granted()
    deaths = Deaths([visit])
    office.begin_anew(at=deaths)
    with pytest.raises(Killed):
        await office.perform(grant=grant)
    office.begin_anew()
    elsewhere = Place(run="run-1", node="tidy", seq=1)
    with pytest.raises(ApprovalNeeded):
        await office.perform(place=elsewhere, grant=grant)
    with pytest.raises(ApprovalNeeded):
        await office.perform("/etc/shadow", place=elsewhere, grant=grant)
    effect = None
    while effect is None:
        try:
            effect = await office.perform(grant=grant)
        except LedgerBusy as busy:
            await asyncio.sleep(busy.seconds)
    assert effect.state == "confirmed", deaths.visits
    assert office.tool.removed == ["a.txt"]
    assert len(set(office.tool.keys)) == 1
