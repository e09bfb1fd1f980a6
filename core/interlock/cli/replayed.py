"""What replayed decisions come to for each task, and what learned routes promise of those that move."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from interlock.cli import show
from interlock.types.learned import RouteEvidence

if TYPE_CHECKING:
    from interlock.assembly import Wiring
    from interlock.engine.deciding.replaying import Moves, Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What evidence promises of `calls` that move as it was measured: from the model it is compared with to
    the one that leads the row.
    """

    evidence: RouteEvidence
    calls: int


def expected(tally: "Tally", wiring: "Wiring") -> dict[str, Expected]:
    """Of the tasks whose learned rows have a gain and are not hidden by the configuration's own."""
    learned, found = wiring.learned, {}
    for task in tally.tasks:
        evidence = learned.evidence.get(task) if learned else None
        if learned is None or evidence is None or not evidence.over or task in wiring.config.routes:
            continue
        before = wiring.names.listed(evidence.over) or frozenset()
        after = wiring.names.listed(learned.routes[task][0]) or frozenset()
        calls = _moved(tally.tasks[task].moves, before, after)
        found[task] = Expected(evidence=evidence, calls=calls)
    return found


def _moved(moves: "Moves", before: frozenset[str], after: frozenset[str]) -> int:
    return sum(count for (then, now), count in moves.items() if then in before and now in after)


def task_rows(tally: "Tally", wiring: "Wiring") -> tuple[Sequence[str], list[Sequence[str]]]:
    """A table: how many calls of each task move, what they cost, and what is expected of it."""
    promised = expected(tally, wiring)
    rows: list[Sequence[str]] = []
    for task, each in sorted(tally.tasks.items(), key=lambda item: (-item[1].moved, item[0])):
        priced = each.costs.calls
        cost = (dollars(each.costs.then), dollars(each.costs.now)) if priced else ("", "")
        rows.append((task, f"{each.calls:,}", f"{each.moved:,}", *cost, _words(promised.get(task))))
    return ("Task", "Calls", "Move", "Cost then", "Cost now", "Expected of those that move"), rows


def _words(promise: Expected | None) -> str:
    return "" if promise is None or not promise.calls else promise.evidence.sentence


def task_data(tally: "Tally", wiring: "Wiring") -> list[dict[str, Any]]:
    """The same as JSON."""
    promised = expected(tally, wiring)
    return [
        {
            "task": task,
            "calls": each.calls,
            "moved": each.moved,
            "cost": {"then": each.costs.then, "now": each.costs.now, "calls": each.costs.calls},
            "expected": _promise(promised.get(task)),
        }
        for task, each in sorted(tally.tasks.items())
    ]


def _promise(promise: Expected | None) -> dict[str, Any] | None:
    if promise is None:
        return None
    of = promise.evidence
    return {"calls": promise.calls, "gain": of.gain, "low": of.low, "high": of.high, "evidence": of.id}


def hidden(wiring: "Wiring") -> list[str]:
    """Tasks that are learned, and whose row is the configuration's own all the same."""
    return [
        task for task in (wiring.learned.routes if wiring.learned else ()) if task in wiring.config.routes
    ]


def dollars(amount: float) -> str:
    return show.dollars(amount) or "$0"


def signed(amount: float) -> str:
    return dollars(amount) if amount >= 0 else f"-{dollars(-amount)}"
