"""What an exchange does with the documents of limits.

A document is plain JSON:

    at     when it was last changed
    until  nobody may go before: processes that were there before are still to say how they stand
    held   "process line" -> [attempts under way, number of the exchange, until when it is believed]
    line   "process line" -> [until when it is believed, [[waits since, tokens], …]]: whom this limit stops
    used   seconds of a rate -> {number of a slice of time -> [requests, tokens]}

What was sent in a slice counts until its end lies a whole window back: never too little, and at most some
percent too much. A request waits at the first limit of its line that stops it, and at that one alone: there,
whoever waits for less long lets it go before. So nobody is passed for ever, and what stops one line at a
limit of its own does not stop the others.
"""

from math import floor
from typing import Any

from interlock.types.limits import (
    LimitedLine,
    LimitsCall,
    LimitsReply,
    LineReply,
    Rate,
    SharedLimit,
    Unused,
    Wanted,
)

KEPT = 60.0
"""Seconds for which a document is worth keeping, beyond the longest window of its rates, after a change."""

_SETTLING = 2.5  # seconds in which every process that goes on has said how it stands
_SILENCE = 5.0  # seconds without any exchange: nobody was able to say that it is there
_WAITS = 5.0  # seconds for which one that waits is believed to
_TURN = 0.02  # seconds between two questions at one limit, of however many that wait there
_LONGEST_TURN = 1.0
_SLICES = 60
_SLACK = 0.06  # of a window, and at most
_LONGEST_SLACK = 4.0  # seconds: for what is on its way for longer than what follows it

Document = dict[str, Any]


def exchange(documents: dict[str, Document], call: LimitsCall, now: float) -> LimitsReply:
    """Change the documents of the call's limits, by name, and say who may go. One that is not there is made.
    `now` is in seconds and never runs backwards.
    """
    known = frozenset(name for name, document in documents.items() if document)
    seats = [_Seat(documents, call, line, now, known) for line in call.lines]
    for seat in seats:
        seat.sit()
    replies = {seat.line.name: seat.grant() for seat in sorted(seats, key=_Seat.eagerness)}
    return LimitsReply(at=now, lines=replies)


class _Seat:
    """One process at one line."""

    def __init__(
        self,
        documents: dict[str, Document],
        call: LimitsCall,
        line: LimitedLine,
        now: float,
        known: frozenset[str],
    ) -> None:
        self._call = call
        self.line = line
        self._now = now
        self._me = f"{call.process} {line.name}"
        self._forgotten = line.known and not known.issuperset(limit.name for limit in line.limits)
        self._late = False
        self._limits = [(limit, documents.setdefault(limit.name, {})) for limit in line.limits]

    def eagerness(self) -> float:
        wanted = self.line.wanted
        return -wanted[0].age if wanted else 0.0

    def sit(self) -> None:
        """Write down how the process stands."""
        line, now = self.line, self._now
        for limit, document in self._limits:
            _open(document, now, settles=self._forgotten)
            _prune(document, limit, now)
        known = [document["held"].get(self._me) for _, document in self._limits]
        self._late = any(entry is not None and entry[1] >= self._call.number for entry in known)
        if self._late:
            return
        for limit, document in self._limits:
            document["held"][self._me] = [line.held, self._call.number, now + self._call.lease]
            document["line"].pop(self._me, None)
            for rate in limit.rates:
                for sent in line.sent:
                    at = now - sent.age
                    if _over(rate, _slice(rate, at)) > now:
                        _count(document, rate, at, sent.requests, sent.tokens)
                for unused in line.unused:
                    _uncount(document, rate, unused)

    def grant(self) -> LineReply:
        """Let those go that may, and have the others wait where they are stopped."""
        granted, wait = 0, 0.0
        for each in () if self._late else self.line.wanted:
            stopped = self._stopped(each)
            if stopped is not None:
                document, wait = stopped
                rest = [[self._now - other.age, other.tokens] for other in self.line.wanted[granted:]]
                document["line"][self._me] = [self._now + _WAITS, rest]
                break
            granted += 1
            for limit, document in self._limits:
                document["held"][self._me][0] += 1
                for rate in limit.rates:
                    _count(document, rate, self._now, 1, each.tokens)
        processes = max((_processes(document) for _, document in self._limits), default=1)
        return LineReply(granted=granted, wait=wait, processes=max(1, processes), forgotten=self._forgotten)

    def _stopped(self, each: Wanted) -> tuple[Document, float] | None:
        """Where one has to wait, and for how long at least."""
        since = self._now - each.age
        for limit, document in self._limits:
            before = [
                tokens
                for other, (_, waiting) in document["line"].items()
                if other != self._me
                for began, tokens in waiting
                if began < since
            ]
            wait = _wait(document, limit, each.tokens, before, self._now)
            if wait is not None:
                return document, wait
        return None


def _open(document: Document, now: float, *, settles: bool) -> None:
    if not document:
        document |= {"at": now, "until": 0.0, "held": {}, "line": {}, "used": {}}
    if settles:
        document["until"] = max(document["until"], now + _SETTLING)
    if now - document["at"] > _SILENCE:
        # Whoever is still there could not say so, and is believed until it can.
        for entry in document["held"].values():
            entry[2] = max(entry[2], now + _SETTLING)
    document["at"] = now


def _prune(document: Document, limit: SharedLimit, now: float) -> None:
    held, line = document["held"], document["line"]
    document["held"] = {who: entry for who, entry in held.items() if entry[2] > now}
    document["line"] = {who: entry for who, entry in line.items() if entry[0] > now}
    kept = {_name(rate): rate for rate in limit.rates}
    document["used"] = {
        name: {number: counts for number, counts in slices.items() if _over(kept[name], number) > now}
        for name, slices in document["used"].items()
        if name in kept
    }


def _wait(document: Document, limit: SharedLimit, tokens: int, before: list[int], now: float) -> float | None:
    """Seconds until it may be worth asking again; None for one that may go. `before` has what those take
    that have waited for longer.
    """
    if now < document["until"]:
        return float(document["until"] - now)
    if limit.places is not None:
        held = sum(entry[0] for entry in document["held"].values())
        if held + len(before) + 1 > limit.places:
            return min(_LONGEST_TURN, _TURN * (1 + len(document["line"])))
    waits = [_rate_wait(document, rate, [*before, tokens], now) for rate in limit.rates]
    return max((wait for wait in waits if wait is not None), default=None)


def _rate_wait(document: Document, rate: Rate, asked: list[int], now: float) -> float | None:
    slices = document["used"].get(_name(rate), {})
    requests = len(asked) + sum(counts[0] for counts in slices.values())
    whole = rate.tokens
    tokens = 0
    if whole is not None:
        tokens = sum(min(each, whole) for each in asked) + sum(counts[1] for counts in slices.values())
    if _fits(rate, requests, tokens):
        return None
    wait = _TURN
    for number in sorted(slices, key=int):
        wait = max(_TURN, _over(rate, number) - now)
        requests, tokens = requests - slices[number][0], tokens - slices[number][1]
        if _fits(rate, requests, tokens):
            break
    return wait


def _fits(rate: Rate, requests: int, tokens: int) -> bool:
    return (rate.requests is None or requests <= rate.requests) and (
        rate.tokens is None or tokens <= rate.tokens
    )


def _count(document: Document, rate: Rate, at: float, requests: int, tokens: int) -> None:
    slices = document["used"].setdefault(_name(rate), {})
    counts = slices.setdefault(_slice(rate, at), [0, 0])
    counts[0] += requests
    counts[1] += tokens


def _uncount(document: Document, rate: Rate, unused: Unused) -> None:
    counts = document["used"].get(_name(rate), {}).get(_slice(rate, unused.at))
    if counts is not None:
        counts[0] = max(0, counts[0] - unused.requests)
        counts[1] = max(0, counts[1] - unused.tokens)


def _name(rate: Rate) -> str:
    return f"{rate.seconds:g}"


def _slice(rate: Rate, at: float) -> str:
    return str(floor(at * _SLICES / rate.seconds))


def _over(rate: Rate, number: str) -> float:
    """When what was sent in a slice counts no more."""
    end = (int(number) + 1) * rate.seconds / _SLICES
    return end + rate.seconds + min(_LONGEST_SLACK, _SLACK * rate.seconds)


def _processes(document: Document) -> int:
    return len({who.partition(" ")[0] for who in document["held"]})
