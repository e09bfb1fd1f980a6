"""What the first process and its workers say to each other: words, a line each, over two pipes.

A worker is given its orders on standard input, whose first line says in JSON what it is to be. One whose
standard input ends has lost the first process, however that ended, and drains.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from enum import StrEnum


class Order(StrEnum):
    """What a worker is told."""

    RELOAD = "reload"
    STOP = "stop"


class Word(StrEnum):
    """What a worker says: that it serves, that what it was made of has changed, how a reload went. Behind it
    stands its grace in seconds.
    """

    READY = "ready"
    CHANGED = "changed"
    RELOADED = "reloaded"
    REFUSED = "refused"


async def lines_of(descriptor: int) -> AsyncIterator[str]:
    """The lines that come out of a pipe, until its other end is closed. The descriptor is closed then."""
    reader = asyncio.StreamReader()
    pipe = os.fdopen(descriptor, "rb", buffering=0)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    try:
        async for line in reader:
            yield line.decode().strip()
    finally:
        transport.close()
