"""The fake upstream: one loopback server that plays every deployment of a configuration."""

import json
import socket
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from types import TracebackType
from typing import Any, Final, Self

from interlock.testing.upstream import Received, Reply, Upstream
from interlock.types.models import Timeouts
from interlock_drill.faults.dialect import Ask, well

Behaviour = Callable[[Ask], Reply]
# Who is asked when a redirect is followed.
ELSEWHERE: Final = "elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that the upstream saw. `at` is in real seconds since the first call."""

    deployment: str
    at: float
    body: Mapping[str, Any]


class Stage:
    """A context manager. `address` is for a configuration, `asked` is what arrived, in order.

    One deployment, `primary`, does what the fault says and every other one is well, unless the fault says
    otherwise. With `refuses` the primary's address accepts no connection.
    """

    def __init__(
        self,
        deployments: Mapping[str, Timeouts],
        *,
        primary: str,
        behaviour: Behaviour,
        fallback: Behaviour = well,
        refuses: bool = False,
        scale: float = 1.0,
    ) -> None:
        self.asked: list[Asked] = []
        self._deployments = deployments
        self._names = tuple(deployments)
        self._primary = primary
        self._behaviour, self._fallback = behaviour, fallback
        self._scale = scale
        self._counts: Counter[str] = Counter()
        self._lock = Lock()
        self._began = monotonic()
        self._upstream = Upstream(always=self._answer)
        self._closed_door = socket.socket() if refuses else None

    def address(self, deployment: str) -> str:
        """The base_url of a deployment."""
        door = self._closed_door
        if door is not None and deployment == self._primary:
            return f"http://127.0.0.1:{door.getsockname()[1]}/v1"
        return f"{self._upstream.url}/{self._names.index(deployment)}/v1"

    def begin(self) -> None:
        """The first call is about to be made."""
        self._began = monotonic()

    @property
    def clock(self) -> float:
        """Real seconds since the first call."""
        return monotonic() - self._began

    def __enter__(self) -> Self:
        if self._closed_door is not None:
            self._closed_door.bind(("127.0.0.1", 0))  # a port that is taken and not listened to
        self._upstream.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._closed_door is not None:
            self._closed_door.close()
        self._upstream.__exit__(kind, error, trace)

    def _answer(self, received: Received) -> Reply:
        body = json.loads(received.body or b"{}")
        first = received.path.strip("/").partition("/")[0]
        name = self._names[int(first)] if first.isdigit() else ELSEWHERE
        now = self.clock
        with self._lock:
            self.asked.append(Asked(deployment=name, at=now, body=body))
            nth = self._counts[name]
            self._counts[name] += 1
        ask = Ask(
            primary=name == self._primary,
            streamed=bool(body.get("stream")),
            body=body,
            nth=nth,
            clock=now / self._scale,
            scale=self._scale,
            timeouts=self._deployments.get(name, Timeouts()),
            elsewhere=f"http://localhost:{self._upstream.port}/{ELSEWHERE}/v1/chat/completions",
        )
        return self._behaviour(ask) if ask.primary else self._fallback(ask)
