"""A server that was started here: a question goes in on whichever loop asks it, and its answer comes out."""

import asyncio
import os
import subprocess
import weakref
from collections.abc import Callable, Mapping
from math import inf
from typing import Any

from interlock import AnswerTimeout, ConnectionFailed, TotalTimeout
from interlock.fencing import escaped
from interlock.types.clocks import elapsed
from interlock_mcp.messages import Answered
from interlock_mcp.processes import Launch, end
from interlock_mcp.traffic import Traffic

_SHOWN = 200


class Child:
    """One process, which ends with this object if nobody closes it before. It blocks while it starts.

    `limit` is how many bytes one message of the server's may have; `heard` is given the method of each of its
    notifications, in a thread.

    Raises:
        ConnectionFailed: it cannot be started.
    """

    def __init__(self, launch: Launch, limit: int, heard: Callable[[str], None]) -> None:
        self._name = launch.name
        self._process = launch.start()
        self._traffic = Traffic(self._process, launch.name, limit, heard)
        self._end = weakref.finalize(self, _leave, self._process, os.getpid())

    @property
    def is_over(self) -> bool:
        """Whether it answers nothing any more."""
        return self._traffic.why is not None

    async def ask(
        self,
        method: str,
        params: Mapping[str, Any] | None,
        *,
        deadline: float,
        seconds: float | None = None,
        cancels: bool = True,
    ) -> Answered:
        """What the server answers. Cancelled, it tells the server, unless `cancels` says otherwise.

        Args:
            method: of the protocol.
            params: JSON.
            deadline: on the clock of `elapsed`; after it, nothing leaves.
            seconds: how long to wait for the answer, where that is less than until the deadline.
            cancels: whether the protocol lets this be cancelled.

        Raises:
            NotSent: it is certain that nothing of it has left.
            AnswerTimeout: it left, and was not answered within `seconds`.
            TotalTimeout: nor until the deadline.
            ConnectionFailed: it left, and the server has ended; any other ProviderError: it cannot be
                understood any more.
        """
        id_, letter = self._traffic.ask(method, params, deadline)
        left = deadline - elapsed()
        wait = left if seconds is None else min(left, seconds)
        try:
            async with asyncio.timeout(None if wait == inf else max(0.0, wait)):
                answer: Answered = await asyncio.wrap_future(letter.outcome)
        except TimeoutError:
            kind = TotalTimeout if seconds is None else AnswerTimeout
            raise kind(f"the server {self._name!r} did not answer within {wait:.3g} s") from None
        finally:
            self._traffic.give_up(id_, tell=cancels)
        return answer

    def tell(self, method: str, params: Mapping[str, Any] | None) -> None:
        """A notification. Raises NotSent where the server has ended."""
        self._traffic.tell(method, params)

    def last_words(self) -> str:
        """What it last wrote on its standard error, as the end of a sentence; empty where it was nothing.

        It is for servers that have ended before they were asked for anything: no conversation is in it.
        """
        words = escaped(self._traffic.last_words())[:_SHOWN]
        return f"; it last said: {words}" if words else ""

    def close(self, *, gently: bool = True) -> None:
        """End it, and whatever it has started. It blocks, for some seconds where the server will not go."""
        self._traffic.close(ConnectionFailed(f"the server {self._name!r} was closed"))
        if self._end.detach() is not None:
            end(self._process, gently=gently)


def _leave(process: "subprocess.Popen[bytes]", owner: int) -> None:
    """What is done where nobody has closed it: at once, and in no fork of the process that has started it."""
    if os.getpid() == owner:
        end(process, gently=False)
