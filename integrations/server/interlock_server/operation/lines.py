"""Lines that the server writes while it serves, without waiting for whoever reads them."""

import contextlib
import json
import os
import threading
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from time import time_ns
from typing import Any, Final

_MOST: Final = 20_000  # lines that wait
_PAUSE: Final = 0.1  # seconds between two writes
_LAST: Final = 2.0  # seconds for what waits at the end


class Lines:
    """Writes lines to a descriptor from a thread of its own. Where a reader is too slow, lines are dropped.

    A line is text for people or, with `as_json`, an object in a line; either begins with the time in UTC.
    """

    def __init__(self, descriptor: int = 2, *, as_json: bool = False) -> None:
        self.as_json = as_json
        self.dropped = 0
        self._descriptor = descriptor
        self._waiting: deque[str] = deque()
        self._more = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._write, name="interlock lines", daemon=True)
        self._thread.start()

    def say(self, event: str, text: str, **facts: Any) -> None:
        """A line about the server itself: `event` names its kind for programs, `text` is for people."""
        if self.as_json:
            self.add({"event": event, "message": text, **facts})
        else:
            self.add_text(text)

    def add(self, facts: Mapping[str, Any]) -> None:
        """An object, of which what is None is left out."""
        kept = {name: value for name, value in facts.items() if value is not None}
        self._put(json.dumps({"at": _now(), **kept}, ensure_ascii=False, default=str))

    def add_text(self, text: str) -> None:
        """A line for people."""
        self._put(f"{_now()} {text}")

    def close(self) -> None:
        """Write what waits, for two seconds at most."""
        self._closing.set()
        self._more.set()
        self._thread.join(_LAST)

    def _put(self, line: str) -> None:
        if len(self._waiting) >= _MOST:
            self.dropped += 1
            return
        self._waiting.append(line)
        if not self._more.is_set():
            self._more.set()

    def _write(self) -> None:
        while True:
            self._more.wait()
            self._more.clear()
            batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
            if not _written(self._descriptor, "\n".join([*batch, ""]).encode("utf-8", "replace")):
                return
            if self._closing.is_set():
                if not self._waiting:
                    return
                self._more.set()
            else:
                # One write for many lines costs what one for a single line does.
                self._closing.wait(_PAUSE)


def _written(descriptor: int, data: bytes) -> bool:
    """Whether anybody still reads."""
    while data:
        try:
            data = data[os.write(descriptor, data) :]
        except BlockingIOError:
            with contextlib.suppress(OSError):
                os.set_blocking(descriptor, True)
        except OSError:
            return False
    return True


def _now() -> str:
    seconds, thousandths = divmod(time_ns() // 1_000_000, 1_000)
    return f"{_to_the_second(seconds)}.{thousandths:03}Z"


@lru_cache(maxsize=2)
def _to_the_second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
