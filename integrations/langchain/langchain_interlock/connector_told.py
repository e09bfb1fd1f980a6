"""What has come of calls of connectors' tools in this process."""

import threading
from collections import OrderedDict
from weakref import WeakKeyDictionary

from interlock import Router, ToolOutcome

_MOST = 1000


class Told:
    """What has come of calls, by their keys: the last thousand.

    LangGraph begins a step again when one of its calls has waited for a person, and with it the calls that
    had an answer already.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, ToolOutcome] = OrderedDict()

    def get(self, key: str | None) -> ToolOutcome | None:
        """What came of it; None where nobody knows, or nothing has happened."""
        with self._lock:
            return None if key is None else self._kept.get(key)

    def keep(self, key: str | None, outcome: ToolOutcome) -> None:
        """What is refused has not happened, and may be asked for again."""
        if key is None or outcome.outcome == "refused":
            return
        with self._lock:
            self._kept[key] = outcome
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)


_TOLD: WeakKeyDictionary[Router, Told] = WeakKeyDictionary()


def told_of(router: Router) -> Told:
    """That of the router's tools, whoever made them, for as long as the router lives."""
    return _TOLD.setdefault(router, Told())
