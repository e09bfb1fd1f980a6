"""Jira Cloud, which we stand in for, and a Data Center that the package `jira820` stands in for."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from jira_places import Account, Box, CloudAccount, OwnAccount, OwnProxy, config_of

from emulators import data_center
from fault_proxy import FaultProxy
from jira_cloud import CloudSite


@pytest.fixture(scope="session")
def own_server() -> Iterator[str]:
    with data_center() as emulator:
        yield emulator.url


@pytest.fixture
def site() -> Iterator[CloudSite]:
    with CloudSite() as site:
        yield site


@pytest.fixture(params=["cloud", "data_center"])
def there(request: pytest.FixtureRequest) -> Account:
    """Each of the two servers, as it really is."""
    if request.param == "cloud":
        return CloudAccount(request.getfixturevalue("site"))
    return OwnAccount(request.getfixturevalue("own_server"))


@pytest.fixture
def proxy(there: Account, request: pytest.FixtureRequest) -> Iterator[FaultProxy]:
    cloud = isinstance(there, CloudAccount)
    with FaultProxy(there.site.url) if cloud else OwnProxy(request.getfixturevalue("own_server")) as proxy:
        yield proxy


@pytest.fixture
def boxed(proxy: FaultProxy, there: Account) -> Iterator[Callable[..., Box]]:
    """Makes boxes, which are closed in the end; keywords are the connector's options."""
    made: list[Box] = []

    def make(**options: Any) -> Box:
        made.append(Box(config_of(there.hosting, proxy.url, **options)))
        return made[-1]

    yield make
    for box in made:
        box.router.close_sync()


@pytest.fixture
def box(boxed: Callable[..., Box]) -> Box:
    return boxed()
