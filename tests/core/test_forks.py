"""What a forked child begins anew."""

import gc
import os
from collections.abc import Callable
from threading import Thread

import pytest

from interlock.forks import anew, lock_of

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


class Kept:
    def __init__(self, begun: list[str], name: str = "kept") -> None:
        self._lock = lock_of(self)
        self._begun, self._name = begun, name
        anew(self.begin)

    def begin(self) -> None:
        with self._lock:
            self._begun.append(self._name)

    def hold(self) -> None:
        self._lock.__enter__()


def in_a_child(told: Callable[[], object]) -> str:
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writer, repr(told()).encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader) as said:
        return said.read()


def test_what_asked_for_it_begins_anew_in_the_child_alone_in_the_order_of_asking():
    begun: list[str] = []
    kept = [Kept(begun, name) for name in ("a", "b", "c")]
    assert in_a_child(lambda: begun) == "['a', 'b', 'c']"
    assert (begun, len(kept)) == ([], 3)


def test_a_lock_that_another_thread_holds_is_free_in_the_child():
    begun: list[str] = []
    kept = Kept(begun)
    thread = Thread(target=kept.hold)
    thread.start()
    thread.join()
    assert in_a_child(lambda: begun) == "['kept']"


def test_what_nobody_holds_any_more_is_not_kept_for_it():
    begun: list[str] = []
    kept = Kept(begun)
    del kept
    gc.collect()
    assert in_a_child(lambda: begun) == "[]"
