"""What a process serves, as far as running it is concerned."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any, Protocol

from interlock.types.files import Stamp

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Service(Protocol):
    """An application that can be made anew while it serves."""

    @property
    def app(self) -> App:
        """What answers; the same object across reloads."""
        ...

    @property
    def grace(self) -> float:
        """Seconds that answers under way may take once the server is told to stop."""
        ...

    def files(self) -> Mapping[Path, Stamp | None]:
        """What it was made of, as it was when it was read: a change of one of them asks for a reload. Another
        mapping once they were read again.
        """
        ...

    async def start(self) -> None:
        """Begin whatever goes on beside, before the first connection is taken."""
        ...

    async def reload(self) -> None:
        """Serve what the configuration says now; requests under way end as they began.

        Raises:
            InterlockError: it cannot be used, and everything is as it was.
        """
        ...

    def drain(self) -> None:
        """No new connection is taken from now on: readiness says so."""
        ...

    async def aclose(self) -> None:
        """Close what it holds, once nothing is under way."""
        ...
