"""Routers with the tickets' connector, whose service is a loopback server that does as it is told."""

import sys
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from drawers import KEY, Drawer, Plugin
from interlock import Router
from interlock.testing import Reply, Upstream, scripted_router

TICKETS = Path(__file__).parents[2] / "third_party" / "tickets" / "interlock_tickets.py"


@pytest.fixture(scope="session")
def tickets() -> ModuleType:
    spec = spec_from_file_location("interlock_tickets", TICKETS)
    assert spec is not None
    assert spec.loader is not None
    sys.modules[spec.name] = module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def router_with() -> Iterator[Callable[..., Router]]:
    """Makes a router out of kinds and what the configuration says of its connectors."""
    made: list[Router] = []

    def make(kinds: list[Any], connectors: list[dict[str, Any]], **config: Any) -> Router:
        scripts: dict[str, list[Any]] = {"model": []}
        made.append(scripted_router(scripts, plugins=[Plugin(*kinds)], connectors=connectors, **config))
        return made[-1]

    yield make
    for router in made:
        router.close_sync()


@pytest.fixture
def service() -> Iterator[Upstream]:
    with Upstream(always=Reply.json({"tickets": [{"id": 1, "title": "No ink"}]})) as upstream:
        yield upstream


@pytest.fixture
def desk(tickets: ModuleType, service: Upstream, router_with: Callable[..., Router]) -> Callable[..., Router]:
    """Makes a router whose connector `tickets` is sent to the service; `tools_of` gives it other tools."""

    def make(entry: dict[str, Any] | None = None, *, tools_of: Any = None, **config: Any) -> Router:
        kind = tickets.Tickets()
        if tools_of is not None:
            kind.open = Drawer("tickets", *tools_of).open
        there = {"id": "tickets", "connector": "tickets", "base_url": service.url, "region": "eu"}
        return router_with([kind], [there | {"api_key": KEY} | (entry or {})], **config)

    return make
