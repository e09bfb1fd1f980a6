"""What makes one answer out of those of a panel."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from math import inf
from random import random
from typing import Any, Protocol, runtime_checkable

from interlock.types.panels import MemberOutcome
from interlock.types.request import Request
from interlock.types.response import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Panelist:
    """A member's whole answer. Its `label`, A, B, …, says nothing of who gave it.

    Attributes:
        parsed: the JSON value of the answer, where the request has an `output`.
        weight: how much the configuration has it count, more than 0; 1 where it says nothing.
    """

    label: str
    answer: Answer
    parsed: Any = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A member without a whole answer, and how it ended."""

    label: str
    kind: MemberOutcome


class AskJudge(Protocol):
    """Asks a model on an arbiter's behalf, in the role `arbiter`."""

    def __call__(self, request: Request, /, judge: int = 0) -> Awaitable[Answer]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ArbitrateCall:
    """What an arbiter has to go by. Everything in it is sealed as guardrails have it, and stays so.

    Attributes:
        request: what the members were asked.
        members: at least two, in the order of the ensemble; a single one of an arbiter that verifies.
        missing: those who have no whole answer.
        judges: how many of the ensemble's `arbiter` models may see the request.
        ask: asks one of them, by its number from 0, at its deployments in the request's own shortlist, best
            first; None for an arbiter that does not ask. It is given a Request, and raises InterlockError
            when nobody answers. Where the request has an `output`, the answer's text is JSON that fits it. It
            may be awaited several times at once, until `arbitrate` has returned.
        random: returns a float in [0, 1): the only chance that a ruling may depend on.
        due: the loop's time, in seconds, at which the call ends, ruled on or not.
    """

    request: Request
    members: tuple[Panelist, ...]
    missing: tuple[Missing, ...] = ()
    judges: int = 0
    ask: AskJudge | None = None
    random: Callable[[], float] = random
    due: float = inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What an arbiter makes of a panel's answers. Members go by their labels.

    `answer`, `summaries` and `reason` are content: they go to the caller alone, restored as an answer is. All
    else is in the record, too.

    Attributes:
        chosen: whose answer is handed over, the first if there are several; of an answer of the arbiter's
            own, out of whose it was made.
        answer: one of the arbiter's own, if any. Its tool calls are exactly those of one member.
        scores: labels to numbers, the higher the better.
        agreement: the share of the members that say what is handed over, by weight, from 0 to 1.
        contested: there was nothing to choose by, and the order of the members had to do.
        dissent: those who say something else.
        summaries: labels to what each says, in a sentence or two; above all, of those who dissent.
        reason: why those were chosen.
        flags: what else was noticed, as words without blanks.
        flips: how often a judge said otherwise when it was asked again, as in another order.
    """

    chosen: tuple[str, ...]
    answer: Answer | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    agreement: float | None = None
    contested: bool = False
    dissent: tuple[str, ...] = ()
    summaries: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    flags: tuple[str, ...] = ()
    flips: int = 0


@runtime_checkable
class Arbiter(Protocol):
    """Chooses or writes one answer out of several. Its name is the `mode` of the ensembles that want it.

    `asks` says that it asks models, and so is told by the ensemble's `arbiter` which. One with options is
    Configurable, too, and each ensemble's `options` make one of its own.

    One with `verifies = True` may be shown a single answer, of a cascade's step, and its score is then how
    sure one may be of it, from 0 to 1.
    """

    api: int
    name: str
    asks: bool

    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        """Raise InterlockError where no ruling is possible; it ends the call."""
        ...
