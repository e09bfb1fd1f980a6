"""What does no I/O, held to it."""

import builtins
import io
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NoReturn
from unittest.mock import patch


@contextmanager
def no_io(who: str) -> Iterator[None]:
    """Make files, sockets, processes and sleep raise AssertionError, which says that it was `who`."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError(f"{who} opened a file or socket, started a process or slept")

    doors = [
        (builtins, "open"),
        (io, "open"),
        (os, "open"),
        (socket, "socket"),
        (subprocess, "Popen"),
        (time, "sleep"),
    ]
    with ExitStack() as stack:
        for owner, name in doors:
            stack.enter_context(patch.object(owner, name, refuse))
        yield
