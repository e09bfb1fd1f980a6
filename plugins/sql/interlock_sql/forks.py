"""SQLite around a fork.

Its locks on a file belong to the process and are inherited with its memory: a child of a parent that has the
file open is locked out of it by a lock that nobody holds. So nothing is open while a process forks.
"""

import os
from typing import Protocol
from weakref import WeakSet


class Opens(Protocol):
    """What has a file open, and can go on without."""

    def let_go(self) -> None:
        """Close the file, after what is being done with it; open no other until `go_on` or `start_anew`."""
        ...

    def go_on(self) -> None: ...

    def start_anew(self) -> None:
        """In the child, where no other thread has come along."""
        ...


_OPEN: "WeakSet[Opens]" = WeakSet()
# Those of the fork that is under way; one thread at a time is between these hooks, for each waits for all.
_HELD: list[Opens] = []


def watch(store: Opens) -> None:
    """Have it let go before each fork from now on."""
    _OPEN.add(store)


def _before() -> None:
    # Always in the same order, or two threads that fork at once could wait for each other.
    held = sorted(_OPEN, key=id)
    for store in held:
        store.let_go()
    _HELD.extend(held)


def _in_parent() -> None:
    while _HELD:
        _HELD.pop().go_on()


def _in_child() -> None:
    while _HELD:
        _HELD.pop().start_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
