"""What a model costs beside another: exact where all is known, a range where some is, else nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from interlock.types.models import FREE, Price

_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """From `low` to `high`; one figure where they are equal."""

    low: float
    high: float

    @property
    def exact(self) -> bool:
        return self.low == self.high

    def __neg__(self) -> "Range":
        return Range(low=-self.high, high=-self.low)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a use case asks of a model. None is unknown.

    Attributes:
        tokens_in, tokens_out: tokens of one request, and of its answer.
        volume: requests a month.
        longest: the most tokens that a request can have, by the context windows of the models.
    """

    tokens_in: int | None = None
    tokens_out: int | None = None
    volume: Range | None = None
    longest: int | None = None


def billed(price: Price | None) -> Price | None:
    """A price that somebody asks for. What runs on your own ground costs hardware and work, which no catalog
    knows.
    """
    return None if price is None or price == FREE else price


def request_cost(price: Price | None, load: Load) -> float | None:
    """US dollars for one request, nothing of it read from a cache; None where a figure is missing."""
    if price is None or load.tokens_in is None or load.tokens_out is None:
        return None
    rate = price.of(load.tokens_in)
    return (rate.input * load.tokens_in + rate.output * load.tokens_out) / _MILLION


def month_cost(price: Price | None, load: Load) -> Range | None:
    """US dollars for a month; None where a figure is missing."""
    one = request_cost(price, load)
    if one is None or load.volume is None:
        return None
    return Range(low=one * load.volume.low, high=one * load.volume.high)


def difference(now: float | None, then: float | None) -> float | None:
    """What is saved; below zero, what it costs more."""
    return None if now is None or then is None else now - then


def month_saving(now: Price | None, then: Price | None, load: Load) -> Range | None:
    """US dollars saved in a month; None where a figure is missing."""
    one = difference(request_cost(now, load), request_cost(then, load))
    if one is None or load.volume is None:
        return None
    ends = sorted((one * load.volume.low, one * load.volume.high))
    return Range(low=ends[0], high=ends[1])


def share_saved(now: Price | None, then: Price | None, load: Load) -> Range | None:
    """Which part of the cost is saved, 1 being all of it.

    It lies between what is saved of the price of input and of that of output, whatever the tokens are. With
    both counts of tokens it is exact. None where a price is missing, or is nothing now.
    """
    costs = request_cost(now, load), request_cost(then, load)
    if costs[0] and costs[1] is not None:
        saved = 1 - costs[1] / costs[0]
        return Range(low=saved, high=saved)
    if now is None or then is None:
        return None
    parts = list(_parts(now, then, load))
    if not parts or any(before <= 0 for before, _ in parts):
        return None
    saved_parts = [1 - after / before for before, after in parts]
    return Range(low=min(saved_parts), high=max(saved_parts))


def _parts(now: Price, then: Price, load: Load) -> Iterator[tuple[float, float]]:
    """Each rate now and then, of input and output, for every length that a request may have."""
    steps = {0, *(tier.above for price in (now, then) for tier in price.tiers)}
    if load.longest is not None:
        steps = {step for step in steps if step < load.longest}
    lengths = [step + 1 for step in steps] if load.tokens_in is None else [load.tokens_in]
    for length in lengths:
        before, after = now.of(length), then.of(length)
        yield before.input, after.input
        yield before.output, after.output
