"""An account that the package `emulate` stands in for, and routers with a connector to it."""

from collections.abc import Callable, Iterator

import pytest
from repository import TOKEN, Box, GitHubProxy

from emulated_github import account, emulated, proxy
from interlock import Router

__all__ = ["account", "emulated", "proxy"]


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
