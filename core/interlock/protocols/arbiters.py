"""What makes one answer out of those of a panel."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from interlock.types.request import Request
from interlock.types.response import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Panelist:
    """A member's whole answer. Its `label`, A, B, …, says nothing of who gave it."""

    label: str
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ArbitrateCall:
    """What an arbiter has to go by. Everything in it is sealed as guardrails have it, and stays so.

    Attributes:
        request: what the members were asked.
        members: at least two, in the order of the ensemble.
        missing: the labels of those who have no whole answer.
        ask: asks the ensemble's `arbiter`, at its deployments in the request's own shortlist, best first;
            None for an arbiter that does not ask. It is given a Request, and raises InterlockError when
            nobody answers. Where the request has an `output`, the answer's text is JSON that fits it. It may
            be awaited several times at once, until `arbitrate` has returned.
    """

    request: Request
    members: tuple[Panelist, ...]
    missing: tuple[str, ...] = ()
    ask: Callable[[Request], Awaitable[Answer]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What an arbiter makes of a panel's answers. Members go by their labels; nothing here is content, but
    for `answer`.

    Attributes:
        chosen: whose answer is handed over, the first if there are several; of an answer of the arbiter's
            own, out of whose it was made.
        answer: one of the arbiter's own, if any. Its tool calls are exactly those of one member.
        scores: labels to numbers, the higher the better.
        agreement: the share of the members that say what is handed over, from 0 to 1.
        contested: there was nothing to choose by, and the order of the members had to do.
        dissent: those who say something else.
        flags: what else was noticed, as words without blanks.
    """

    chosen: tuple[str, ...]
    answer: Answer | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    agreement: float | None = None
    contested: bool = False
    dissent: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


@runtime_checkable
class Arbiter(Protocol):
    """Chooses or writes one answer out of several. Its name is the `mode` of the ensembles that want it.

    `asks` says that it asks a model, and so is told by the ensemble's `arbiter` which.
    """

    api: int
    name: str
    asks: bool

    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        """Raise InterlockError where no ruling is possible; it ends the call."""
        ...
