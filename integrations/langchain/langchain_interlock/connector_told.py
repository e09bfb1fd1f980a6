"""What has come of calls of connectors' tools in this process."""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from weakref import WeakKeyDictionary

from interlock import InterlockError, Router, ToolOutcome

_MOST = 1000
_BROKEN_OFF = ToolOutcome(outcome="unknown", content="It was broken off before its end.")


class Told:
    """What has come of calls, by their keys: the last thousand.

    LangGraph begins a step again when one of its calls has waited for a person, and with it the calls that
    had an answer already, or are still under way.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, ToolOutcome] = OrderedDict()
        self._going: dict[str, Future[ToolOutcome | None]] = {}

    async def once(self, key: str | None, run: Callable[[], Awaitable[ToolOutcome]]) -> ToolOutcome:
        """What came of the call, which is run unless it was, or is being run. Raises what `run` does."""
        if key is None:
            return await run()
        while isinstance(found := self._claimed(key), Future):
            if (told := await asyncio.shield(asyncio.wrap_future(found))) is not None:
                return told
        if found is not None:
            return found
        outcome: ToolOutcome | None = None
        try:
            outcome = await run()
        except (asyncio.CancelledError, InterlockError):
            outcome = _BROKEN_OFF
            raise
        finally:
            self._settle(key, outcome)
        return outcome

    def once_sync(self, key: str | None, run: Callable[[], ToolOutcome]) -> ToolOutcome:
        """`once` for code without a loop."""
        if key is None:
            return run()
        while isinstance(found := self._claimed(key), Future):
            if (told := found.result()) is not None:
                return told
        if found is not None:
            return found
        outcome: ToolOutcome | None = None
        try:
            outcome = run()
        except (KeyboardInterrupt, InterlockError):
            outcome = _BROKEN_OFF
            raise
        finally:
            self._settle(key, outcome)
        return outcome

    def _claimed(self, key: str) -> "ToolOutcome | Future[ToolOutcome | None] | None":
        """What came of it, or will; None where it is the caller's to run."""
        with self._lock:
            if key in self._kept:
                return self._kept[key]
            if key in self._going:
                return self._going[key]
            self._going[key] = Future()
            return None

    def _settle(self, key: str, outcome: ToolOutcome | None) -> None:
        """It has ended; without an outcome it was not run. What is refused may be asked for again."""
        with self._lock:
            if outcome is not None and outcome.outcome != "refused":
                self._kept[key] = outcome
                while len(self._kept) > _MOST:
                    self._kept.popitem(last=False)
            going = self._going.pop(key)
        going.set_result(outcome)


_TOLD: WeakKeyDictionary[Router, Told] = WeakKeyDictionary()


def told_of(router: Router) -> Told:
    """That of the router's tools, whoever made them, for as long as the router lives."""
    return _TOLD.setdefault(router, Told())
