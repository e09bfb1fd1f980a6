"""A worker from within: handed a socket and its settings, it serves until it is told to stop."""

import asyncio
import json
import os
import socket
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, Final

from interlock_server.operation.lifeline import Word
from interlock_server.operation.process import Process

_ORDERS: Final = 0
_LONGEST: Final = 1_000_000


def handed() -> dict[str, Any]:
    """The settings that the first process has written on standard input, in its first line."""
    line = bytearray()
    # Byte by byte: what follows are orders, and not ours to take.
    while len(line) < _LONGEST and (byte := os.read(_ORDERS, 1)) not in (b"", b"\n"):
        line += byte
    settings: dict[str, Any] = json.loads(line)
    return settings


async def work(process: Process, settings: Mapping[str, Any]) -> None:
    """Serve on the socket that the settings name, until the first process says to stop, or has ended."""
    words = settings["words"]

    def say(word: Word) -> None:
        # The first process may just have been killed. Whoever is being answered here need not hear of that:
        # the orders end as well, and with them this process, once it has drained.
        with suppress(BrokenPipeError):
            os.write(words, f"{word} {process.grace}\n".encode())

    listening = socket.socket(fileno=settings["socket"])
    await process.worker(listening, place=settings["place"], orders=_ORDERS, say=say)


def on_a_loop(what: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run it on a loop of uvloop's, where there is one."""
    try:
        from uvloop import new_event_loop  # noqa: PLC0415 - not on Windows
    except ImportError:
        return asyncio.run(what())
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(what())
