"""An account that the package `emulate` stands in for, and routers with a connector to it."""

from collections.abc import Callable, Iterator

import pytest
from repository import SEED, TOKEN, Account, Box, GitHubProxy

from emulators import emulate
from interlock import Router


@pytest.fixture(scope="session")
def emulated() -> Iterator[str]:
    """Its address; one for the session of a process, so that tests make issues and branches of their own."""
    with emulate("github", SEED, ready="/zen") as emulator:
        yield emulator.url


@pytest.fixture
def proxy(emulated: str) -> Iterator[GitHubProxy]:
    with GitHubProxy(emulated) as proxy:
        yield proxy


@pytest.fixture
def account(emulated: str) -> Account:
    """The account as it really is, seen past the proxy."""
    return Account(emulated)


@pytest.fixture
def boxed(proxy: GitHubProxy) -> Iterator[Callable[..., Box]]:
    """Makes boxes, which are closed in the end; keywords are the connector's options."""
    made: list[Box] = []

    def make(token: str = TOKEN, **options: object) -> Box:
        options.setdefault("settles_within", 0.02)
        entry = {"id": "github", "connector": "github", "base_url": proxy.url, "region": "local"}
        config = {
            "connectors": [{**entry, "api_key": token, "options": options}],
            "tools": {"rules": [{"tools": "github_merge_*", "effect": "write"}]},
        }
        made.append(Box(Router.from_config(config)))
        return made[-1]

    yield make
    for box in made:
        box.router.close_sync()


@pytest.fixture
def box(boxed: Callable[..., Box]) -> Box:
    return boxed()
