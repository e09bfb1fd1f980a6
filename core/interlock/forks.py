"""What a forked child begins anew: it has the parent's memory, and none of its threads."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import RLock
from types import MethodType
from typing import cast
from weakref import WeakKeyDictionary

_OWNERS: "WeakKeyDictionary[object, str]" = WeakKeyDictionary()
_METHODS: "WeakKeyDictionary[object, Callable[[object], object]]" = WeakKeyDictionary()


def anew(method: Callable[[], object]) -> None:
    """Have a bound `method` run in the child of each fork from now on, for as long as its object lives.

    An object has one. They run in the order in which they were given, after every lock of `lock_of` has been
    made anew.
    """
    bound = cast("MethodType", method)
    _METHODS[bound.__self__] = bound.__func__


def lock_of(owner: object, name: str = "_lock") -> AbstractContextManager[object]:
    """A re-entrant lock for the attribute `name` of `owner`, which is given another one after a fork.

    Whoever held it in the parent is not there to release it. It is re-entrant because the garbage collector
    may run a finaliser that needs it while it is held.
    """
    _OWNERS[owner] = name
    return RLock()


def _begin_anew() -> None:
    for owner, name in list(_OWNERS.items()):
        setattr(owner, name, RLock())
    for owner, method in list(_METHODS.items()):
        method(owner)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
