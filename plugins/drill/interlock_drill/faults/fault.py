"""What a fault is."""

from collections.abc import Callable
from dataclasses import dataclass

from interlock_drill.faults.dialect import well
from interlock_drill.faults.judging import Judge, Scene
from interlock_drill.faults.stage import Behaviour


def _never(_: Scene) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A way in which an upstream misbehaves.

    Attributes:
        name: what the upstream does, as the end of the sentence "the upstream …".
        conduct: what a router does then, if it does right.
        behaviour: the primary's reply to each request; `fallback` is every other deployment's.
        judge: yields what was wrong; nothing when the conduct was right.
        tools: whether the calls offer a tool, and a call of it is the answer.
        refuses: whether the primary accepts no connection at all.
        streams_only: whether a plain answer cannot have this fault.
        calls, every, enough: so many calls, one every so many published seconds, until it is enough.
    """

    number: int
    name: str
    conduct: str
    behaviour: Behaviour
    judge: Judge
    fallback: Behaviour = well
    tools: bool = False
    refuses: bool = False
    streams_only: bool = False
    calls: int = 1
    every: float = 0.0
    enough: Callable[[Scene], bool] = _never
