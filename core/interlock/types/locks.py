"""Locks that a forked child can use: whoever held one in the parent is not there to release it."""

import os
from contextlib import AbstractContextManager
from threading import RLock
from weakref import WeakKeyDictionary

_OWNERS: "WeakKeyDictionary[object, str]" = WeakKeyDictionary()


def lock_of(owner: object, name: str = "_lock") -> AbstractContextManager[object]:
    """A re-entrant lock for the attribute `name` of `owner`, which is given another one after a fork.

    It is re-entrant because the garbage collector may run a finaliser that needs it while it is held.
    """
    _OWNERS[owner] = name
    return RLock()


def _renew() -> None:
    for owner, name in list(_OWNERS.items()):
        setattr(owner, name, RLock())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
