"""What many clients do in place of all that: three tries at each, whatever failed before."""

from collections.abc import Generator, Iterable
from random import Random

from interlock import hookimpl
from interlock.protocols import Strategy, StrategyCall
from interlock.types.decisions import Attempt, Outcome

TRIES = 3
_WAIT = 0.25


class Stubborn:
    """A strategy, and the plugin that offers it."""

    api = 1
    name = "stubborn"

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)

    @hookimpl
    def interlock_strategies(self) -> Iterable[Strategy]:
        return [self]

    def run(self, call: StrategyCall) -> Generator[Attempt, Outcome, None]:
        for candidate in call.shortlist:
            for tried in range(TRIES):
                wait = _WAIT * 2.0**tried * self._random.random() if tried else 0.0
                if (yield Attempt(deployment=candidate.deployment, delay=wait)).error is None:
                    return
