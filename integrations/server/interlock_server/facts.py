"""What one request came to, as whoever runs the server is told it: no content, and no secret."""

from collections.abc import MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Self

_SCOPE: Final = "interlock_server.facts"


@dataclass(slots=True, eq=False)
class Facts:
    """Filled in while the request is handled; None is what nobody knows yet, or what there is not.

    Attributes:
        route: the path of the route table that it came to, of which there are few.
        request: the request id, of printable ASCII.
        started: seconds since the epoch.
        key: the id of whoever asked.
        asked: the name of a model as the client wrote it, once it was found to mean something.
        left: the client had gone before it was answered.
        code: of the problem that the client was told, also of one that came after the head of the answer.
        estimate: of the input's tokens, ours; `input_tokens` and `output_tokens` are those of the attempt
            that answered.
        cost: in US dollars, of all attempts.
    """

    route: str | None = None
    request: str | None = None
    started: float = 0.0
    key: str | None = None
    dialect: str | None = None
    asked: str | None = None
    streamed: bool = False
    record: str | None = None
    task: str | None = None
    deployment: str | None = None
    model: str | None = None
    estimate: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: float | None = None
    code: str | None = None
    left: bool = False

    @classmethod
    def of(cls, scope: MutableMapping[str, Any]) -> Self:
        """Those of the request that a scope of ASGI belongs to, which are made where it has none."""
        found: Self | None = scope.get(_SCOPE)
        if found is None:
            found = scope[_SCOPE] = cls()
        return found

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """What an answer says of itself, as far as it is known by now."""
        said: list[tuple[bytes, bytes]] = []
        if self.request:
            # By the second name Anthropic's own packages look for it.
            request = self.request.encode()
            said += ((b"x-request-id", request), (b"request-id", request))
        if self.record:
            said.append((b"x-interlock-record", self.record.encode()))
        said += _placed(self.deployment, self.model, self.task)
        if self.cost is not None:
            said.append((b"x-interlock-cost", f"{self.cost:.10f}".rstrip("0").rstrip(".").encode()))
        return said


# All of it is of the configuration, and the same again and again.
@lru_cache(maxsize=1_024)
def _placed(deployment: str | None, model: str | None, task: str | None) -> tuple[tuple[bytes, bytes], ...]:
    names = ((b"deployment", deployment), (b"model", model), (b"task", task))
    return tuple((b"x-interlock-" + name, _header(value)) for name, value in names if value)


def _header(value: str) -> bytes:
    """Names of the configuration may be in any script, and hold whatever signs; headers are not."""
    return (value if value.isprintable() else repr(value)[1:-1]).encode("ascii", "backslashreplace")


CURRENT: ContextVar[Facts | None] = ContextVar("interlock_server.facts", default=None)
"""Those of the request in whose service the running code is."""
