"""Kills at every boundary of the errand, and what must hold after them."""

from collections import Counter
from collections.abc import Callable, Sequence
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


def play(kind: EngineKind, place: Place, at: Sequence[str], *, all_are_reached: bool = True) -> Case:
    """Execute the errand until it ends, killing it at those points, and see that every promise was kept.

    Without `all_are_reached`, points may be left: an execution that goes on after a kill may not pass them.

    Raises:
        AssertionError: a promise was not kept, in a sentence.
    """
    left = list(at)
    kills = 0

    def killed() -> Ended:
        nonlocal kills
        ended = Process(Told(kind=kind, place=place, at=left[0] if left else "")).end()
        if ended.killed:
            kills += 1
            left.pop(0)
        return ended

    again = _until_it_ends(kind, place, killed)
    _expect(not left or not all_are_reached, f"nobody came to {left[:1]}")
    return Case(at=tuple(at), kills=kills, again=again)


def play_at_random(kind: EngineKind, place: Place, after: Sequence[float]) -> Case:
    """The same with a kill after each of so many seconds, wherever it is then."""
    left = list(after)
    kills = 0

    def killed() -> Ended:
        nonlocal kills
        process = Process(Told(kind=kind, place=place))
        if not left:
            return process.end()
        ended = process.end(within=left.pop(0))
        kills += ended.killed
        return ended

    again = _until_it_ends(kind, place, killed)
    return Case(at=tuple(f"after {each:.2f} s" for each in after), kills=kills, again=again)


def _until_it_ends(kind: EngineKind, place: Place, killed: Callable[[], Ended]) -> int:
    """How many steps were done once more."""
    world = World(place.folder)
    kills = 0
    for _ in range(_ENOUGH):
        ended = killed()
        kills += ended.killed
        if ended.suspended is not None:
            _expect(WAITS in ended.suspended, f"it was suspended because {ended.suspended!r}")
            world.agree()
        elif not ended.killed:
            break
    check_result(ended)
    again = check_notes(world, kills=kills)
    before = sum(what == "act" for what, _ in world.notes())
    check_result(Process(Told(kind=kind, place=place)).end())
    after = sum(what == "act" for what, _ in world.notes())
    _expect(before == after, "a run that has ended was worked on again")
    return again


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
