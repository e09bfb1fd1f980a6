"""The endpoint with its pages, really served on this machine, and browsers that have signed in."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from browsing import Browser
from interlock import Router
from interlock_server.endpoint import CHAT, Endpoint, Live, Readiness, Routes, Served, Settings, Traffic
from interlock_server.endpoint import routes_of as own_routes_of
from interlock_server.names import ModelNames
from interlock_server.pages import Processes, routes_of
from interlock_server.pages.sessions import Sessions
from interlock_server.principals import Principal
from server_stage import Client, serving

SEES = Principal(id="ops", name="Operations", sees=True, epoch="1")
APPROVES = Principal(id="ada", name="Ada", sees=True, approves=True, epoch="1")
BLIND = Principal(id="app", epoch="1")


class Keys:
    """Identities that a test may change."""

    def __init__(self, *principals: Principal) -> None:
        self.all = {each.id: each for each in principals}

    @property
    def required(self) -> bool:
        return bool(self.all)

    def __iter__(self) -> Iterator[Principal]:
        return iter(self.all.values())

    def principal(self, secret: str | None) -> Principal | None:
        return next((each for each in self.all.values() if secret == secret_of(each)), None)

    def by_id(self, id_: str) -> Principal | None:
        return self.all.get(id_)


def secret_of(principal: Principal) -> str:
    """A key of theirs, which changes with their epoch."""
    return f"ilk_{hashlib.sha256(f'{principal.id} {principal.epoch}'.encode()).hexdigest()}"


@dataclass
class PagesStage:
    endpoint: Endpoint
    keys: Keys
    client: Client
    processes: Processes

    @property
    def origin(self) -> str:
        return self.client.url

    def browser(self) -> Browser:
        return Browser(self.origin)

    def signed_in(self, principal: Principal = SEES) -> Browser:
        browser = self.browser()
        browser.get("/pages/login")
        assert browser.submit("/pages/login", key=secret_of(principal)).status == 303
        return browser

    def calling(self, principal: Principal | None) -> Client:
        """A client that brings the principal's key along."""
        secret = {} if principal is None else {"Authorization": f"Bearer {secret_of(principal)}"}
        return replace(self.client, headers=secret)


@contextmanager
def pages_stage(
    router: Router,
    *principals: Principal,
    sessions: Sessions | None = None,
    settings: Mapping[str, Any] | None = None,
    keys: Keys | None = None,
    beside: Path | None = None,
) -> Iterator[PagesStage]:
    """The endpoint and its pages, until the block ends; without principals nobody needs a key.

    Stages with one folder `beside` them are processes that serve together.
    """
    keys, traffic = keys or Keys(*principals), Traffic()
    served = Served(
        router=router,
        names=ModelNames(router, {}, created=0),
        identities=keys,
        settings=Settings(**(settings or {})),
    )
    processes = Processes(traffic, beside)
    table = [*own_routes_of(Readiness()), *routes_of(processes, sessions or Sessions(b"of a test"))]
    endpoint = Endpoint(Live(served), Routes(table, dialect=CHAT), traffic)
    with serving(endpoint) as client:
        yield PagesStage(endpoint, keys, client, processes)
