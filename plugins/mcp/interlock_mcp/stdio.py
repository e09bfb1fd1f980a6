"""A server that is started here, and what a session speaks to it through."""

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mcp import MCPError
from mcp.client.session import ClientSession
from mcp.shared.dispatcher import CallOptions

from interlock import ConnectionFailed
from interlock.http import aside
from interlock.protocols import Access
from interlock_mcp.child import Child
from interlock_mcp.failing import NotSent
from interlock_mcp.freshness import Freshness
from interlock_mcp.messages import Answered
from interlock_mcp.negotiating import CLIENT, Agreed, negotiate
from interlock_mcp.once import Once
from interlock_mcp.processes import Launch

_PROBE = 10.0


def result_of(answer: Answered) -> dict[str, Any]:
    """Raises MCPError for an error in the result's place."""
    if answer.error is not None:
        raise MCPError(answer.error.code, answer.error.message, answer.error.data)
    return dict(answer.result or {})


class Talk:
    """The SDK's dispatcher over a child's pipes, for one run of a tool or one list of tools."""

    def __init__(self, child: Child, access: Access) -> None:
        self._child = child
        self._access = access

    async def send_raw_request(
        self, method: str, params: Mapping[str, Any] | None, opts: CallOptions | None = None
    ) -> dict[str, Any]:
        options = opts or {}
        seconds = options.get("timeout")
        answer = await self._child.ask(
            method,
            params,
            deadline=self._access.deadline,
            seconds=None if seconds is None else min(_PROBE, seconds, self._access.left / 2),
            cancels=options.get("cancel_on_abandon", True),
        )
        return result_of(answer)

    async def notify(
        self,
        method: str,
        params: Mapping[str, Any] | None,
        opts: CallOptions | None = None,  # noqa: ARG002 - a pipe has no headers
    ) -> None:
        self._child.tell(method, params)

    async def run(self, *_: Any, **__: Any) -> None:
        """The child's threads read; a session is never entered."""


@dataclass(frozen=True, slots=True)
class _Ready:
    child: Child
    agreed: Agreed


class StdioServer:
    """Started when somebody needs it, and again when it has ended. Its sessions are one run's each."""

    def __init__(self, launch: Launch, limit: int, fresh: Freshness) -> None:
        self._fresh = fresh
        self._launch = launch
        self._limit = limit
        self._once: Once[_Ready] = Once()
        self._child: Child | None = None
        self._old = False
        self._closed = threading.Event()

    @property
    def edition(self) -> object:
        """The process."""
        ready = self._once.made
        return None if ready is None else ready.child

    async def session(
        self,
        access: Access,
        headers: Mapping[str, str] | None = None,  # noqa: ARG002 - a pipe has none
    ) -> ClientSession:
        """Ready to be asked. Raises whatever `negotiate` does, and NotSent."""
        ready = await self._once.get(lambda: self._begin(access), lambda each: not each.child.is_over)
        session = ClientSession(dispatcher=Talk(ready.child, access), client_info=CLIENT)
        session.adopt(ready.agreed)
        return session

    def forget(self, session: str | None = None) -> None:
        """What was agreed with a process holds as long as it does."""

    async def aclose(self) -> None:
        self._closed.set()
        if (child := self._child) is not None:
            await aside(child.close)

    async def _begin(self, access: Access) -> _Ready:
        if self._child is not None:
            await aside(self._child.close)
        if not self._old:
            # Some servers of the older kind end when they are asked for what they do not know.
            try:
                return await self._started(access, probe=True)
            except _Ended:
                pass
        return await self._started(access, probe=False)

    async def _started(self, access: Access, *, probe: bool) -> _Ready:
        if self._closed.is_set():
            raise NotSent(ConnectionFailed(f"the connector {self._launch.name!r} is closed"))
        self._child = child = await aside(Child, self._launch, self._limit, self._fresh.told)
        session = ClientSession(dispatcher=Talk(child, access), client_info=CLIENT)
        try:
            agreed = await negotiate(session, probe=probe)
        except BaseException as error:
            _soon(child)
            why = error.error if isinstance(error, NotSent) else error
            if not isinstance(why, ConnectionFailed):
                raise
            if probe:
                raise _Ended from None
            raise ConnectionFailed(why.message + await aside(child.last_words)) from None
        if self._closed.is_set():
            _soon(child)
        self._old = session.initialize_result is not None
        return _Ready(child, agreed)


class _Ended(Exception):
    """The server has ended while it was asked whether it is of the stateless kind."""


def _soon(child: Child) -> None:
    """Have it ended by a thread: whoever is cancelled waits for nobody."""
    try:
        asyncio.get_running_loop().run_in_executor(None, lambda: child.close(gently=False))
    except RuntimeError:
        child.close(gently=False)
