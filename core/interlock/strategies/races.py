"""Races for those who ask one deployment at a time."""

from collections.abc import Generator

from interlock.protocols import Steps
from interlock.types.decisions import Arbitration, Attempt, Check, Outcome


def in_turn(steps: Steps) -> Generator[Attempt, Outcome, None]:
    """The same steps, a race's attempts one after another. The first success is taken for the answer, and so
    nothing is left to arbitrate or to check.
    """
    try:
        step = next(steps)
        while True:
            if isinstance(step, Attempt):
                step = steps.send((yield step))
                continue
            if isinstance(step, (Arbitration, Check)):
                return
            failures: list[Outcome] = []
            for attempt in step.attempts:
                failures.append((yield attempt))
                if step.ends is not None and step.ends(failures[-1]):
                    break
            last = failures[-1]
            step = steps.send(Outcome(attempt=last.attempt, error=last.error, outcomes=tuple(failures)))
    except StopIteration:
        return
