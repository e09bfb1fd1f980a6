"""An org in memory, and routers with a connector to it through a proxy that lets requests fail."""

from collections.abc import Callable, Iterator

import pytest
from acme import PUBLIC, Box

from fault_proxy import FaultProxy
from interlock import Router
from salesforce_org import KEY, SECRET, Org, SalesforceOrg


@pytest.fixture
def there() -> Iterator[SalesforceOrg]:
    """The org as a service."""
    with SalesforceOrg(PUBLIC) as there:
        yield there


@pytest.fixture
def org(there: SalesforceOrg) -> Org:
    """Its records, seen past the proxy."""
    return there.org


@pytest.fixture
def proxy(there: SalesforceOrg) -> Iterator[FaultProxy]:
    with FaultProxy(there.url) as proxy:
        yield proxy


@pytest.fixture
def boxed(proxy: FaultProxy) -> Iterator[Callable[..., Box]]:
    """Makes boxes, which are closed in the end; keywords are the connector's options."""
    made: list[Box] = []

    def make(key: str = f"{KEY}:{SECRET}", **options: object) -> Box:
        options.setdefault("settles_within", 0.02)
        entry = {"id": "salesforce", "connector": "salesforce", "base_url": proxy.url, "region": "local"}
        config = {
            "connectors": [{**entry, "api_key": key, "options": options}],
            "tools": {"rules": [{"tools": "salesforce_delete_*", "effect": "write"}]},
        }
        made.append(Box(Router.from_config(config)))
        return made[-1]

    yield make
    for box in made:
        box.router.close_sync()


@pytest.fixture
def box(boxed: Callable[..., Box]) -> Box:
    return boxed(references={"Account": "Run__c", "Case": "Run__c"})
