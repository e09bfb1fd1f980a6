"""What says in which order deployments are tried."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from interlock.types.cascades import Cascade
from interlock.types.content import ContentRules
from interlock.types.decisions import Arbitration, Attempt, Candidate, Check, Outcome, Race
from interlock.types.ensembles import Panel
from interlock.types.frozen import quick_init
from interlock.types.request import Request


def _granted(deployment: str) -> bool:  # noqa: ARG001 - nobody keeps count
    return True


_well = _granted


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyCall:
    """What a strategy has to go by.

    Attributes:
        retries: per deployment.
        random: returns a float in [0, 1), for jitter.
        request: as it will be sent; None where the strategy is asked about no request in particular.
        streamed: the answer is wanted in steps.
        content: what follows an answer that cannot be used.
        may_retry: asked, last of all, before a deployment is tried once more; True grants one retry, and
            otherwise it is time for the next deployment.
        is_well: whether a deployment is worth an attempt that need not be made: it has not just failed.
        panel: the members of the ensemble that the request names, if it does; `shortlist` holds nobody else.
        cascade: the steps of the cascade that the request's task has, if it has one.
    """

    shortlist: tuple[Candidate, ...]
    retries: int
    random: "RandomSource"
    request: Request | None = None
    streamed: bool = False
    content: ContentRules = field(default=ContentRules())
    may_retry: Callable[[str], bool] = _granted
    is_well: Callable[[str], bool] = _well
    panel: Panel | None = None
    cascade: Cascade | None = None


Steps = Generator[Attempt | Race | Arbitration | Check, Outcome, Outcome | None]
"""What a strategy yields, is sent and returns."""


class RandomSource(Protocol):
    """Chance, which a test may take the place of."""

    def __call__(self) -> float: ...


@runtime_checkable
class Strategy(Protocol):
    """The order of attempts, as a pure generator: yields what to try and is sent how it ended.

    An answer to an `Attempt`, or to a `Race` for the first success, is the call's answer, and the strategy is
    not resumed. A race whose attempts are all awaited sends one Outcome with all of theirs in `outcomes`. The
    strategy goes on from there, and by returning one of them hands over its answer, or yields an
    `Arbitration`, whose answer is the call's. A strategy that returns nothing has given up.
    """

    api: int
    name: str

    def run(self, call: StrategyCall) -> Steps:
        """Yields what to try; is sent the Outcome of each, and returns the one whose answer counts."""
