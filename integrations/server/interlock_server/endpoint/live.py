"""What requests are served with, as one object that is exchanged as a whole."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from interlock import Router
from interlock.types.request import Options
from interlock_server.principals import Identities, Principal

_LOG = logging.getLogger("interlock.server")


class Names(Protocol):
    """Says what the names of models in bodies stand for."""

    def meaning(self, name: str, principal: Principal | None) -> Options:
        """The options that a name stands for: a model, a task or an ensemble, or none of them.

        Raises:
            Rejected: there is no such name for whoever asks.
        """
        ...

    def check(self, options: Mapping[str, Any], principal: Principal | None, path: str) -> None:
        """Whether options that stand at `path` of a body name nothing that whoever asks may not use.

        Raises:
            Rejected: they do.
        """
        ...

    def listing(self, principal: Principal | None) -> Mapping[str, Any]:
        """Every name that whoever asks may use, as the body of a list of models."""
        ...

    def entry(self, name: str, principal: Principal | None) -> Mapping[str, Any]:
        """One of them.

        Raises:
            Rejected: there is no such name for whoever asks.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The configuration's `server`, as far as the endpoint heeds it. Its relative paths begin in `folder`."""

    keys: str | None = None
    keys_grace: float = 300.0
    approvals: str | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    largest_body: int = 33_554_432
    grace: float = 30.0
    metrics: str = "keyed"
    folder: Path | None = None


class Companion(Protocol):
    """What goes on beside a router while it serves, such as following a file."""

    async def start(self) -> None: ...

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Served:
    """A router and what goes with it. A request is served by one of them from its beginning to its end."""

    router: Router
    names: Names
    identities: Identities
    settings: Settings = Settings()
    beside: tuple[Companion, ...] = ()

    async def start(self) -> None:
        """Get ready to serve, in the event loop that will."""
        # What classifiers load is as large as all else together, and many servers are never unsure.
        await self.router.warm(classifiers=False)
        for each in self.beside:
            await each.start()

    async def aclose(self) -> None:
        """Close the router, and end what goes on beside it."""
        try:
            await self.router.aclose()
        finally:
            for each in self.beside:
                await each.aclose()


class Live:
    """What is served just now. `swap` exchanges it: requests that have begun go on with what they began with,
    and its router is closed when the last of them has ended.
    """

    def __init__(self, served: Served) -> None:
        self._served = served
        self._leases: dict[Served, int] = {}
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def served(self) -> Served:
        return self._served

    def take(self) -> Served:
        """What is served just now, kept open until it is given back by `give`."""
        served = self._served
        self._leases[served] = self._leases.get(served, 0) + 1
        return served

    def give(self, served: Served) -> None:
        """Give back what was taken, once for each time. Within an event loop."""
        left = self._leases[served] - 1
        if left:
            self._leases[served] = left
        else:
            del self._leases[served]
            if served is not self._served:
                self._close(served)

    def swap(self, served: Served) -> None:
        """Serve whatever begins from now on with this, which has been started. Within an event loop."""
        before, self._served = self._served, served
        if before is not served and before not in self._leases:
            self._close(before)

    async def start(self) -> None:
        """Get ready to serve."""
        await self._served.start()

    async def aclose(self) -> None:
        """Close the router that is served, and wait for those that are being closed."""
        self._close(self._served)
        await asyncio.gather(*self._closing)

    def _close(self, served: Served) -> None:
        task = asyncio.get_running_loop().create_task(_closed(served))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _closed(served: Served) -> None:
    try:
        await served.aclose()
    except Exception:  # noqa: BLE001 - nobody waits for it
        _LOG.exception("a router could not be closed")
