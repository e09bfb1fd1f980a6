"""What is there when serving begins is passed over by the collector, and still goes when nobody needs it."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from interlock_server.operation.collecting import settle


class Cycle:
    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_is_there_is_not_looked_at_again():
    settle()
    assert gc.get_freeze_count() > 1_000
    assert len(gc.get_objects()) < 1_000


def test_what_comes_later_is_collected_as_ever():
    settle()
    seen = weakref.ref(Cycle())
    gc.collect()
    assert seen() is None


def test_what_a_router_before_left_behind_goes_when_the_next_one_has_settled():
    before = Cycle()
    seen = weakref.ref(before)
    settle()
    del before
    gc.collect()
    assert seen() is not None
    settle()
    assert seen() is None
