"""What does no I/O, held to it."""

import builtins
import io
import os
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import NoReturn
from unittest.mock import patch


@contextmanager
def no_io(who: str) -> Iterator[None]:
    """Make files, sockets, processes and sleep raise AssertionError, which says that it was `who`."""
    doors: list[tuple[object, str]] = [
        (builtins, "open"),
        (io, "open"),
        (os, "open"),
        (socket, "socket"),
        (subprocess, "Popen"),
        (time, "sleep"),
    ]
    with _closed(doors, f"{who} opened a file or socket, started a process or slept"):
        yield


@contextmanager
def no_connection(who: str) -> Iterator[None]:
    """The same for what may read files: sockets and processes alone raise AssertionError."""
    doors: list[tuple[object, str]] = [(socket, "socket"), (subprocess, "Popen")]
    with _closed(doors, f"{who} opened a socket or started a process"):
        yield


@contextmanager
def _closed(doors: Iterable[tuple[object, str]], complaint: str) -> Iterator[None]:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError(complaint)

    with ExitStack() as stack:
        for owner, name in doors:
            stack.enter_context(patch.object(owner, name, refuse))
        yield
