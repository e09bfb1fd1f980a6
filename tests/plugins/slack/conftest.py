"""A workspace that the package `emulate` stands in for, and routers with a connector to it."""

from collections.abc import Callable, Iterator

import pytest
from workspace import SEED, TOKEN, Box, Workspace

from emulators import emulate
from fault_proxy import FaultProxy
from interlock import Router


@pytest.fixture(scope="session")
def emulated() -> Iterator[str]:
    """Its address; one for the session of a process, so that tests make channels of their own."""
    with emulate("slack", SEED) as emulator:
        yield emulator.url


@pytest.fixture
def proxy(emulated: str) -> Iterator[FaultProxy]:
    with FaultProxy(emulated) as proxy:
        yield proxy


@pytest.fixture
def workspace(emulated: str) -> Workspace:
    """The workspace as it really is, seen past the proxy."""
    return Workspace(emulated)


@pytest.fixture
def boxed(proxy: FaultProxy) -> Iterator[Callable[..., Box]]:
    """Makes boxes, which are closed in the end; keywords are the connector's options."""
    made: list[Box] = []

    def make(token: str = TOKEN, **options: object) -> Box:
        options.setdefault("settles_within", 0.02)
        entry = {"id": "slack", "connector": "slack", "base_url": f"{proxy.url}/api", "region": "local"}
        rules = [{"tools": tool, "effect": "write"} for tool in ("slack_delete_*", "slack_archive_*")]
        config = {
            "connectors": [{**entry, "api_key": token, "options": options}],
            "tools": {"rules": rules},
        }
        made.append(Box(Router.from_config(config)))
        return made[-1]

    yield make
    for box in made:
        box.router.close_sync()


@pytest.fixture
def box(boxed: Callable[..., Box]) -> Box:
    return boxed()
