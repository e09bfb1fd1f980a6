"""A router's connectors: where each is, and the open connector once somebody asks for its tools."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from interlock.forks import anew, lock_of
from interlock.http import origin_of
from interlock.logs import redacting_logger
from interlock.protocols import Connector
from interlock.types.models import Destination


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSource:
    """One connector of the configuration.

    Attributes:
        kind: what the configuration's `connector` names.
        issuer: what gives tokens for it; None where the configuration names nobody.
        open: opens it, each time anew; None where its plugin is missing.
        lacks: why it cannot be used, whatever is asked of it, and the way out; empty when it can.
        vendors: the names of whoever sees what it is sent.
        version: of the distribution that offers its kind; empty where that is not known.
    """

    destination: Destination
    kind: str
    issuer: Destination | None = None
    open: Callable[[], Connector] | None = None
    lacks: str = ""
    vendors: tuple[str, ...] = ()
    version: str = ""

    @property
    def id(self) -> str:
        return self.destination.id

    @property
    def origin(self) -> str | None:
        """What a permit for it covers; None when nothing is sent."""
        return origin_of(self.destination.base_url) if self.destination.base_url else None


_log = redacting_logger("interlock.toolbox")
# A forked child must not close what is its parent's, and nor must its garbage collector.
_INHERITED: list[object] = []


@dataclass(slots=True)
class _Opened:
    source: ToolSource
    connector: Connector | None = field(default=None)


class ToolSources:
    """Every connector of a router, by id. Threads and event loops may share it."""

    def __init__(self, sources: Iterable[ToolSource]) -> None:
        self._opened = {source.id: _Opened(source) for source in sources}
        self._lock = lock_of(self)
        anew(self._start_anew)

    def __iter__(self) -> Iterator[ToolSource]:
        return (each.source for each in self._opened.values())

    def __len__(self) -> int:
        return len(self._opened)

    def connector(self, id_: str) -> Connector:
        """The open connector, opened now if it is not."""
        entry = self._opened[id_]
        with self._lock:
            if entry.connector is None:
                if entry.source.open is None:
                    raise KeyError(id_)
                entry.connector = entry.source.open()
            return entry.connector

    def is_open(self, id_: str, connector: Connector) -> bool:
        """Whether it is still the one that is open: after a fork, or after `aclose`, it is not."""
        return self._opened[id_].connector is connector

    def _start_anew(self) -> None:
        """In the child of a fork, where what is open is the parent's."""
        for entry in self._opened.values():
            _INHERITED.append(entry.connector)
            entry.connector = None

    async def aclose(self) -> None:
        """Close what is open; the next one that asks opens it anew."""
        with self._lock:
            open_ = [each.connector for each in self._opened.values() if each.connector is not None]
            for each in self._opened.values():
                each.connector = None
        for connector in open_:
            try:
                await connector.aclose()
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the others are closed too
                _log.error("closing connector %s raised %s", connector.name, type(error).__name__)
