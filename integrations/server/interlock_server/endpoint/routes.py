"""The table of routes: every way in, and whether it takes a key."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from interlock.types.names import nearest
from interlock_server.dialects import Dialect
from interlock_server.endpoint.exchange import Exchange
from interlock_server.problems import Problem, Rejected

Handler = Callable[[Exchange], Awaitable[None]]
READS = ("GET", "HEAD")
_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One way in.

    Attributes:
        path: as it is asked for, byte for byte: nothing is decoded or made shorter before it is compared.
        below: whether everything below the path belongs to it, which then ends in a slash. The handler is
            given the rest, decoded.
        public: whether anybody may come without a key.
        dialect: in which problems are told; None for the table's.
    """

    path: str
    handler: Handler
    methods: tuple[str, ...] = ("POST",)
    below: bool = False
    public: bool = False
    dialect: Dialect | None = None

    def __post_init__(self) -> None:
        if not self.path.startswith("/") or (self.below and not self.path.endswith("/")):
            raise ValueError(f"{self.path!r} is no path of a route")


class Routes:
    """All of them, each path once."""

    def __init__(self, routes: Iterable[Route], *, dialect: Dialect) -> None:
        """`dialect` is that of problems where no route says."""
        self.all = tuple(routes)
        self.dialect = dialect
        self._exact = {each.path.encode(): each for each in self.all if not each.below}
        self._below = {each.path.encode(): each for each in self.all if each.below}
        if len(self._exact) + len(self._below) != len(self.all):
            raise ValueError("a path comes twice in the table of routes")

    def find(self, raw: bytes) -> Route | None:
        """The route of a path as it stands in the request, without its query."""
        if (route := self._exact.get(raw)) is not None:
            return route
        return next((route for above, route in self._below.items() if raw.startswith(above)), None)

    def dialect_at(self, raw: bytes) -> Dialect:
        """In which dialect problems are told at a path, whether or not there is anything: in that of the
        nearest route above it.
        """
        path = raw.decode("ascii", "replace")
        above = [each for each in self.all if each.dialect and f"{path}/".startswith(f"{each.path}/")]
        nearest = max(above, key=lambda each: len(each.path), default=None)
        return self.dialect if nearest is None or nearest.dialect is None else nearest.dialect

    def missing(self, raw: bytes) -> Rejected:
        """What is told of a path that no route has: a client's base URL has `/v1` twice, or not at all."""
        path = raw[:_SHOWN].decode("ascii", "replace")
        near = nearest(path, [each.path for each in self.all])
        hint = f". Did you mean {near}?" if near else ""
        message = f"there is nothing at this path{hint}"
        return Rejected(Problem(status=404, code="not_found", message=message))
