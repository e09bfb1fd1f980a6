"""Ids that nobody else has, in whatever thread and process."""

import os
import re
import time
from threading import Thread

import pytest

from interlock.types import random_ids
from interlock.types.random_ids import random_id, timed_id

_SOME = 700  # more than are made at once


def test_an_id_is_128_bits_in_hexadecimal():
    ids = [random_id() for _ in range(_SOME)]
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)
    assert len(set(ids)) == _SOME
    # Every digit takes every value, also at the seams between two of them.
    assert all(len({each[place] for each in ids}) == 16 for place in range(32))


def test_the_system_is_asked_for_many_at_once(monkeypatch):
    asked = []
    monkeypatch.setattr(random_ids, "urandom", lambda size: asked.append(size) or os.urandom(size))
    for _ in range(_SOME):
        random_id()
    assert 0 < len(asked) < 5


def test_threads_have_none_in_common():
    found: list[list[str]] = [[] for _ in range(8)]

    def take(mine: list[str]) -> None:
        mine.extend(random_id() for _ in range(5 * _SOME))

    threads = [Thread(target=take, args=(mine,)) for mine in found]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len({each for mine in found for each in mine}) == 8 * 5 * _SOME


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_child_has_none_of_its_parents():
    random_id()  # so that some are ready
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writer, " ".join(random_id() for _ in range(10)).encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader) as said:
        theirs = said.read().split()
    assert len(theirs) == 10
    assert not {random_id() for _ in range(_SOME)} & set(theirs)


def test_ids_with_a_time_are_in_its_order_and_nobody_elses():
    moments = [0.0, 1.0005, 1_796_108_972.25, 1_796_108_972.255, 2e11]
    ids = [timed_id(moment) for moment in moments]
    assert ids == sorted(ids)
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)
    assert len({timed_id(1.0) for _ in range(_SOME)}) == _SOME
    before = timed_id(time.time())[:12]
    assert before <= timed_id()[:12] <= timed_id(time.time())[:12]
