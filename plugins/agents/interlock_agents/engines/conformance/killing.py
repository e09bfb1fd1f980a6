"""Kills at every boundary of the errand, and what must hold after them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from interlock_agents.engines.conformance.errand import RESULT, WAITS, World
from interlock_agents.engines.conformance.processes import Ended, Place, Process, Told
from interlock_agents.engines.protocol import EngineKind

_STRANDS = 4  # that may be in the middle of a step at once
_ENOUGH = 12  # executions that no case needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Points at which processes are killed, one after another.

    Attributes:
        at: the points.
        kills: how many of them were reached.
        again: how many steps were done once more.
    """

    at: tuple[str, ...]
    kills: int = 0
    again: int = 0


def cases(kind: EngineKind, place: Place) -> list[str]:
    """The points that an errand without a kill comes to, each once."""
    play(kind, place, ())
    return list(dict.fromkeys(name for what, name in World(place.folder).notes() if what == "at"))


def play(kind: EngineKind, place: Place, at: Sequence[str]) -> Case:
    """Execute the errand until it ends, killing it at those points, and see that every promise was kept.

    Raises:
        AssertionError: one was not, in a sentence.
    """
    world = World(place.folder)
    left = list(at)
    kills = 0
    for _ in range(_ENOUGH):
        ended = Process(Told(kind=kind, place=place, at=left[0] if left else "")).end()
        if ended.killed:
            kills += 1
            left.pop(0)
        elif ended.suspended is not None:
            _expect(WAITS in ended.suspended, f"it was suspended because {ended.suspended!r}")
            world.agree()
        else:
            break
    _expect(kills > 0 or not at, f"nobody came to {at[0] if at else ''!r}")
    check_result(ended)
    again = check_notes(world, kills=kills)
    before = len([each for each in world.notes() if each[0] == "act"])
    check_result(Process(Told(kind=kind, place=place)).end())
    after = len([each for each in world.notes() if each[0] == "act"])
    _expect(before == after, "a run that has ended was worked on again")
    return Case(at=tuple(at), kills=kills, again=again)


def check_result(ended: Ended) -> None:
    """Raise AssertionError unless it is that of the errand."""
    _expect(ended.error is None, f"execute raised {ended.error}")
    _expect(ended.value == RESULT, f"execute gave {ended.value!r}, and {RESULT!r} was due")


def check_notes(world: World, *, kills: int) -> int:
    """How many steps were done once more. Raises AssertionError if one was whose result was kept."""
    kept: set[str] = set()
    acts: Counter[str] = Counter()
    for what, name in world.notes():
        if what == "kept":
            kept.add(name)
        elif what == "act":
            _expect(name not in kept, f"the step {name!r} was done again, and its result was kept")
            acts[name] += 1
    again = {name: count - 1 for name, count in acts.items() if count > 1}
    for name, more in again.items():
        _expect(more <= kills, f"the step {name!r} was done {more + 1} times, with {kills} kills")
    _expect(sum(again.values()) <= kills * _STRANDS, f"too much was done again: {again}")
    _expect(set(acts) == kept, f"not all was done and kept: {sorted(set(acts) ^ kept)}")
    return sum(again.values())


def _expect(met: object, otherwise: str) -> None:
    if not met:
        raise AssertionError(otherwise)
