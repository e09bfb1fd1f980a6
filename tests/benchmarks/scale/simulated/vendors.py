"""Vendors as they are met: slow now and then, limited, and sometimes not there."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from random import Random

from interlock import Answer, Text, Usage, hookimpl
from interlock.classifiers.tokens import estimate_request_tokens
from interlock.errors import ConnectionFailed, RateLimited, Unavailable
from interlock.protocols import Provider, ProviderCall, ProviderFacts
from interlock.types.response import Delta
from simulated.clockwork import Clock

EUROPEAN = frozenset({"eu"})
_HEAVY = 1.5


@dataclass(frozen=True, kw_only=True)
class Outage:
    """`refused`: no connection; `failing`: 503 within a moment; `silent`: nothing comes at all.

    Attributes:
        share: of the calls that are hit.
    """

    begins: float
    ends: float
    how: str = "failing"
    share: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a vendor answers.

    Attributes:
        first: seconds until the first token, at the median; its logarithm spreads by `spread`.
        tail: the share of calls whose first token takes some times as long: Pareto's law, of shape 1.5.
        tokens_a_second: of an answer, once it has begun.
        requests: a minute, as `tokens`; None is no limit. Both are buckets of ten seconds' worth.
        at_once: calls that it has under way; one more is answered with 503.
    """

    region: str = "us"
    first: float = 0.5
    spread: float = 0.5
    tail: float = 0.01
    tokens_a_second: float = 80.0
    requests: int | None = None
    tokens: int | None = None
    at_once: int | None = None
    outages: tuple[Outage, ...] = ()


class _Bucket:
    """What is left of a limit, which refills all the while."""

    def __init__(self, a_minute: float) -> None:
        self.rate = a_minute / 60
        self.room = self.left = 10 * self.rate
        self._at = 0.0

    def wait(self, amount: float, now: float) -> float:
        """Seconds until so much is there."""
        self.left = min(self.room, self.left + (now - self._at) * self.rate)
        self._at = now
        return max(0.0, (min(amount, self.room) - self.left) / self.rate)


class Vendor:
    """A provider in process, and the plugin that offers it. All processes of a cluster ask the same one.

    Attributes:
        asked: the attempts that have reached it, by the second; `admitted` those that it began to answer.
        misplaced: requests that may be processed in the EU alone, and came here though this is elsewhere.
        limited: attempts that it answered with 429, as `refused` those with 503.
        answered: attempts that it answered.
    """

    api = 1

    def __init__(self, name: str, manner: Manner, clock: Clock, seed: int) -> None:
        self.facts = ProviderFacts(name=name, region=manner.region, needs_key=False, in_process=True)
        self.asked: Counter[int] = Counter()
        self.admitted: Counter[int] = Counter()
        self.misplaced = self.limited = self.refused = self.answered = 0
        self._manner, self._clock = manner, clock
        self._random = Random(f"{seed}:{name}")
        self._under_way = 0
        self._buckets = [
            (_Bucket(limit), each)
            for each, limit in (("requests", manner.requests), ("tokens", manner.tokens))
            if limit is not None
        ]

    @hookimpl
    def interlock_providers(self) -> Iterable[Provider]:
        return [self]

    async def complete(self, call: ProviderCall) -> Answer:
        tokens, first = await self._admit(call)
        self._under_way += 1
        try:
            await asyncio.sleep(first + self._talking(tokens))
        finally:
            self._under_way -= 1
        self.answered += 1
        return Answer(parts=(Text("Done."),), finish_reason="stop", usage=_usage(call, tokens))

    async def stream(self, call: ProviderCall) -> AsyncIterator[Delta]:
        tokens, first = await self._admit(call)
        self._under_way += 1
        try:
            await asyncio.sleep(first)
            yield Delta("Well, ")
            rest = self._talking(tokens)
            # What takes long is heard of in between, or it would be taken for silence.
            while rest > 0:
                await asyncio.sleep(min(rest, 5.0))
                if (outage := self._out()) is not None:
                    await self._fail(outage)
                rest -= 5.0
                if rest > 0:
                    yield Delta("and ")
        finally:
            self._under_way -= 1
        self.answered += 1
        yield Delta("done.", finish_reason="stop", usage=_usage(call, tokens))

    async def _admit(self, call: ProviderCall) -> tuple[int, float]:
        """The tokens of the answer, and seconds until its first. Raises what a vendor says instead."""
        now = self._clock()
        self.asked[int(now)] += 1
        metadata = call.request.metadata or {}
        if metadata["residency"] == "eu" and self._manner.region not in EUROPEAN:
            self.misplaced += 1
        if (outage := self._out()) is not None:
            await self._fail(outage)
        tokens = int(metadata["tokens"])
        taken = {"requests": 1, "tokens": estimate_request_tokens(call.request) + tokens}
        wait = max((bucket.wait(taken[each], now) for bucket, each in self._buckets), default=0.0)
        if wait > 0:
            self.limited += 1
            await asyncio.sleep(0.05)
            raise RateLimited("429", status=429, retry_after=float(int(wait) + 1))
        if self._manner.at_once is not None and self._under_way >= self._manner.at_once:
            self.refused += 1
            await asyncio.sleep(0.05)
            raise Unavailable("503", status=503)
        for bucket, each in self._buckets:
            bucket.left -= taken[each]
        self.admitted[int(now)] += 1
        first = self._manner.first * self._random.lognormvariate(0.0, self._manner.spread)
        if self._random.random() < self._manner.tail:
            first *= 2 * self._random.paretovariate(_HEAVY)
        return tokens, first

    def _talking(self, tokens: int) -> float:
        return tokens / self._manner.tokens_a_second * self._random.lognormvariate(0.0, 0.2)

    def _out(self) -> Outage | None:
        now = self._clock()
        for each in self._manner.outages:
            if each.begins <= now < each.ends and (each.share == 1.0 or self._random.random() < each.share):
                return each
        return None

    async def _fail(self, outage: Outage) -> None:
        self.refused += 1
        if outage.how == "refused":
            raise ConnectionFailed("no connection")
        if outage.how == "silent":
            await asyncio.sleep(3_600)
        await asyncio.sleep(0.1)
        raise Unavailable("503", status=503)


def _usage(call: ProviderCall, tokens: int) -> Usage:
    return Usage(input_tokens=estimate_request_tokens(call.request), output_tokens=tokens)
