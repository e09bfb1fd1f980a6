"""Whether the server lives, and whether it can serve."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from interlock_server.endpoint.exchange import Exchange


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """How one part of the server is. `says` is shown to anybody: no secret, no address, nobody's name."""

    ready: bool = True
    says: str = "ok"


class Readiness:
    """Asks each part how it is. A part that is not ready makes the whole so."""

    def __init__(self, parts: Mapping[str, Callable[[], Part]] | None = None) -> None:
        self.parts = dict(parts or {})

    async def healthz(self, exchange: Exchange) -> None:
        """The process answers; nothing else is looked at."""
        await exchange.reply(200, {"status": "ok"})

    async def readyz(self, exchange: Exchange) -> None:
        """Whether requests can be served, and which part is not ready."""
        found = {name: look() for name, look in self.parts.items()}
        ready = all(part.ready for part in found.values())
        told = {"ready": ready, "parts": {name: part.says for name, part in found.items()}}
        await exchange.reply(200 if ready else 503, told)
