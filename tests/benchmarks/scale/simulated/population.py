"""Who calls, and with what: few tenants with most of the calls, and few calls with most of the tokens."""

from bisect import bisect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from heapq import merge
from itertools import accumulate, count
from random import Random

from simulated.arrivals import Flow, times

LARGEST = 0.4
"""The share of the calls that the first tenant has; the others' fall as one over their rank."""

_CHAT = (
    "What is the difference between a debit note and a credit note? ",
    "Write a function that merges two sorted lists. ",
    "Rephrase this politely: we cannot deliver before Monday. ",
    "How many parcels of 12 kg fit into a van that takes 950 kg? ",
    "Tell a short story about a lighthouse keeper and a fox. ",
)
_PARAGRAPH = (
    "The carrier is liable for the loss of goods between the time at which they are taken over and that of "
    "delivery, unless the loss was caused by an act of the sender. "
)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of call: what is said, and the median of the tokens that come back.

    Attributes:
        share: of all arrivals.
        calls: how many follow one another, as an agent's do.
        streamed: the share that is streamed.
        spread: of the logarithm of the answer's tokens.
    """

    name: str
    share: float
    prompts: tuple[str, ...]
    said: int
    calls: int = 1
    streamed: float = 0.5
    spread: float = 0.6


KINDS = (
    Kind(name="chat", share=0.91, prompts=_CHAT, said=180),
    Kind(name="document", share=0.08, prompts=(f"Summarise this. {_PARAGRAPH * 120}",), said=450, spread=0.8),
    Kind(name="agent", share=0.01, prompts=_CHAT, said=90, calls=30, streamed=0.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call on its way. `number` is its own; `tokens` are those of the answer."""

    number: int
    at: float
    rank: int
    european: bool
    kind: Kind
    prompt: str
    tokens: int
    streamed: bool
    metadata: Mapping[str, str] = field(repr=False, default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Population:
    """Attributes:
    tenants: how many there are.
    european: the share of them whose requests may be processed in the EU alone.
    skewed: whether the first one has `LARGEST` of the calls.
    greedy: from when, until when and how many times as often the first one comes.
    """

    tenants: int = 200
    european: float = 0.3
    skewed: bool = True
    greedy: tuple[float, float, float] | None = None
    kinds: tuple[Kind, ...] = KINDS

    def calls(self, flow: Flow, until: float, seed: int) -> Iterator[Call]:
        """The first call of each arrival, in order. An agent's are numbered from its first one on."""
        random = Random(f"{seed}:calls")
        weights = [1 / rank for rank in range(1, self.tenants + 1)]
        if self.skewed:
            rest = sum(weights[1:])
            weights = [LARGEST, *(weight / rest * (1 - LARGEST) for weight in weights[1:])]
        bounds = list(accumulate(weights))
        kinds = list(accumulate(kind.share for kind in self.kinds))
        numbers = count()
        for at, rank in self._comings(flow, until, bounds, seed):
            kind = self.kinds[bisect(kinds, random.random() * kinds[-1])]
            number = next(numbers)
            for _ in range(kind.calls - 1):
                next(numbers)
            yield self.made(number, at, rank, kind, random)

    def _comings(
        self, flow: Flow, until: float, bounds: list[float], seed: int
    ) -> Iterator[tuple[float, int]]:
        """When somebody comes, and of which rank, in order."""
        random = Random(f"{seed}:tenants")
        usual = (
            (at, bisect(bounds, random.random() * bounds[-1]))
            for at in times(flow, until, Random(f"{seed}:times"))
        )
        if self.greedy is None:
            return usual
        begins, ends, often = self.greedy
        more = Flow(rate=flow.rate * bounds[0] / bounds[-1] * (often - 1))
        added = ((begins + at, 0) for at in times(more, ends - begins, Random(f"{seed}:more")))
        return merge(usual, added)

    def made(self, number: int, at: float, rank: int, kind: Kind, random: Random) -> Call:
        """A call of the tenant of this rank; every so many of them is European."""
        european = (rank * 7919) % 1000 < 1000 * self.european
        residency = "eu" if european else "any"
        return Call(
            number=number,
            at=at,
            rank=rank,
            european=european,
            kind=kind,
            prompt=kind.prompts[int(random.random() * len(kind.prompts))],
            tokens=max(1, min(8_000, int(kind.said * random.lognormvariate(0.0, kind.spread)))),
            streamed=random.random() < kind.streamed,
            metadata={"tenant": f"t{rank}", "residency": residency},
        )
