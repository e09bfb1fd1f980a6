"""Models that play tasks, and a router that has them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

import agent_players
from agent_players import Play, Players, configured
from interlock import Router
from interlock.testing import Upstream
from interlock_evaluation.agents import Suite, read_suite

DESK = Path(agent_players.__file__).with_name("agent_desk")


@pytest.fixture(scope="session")
def desk() -> Suite:
    return read_suite(DESK)


@pytest.fixture
def playing() -> Callable[..., Any]:
    """A router whose models, by name, play the suite's tasks."""

    @asynccontextmanager
    async def begin(suite: Suite, *, price: float = 1.0, **plays: Play) -> AsyncIterator[Router]:
        with Upstream(always=Players(suite, **plays)) as server:
            async with Router.from_config(configured(server.url, *plays, price=price)) as router:
                yield router

    return begin
