"""Calls that are kept in a store of agents: consent that waits, and effects that happen once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from desk import REVISIONS, Desk, client_of, router_of, words

from interlock_agents import Store
from interlock_agents.approvals import Requests
from interlock_agents.ledger.ledger import Ledger
from interlock_mcp.serving.effects import Effects

KEY = "interlock/key"


@asynccontextmanager
async def kept(desk: Desk, revision: str, at: Path) -> AsyncIterator[tuple[Any, Requests]]:
    """A client of a server that keeps effects there, and what a person answers with."""
    url = f"sqlite:///{at}/agents.db"
    effects, people = Effects(Store.open(url)), Requests(store=Store.open(url))
    try:
        async with client_of(router_of(desk), revision, runs=effects) as client:
            yield client, people
    finally:
        await effects.aclose()
        await people.store.aclose()


def ran(desk: Desk) -> list[str]:
    return [name for name, _ in desk.runs]


@pytest.mark.parametrize("revision", REVISIONS)
async def test_what_a_person_agrees_to_is_done_once_and_the_next_one_waits_again(revision, tmp_path):
    desk = Desk()
    async with kept(desk, revision, tmp_path) as (client, people):
        waits = await client.call_tool("burn", {})
        again = await client.call_tool("burn", {})
        (request,) = await people.pending()
        assert waits.structured_content == again.structured_content
        assert waits.structured_content["reason"] == "consent"
        assert waits.structured_content["request"] == request.id
        assert f"interlock agent approve {request.id}" in words(waits)
        assert desk.runs == []

        await people.approve(request.id, by="Ada")
        done = await client.call_tool("burn", {})
        assert done.structured_content["outcome"] == "done"
        assert ran(desk) == ["burn"]

        other = await client.call_tool("burn", {})
        assert other.structured_content["reason"] == "consent"
        assert other.structured_content["request"] != request.id
        assert ran(desk) == ["burn"]


async def test_consent_outlives_the_server_and_a_denial_is_told_with_its_reason(tmp_path):
    desk = Desk()
    async with kept(desk, "legacy", tmp_path) as (client, people):
        await client.call_tool("burn", {})
        (request,) = await people.pending()
        await people.deny(request.id, by="Ada", why="the letters are still needed")
    async with kept(desk, "2026-07-28", tmp_path) as (client, people):
        denied = await client.call_tool("burn", {})
        assert denied.structured_content["reason"] == "denied"
        assert "still needed" in words(denied)
        assert await people.pending() == []
    assert desk.runs == []


async def test_two_calls_at_once_use_one_consent_once(tmp_path):
    desk = Desk()
    async with kept(desk, "legacy", tmp_path) as (client, people):
        await client.call_tool("burn", {})
        (request,) = await people.pending()
        await people.approve(request.id, by="Ada")
        told = await asyncio.gather(*(client.call_tool("burn", {}) for _ in range(5)))
    outcomes = sorted(each.structured_content["outcome"] for each in told)
    assert outcomes == ["done", "refused", "refused", "refused", "refused"]
    assert ran(desk) == ["burn"]


async def test_a_key_has_any_tool_do_it_once(tmp_path):
    desk = Desk()
    async with kept(desk, "legacy", tmp_path) as (client, _):
        for _ in range(3):
            done = await client.call_tool("write", {"text": "x"}, meta={KEY: "letter-1"})
            assert words(done) == "x 1"
        changed = await client.call_tool("write", {"text": "y"}, meta={KEY: "letter-1"})
        assert "another call" in words(changed)
        await client.call_tool("write", {"text": "x"})
        await client.call_tool("write", {"text": "x"})
    assert ran(desk) == ["x", "x", "x"]


async def test_a_doubtful_effect_is_not_done_again_under_its_key_and_people_find_it(tmp_path):
    desk = Desk()
    async with kept(desk, "legacy", tmp_path) as (client, people):
        first = await client.call_tool("order", {"item": "ink"})
        assert first.structured_content["outcome"] == "unknown"
        key = first.meta[KEY]
        second = await client.call_tool("order", {"item": "ink"}, meta={KEY: key})
        assert second.structured_content["outcome"] == "unknown"
        (effect,) = await Ledger(people.store).open("mcp")
        assert (effect.tool, effect.state) == ("order", "unknown")
    assert ran(desk) == ["ink"]


async def test_what_only_reads_is_not_kept(tmp_path):
    desk = Desk()
    async with kept(desk, "legacy", tmp_path) as (client, people):
        assert words(await client.call_tool("look", {})) == "look 1"
        assert await Ledger(people.store).effects("mcp") == ()
