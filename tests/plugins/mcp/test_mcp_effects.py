"""Effects of MCP servers' tools through the ledger: a server that dies between an effect and its answer."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from interlock import ToolCall
from interlock_agents import Ledger, Place, Store, ToolboxHands

PLACE = Place(run="r", node="n")


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    store = Store.open(f"sqlite:///{tmp_path}/agents.db")
    yield Ledger(store, pause=0.001)
    await store.aclose()


def booked() -> list[str]:
    return Path("booked").read_text().split()


async def performed(ledger: Ledger, box: Any, name: str, place: Place = PLACE) -> Any:
    hands = await ToolboxHands.of(box.router.toolbox(grants=ledger.grants), name)
    call = ToolCall(id="call-1", name=name, arguments={"text": "a flight"})
    return await ledger.perform(place, call, hands)


async def test_a_server_that_heeds_keys_and_dies_after_the_effect_has_it_once(ledger, raw):
    box = raw("dies-once", key="request_id")
    effect = await performed(ledger, box, "book_keyed")
    assert (effect.state, effect.tries) == ("confirmed", 2)
    assert booked() == [effect.key]


async def test_where_nothing_keeps_an_effect_from_happening_twice_a_person_looks(ledger, raw):
    box = raw("dies-once")
    effect = await performed(ledger, box, "book")
    assert effect.state == "unknown"
    assert len(booked()) == 1
    # Whoever runs it again finds what is known, and sends nothing.
    assert (await performed(ledger, box, "book")).state == "unknown"
    assert len(booked()) == 1


async def test_a_server_that_cannot_be_started_again_has_done_nothing(ledger, raw):
    box = raw()
    hands = await ToolboxHands.of(box.router.toolbox(grants=ledger.grants), "book")
    assert (await box.run("die")).outcome == "unknown"
    await asyncio.to_thread(Path("no-more").touch)
    effect = await ledger.perform(PLACE, ToolCall(id="call-1", name="book"), hands)
    assert effect.state == "failed"
    assert not await asyncio.to_thread(Path("booked").exists)
