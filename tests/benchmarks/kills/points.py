"""Where a run is killed, and how often: points of a step, and schedules of kills that are always the same."""

import random
from collections.abc import Iterator
from typing import NamedTuple

STEPS = 3

BEFORE = ("begin", "before_intent")
SENT = ("after_intent", "after_sent", "before_socket", "received", "committed", "replied", "parsed")
"""Intent and sent are one commit where no consent is waited for: the first two are the same moment."""
AFTER = ("after_settle", "end")
SERVED = ("received", "committed", "replied")
"""Points of the server's, which kills the client itself, so that they are exact."""
RECOVERING = {
    "keyed": ("claimed",),
    "readable": ("claimed", "before_read", "after_read"),
    "blind": ("claimed",),
}
"""Points that only a run reaches which finds an effect in doubt."""

IN_DOUBT = {*SENT, "claimed", "before_read", "after_read"}
"""Points at which an effect is sent and not settled: of these alone may a person be asked."""


class Kill(NamedTuple):
    """At which point of which step, counted from 0, a process is killed."""

    point: str
    step: int


Schedule = tuple[Kill, ...]
"""The nth is of the nth process that works on a run; those after the last are left alone."""


ALL = (*BEFORE, *SENT, *AFTER)
BARE = ("begin", "before_socket", "received", "committed", "replied", "parsed", "end")
"""Of a step without a ledger."""


def singles(points: tuple[str, ...] = ALL) -> Iterator[Schedule]:
    """Every point of every step."""
    for step in range(STEPS):
        for point in points:
            yield (Kill(point, step),)


def recoveries(api: str) -> Iterator[Schedule]:
    """Every point of recovery, after a kill while the request was served."""
    for step in range(STEPS):
        for point in RECOVERING[api]:
            for first in ("received", "committed"):
                yield Kill(first, step), Kill(point, step)


def drawn(api: str, kills: int, *, seed: int = 0, points: tuple[str, ...] = ALL) -> Iterator[Schedule]:
    """Schedules of so many kills each, without end, the same for the same seed."""
    drawing = random.Random(f"{api} {kills} {seed}")
    again = tuple(point for point in points if point in SENT)
    recovering = RECOVERING[api] if "after_sent" in points else ()
    while True:
        schedule: list[Kill] = []
        step = 0
        while len(schedule) < kills:
            doubted = bool(schedule) and schedule[-1].point in IN_DOUBT
            asks = api == "blind" and bool(recovering)  # and so ends with its first doubt
            if doubted and (asks or drawing.random() < 0.5):
                choice = recovering if asks else (*recovering, *again)
            else:
                step = drawing.randrange(step, STEPS)
                choice = points
            schedule.append(Kill(drawing.choice(choice), step))
        yield tuple(schedule)
