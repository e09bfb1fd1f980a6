"""While values are made, the collector waits; afterwards all is as it was."""

import gc
import threading
import weakref

import pytest

from interlock.types import uncollected as module
from interlock.types.uncollected import uncollected


@pytest.fixture(autouse=True)
def _collector():
    assert gc.isenabled()
    yield
    gc.enable()


class Large(list):
    """A list that can be watched."""


def test_the_collector_waits_for_the_work_and_goes_on_after_it():
    assert uncollected(gc.isenabled) is False
    assert gc.isenabled()


def test_it_goes_on_after_work_that_failed_too():
    with pytest.raises(ZeroDivisionError):
        uncollected(lambda: 1 / 0)
    assert gc.isenabled()


def test_who_has_turned_it_off_finds_it_off():
    gc.disable()
    uncollected(int)
    assert not gc.isenabled()


def test_it_waits_until_the_last_of_several_has_ended():
    begun, over = threading.Event(), threading.Event()

    def work():
        begun.set()
        over.wait()

    thread = threading.Thread(target=uncollected, args=(work,))
    thread.start()
    begun.wait()
    uncollected(int)
    still = gc.isenabled()
    over.set()
    thread.join()
    assert (still, gc.isenabled()) == (False, True)


def test_work_that_never_ceases_does_not_keep_it_off_for_ever(monkeypatch):
    now = 0.0
    monkeypatch.setattr(module, "monotonic", lambda: now)
    seen = []

    def work():
        nonlocal now
        for _ in range(4):
            now += 0.4
            uncollected(int)
            seen.append(gc.isenabled())

    uncollected(work)
    assert seen == [False, False, True, True]
    assert uncollected(gc.isenabled) is False


def test_an_error_holds_nothing_of_what_was_made_before_it():
    made = []

    def load():
        value = Large()
        made.append(weakref.ref(value))
        raise ValueError

    def work():
        try:
            load()
        except ValueError:
            raise KeyError from None

    with pytest.raises(KeyError) as caught:
        uncollected(work)
    assert made[0]() is None
    assert caught.value.__traceback__ is not None
