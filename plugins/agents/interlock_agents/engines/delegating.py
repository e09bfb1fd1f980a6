"""Runs that are left to workers in other processes, by engines that have some."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from interlock import Router, StoreError
from interlock_agents.engines.choosing import kind_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """A run that has begun, and is to be gone on with elsewhere.

    Attributes:
        url: of the engine and of the store, which have one database.
        folder: where a relative path in it begins.
        router: has the deployments that workers must have, too.
        usd: what it may cost, in US dollars; None for no limit.
        options: what an agent is made with, as JSON.
    """

    run: str
    url: str = field(repr=False)
    folder: Path
    router: Router
    usd: float | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@runtime_checkable
class Delegating(Protocol):
    """An `EngineKind` whose runs workers in other processes can go on with."""

    async def delegate(self, call: Delegation) -> str:
        """Have them do so; a name by which people find the work.

        Raises:
            StoreError: it cannot be written down.
        """
        ...


async def delegate(call: Delegation) -> str:
    """Have workers of the engine that has the URL's scheme go on with the run; a name for people.

    Raises:
        StoreError: no engine has the scheme, or that one has no workers.
    """
    return await check_delegating(call.url).delegate(call)


def check_delegating(url: str) -> Delegating:
    """The kind of engine that has the URL's scheme. Raises StoreError where it has no workers."""
    kind = kind_for(url)
    if not isinstance(kind, Delegating):
        raise StoreError("runs are left to workers where DBOS is, as in dbos+postgresql://host/database")
    return kind
