"""One line of this process: who waits in it, who is through, and what has to be told of it."""

from collections import OrderedDict, deque
from collections.abc import Sequence
from concurrent.futures import Future
from math import inf

from interlock.errors import Overloaded
from interlock.types.limits import LimitedLine, LineReply, Rate, Sent, SharedLimit, Unused, Wanted

TOLD = 20
"""How many of those that wait are told at once, the oldest first; and how many may be let through before
event loops have come to them: what is let through long before it is sent arrives with what comes after it.
"""

USED = 60.0
"""Seconds for which a line is kept told after it was last used."""

_SLICES = 60  # of the longest window: what was sent in one is remembered together
_PROMPT = 0.1  # seconds after which one that was let through is on its way
_SURE = 1.0  # seconds: a longer wait is that for a rate, and known; for a place it is a guess


class Ticket:
    """One attempt at a line. `future` tells whoever waits that it may go, or that it came too late.

    Attributes:
        at: the store's time at which it was let go; None while it waits, or when this process did by itself.
        gone: the process's time.
        ready: it was let go, and its event loop has not come to it.
    """

    __slots__ = ("at", "due", "future", "gone", "left", "line", "ready", "since", "through", "tokens")

    def __init__(self, line: "Line", tokens: int, since: float, due: float) -> None:
        self.line = line
        self.tokens = tokens
        self.since = since
        self.due = due
        self.future: Future[bool] | None = None
        self.through = self.left = self.ready = False
        self.at: float | None = None
        self.gone = since

    def tell(self, *, through: bool) -> None:
        if self.future is not None and self.future.set_running_or_notify_cancel():
            self.future.set_result(through)


class Line:
    """Not thread-safe: whoever has it holds a lock. Times are of one clock that never runs backwards."""

    def __init__(self, name: str, limits: Sequence[SharedLimit], queue: int) -> None:
        self.name = name
        self.limits = tuple(limits)
        self.queue = queue
        self.counts_tokens = any(rate.tokens is not None for each in limits for rate in each.rates)
        self._longest = max((rate.seconds for each in limits for rate in each.rates), default=0.0)
        self.waiting: OrderedDict[Ticket, None] = OrderedDict()
        self.held = 0
        self._ready = 0
        self.processes = 1
        self.known = False
        self.again = -inf  # before then it is not worth asking
        self._shut = -inf  # before then nobody is let through
        self._stops = False  # somebody has asked, and has to wait
        self.used = self.told = -inf
        self.unsaid = False  # something was given back that others may have
        self._sent: deque[list[float]] = deque()  # [when, requests, tokens, whether it has been told]
        self._telling: list[list[float]] = []  # those of them that are being told
        self._unused: list[Unused] = []

    @property
    def described(self) -> str:
        """Its limits, in the words of the configuration."""
        said = []
        for limit in self.limits:
            whose = limit.name.partition("@")[0].replace(":", " ", 1)
            parts = [] if limit.places is None else [f"{limit.places} at once"]
            said.append(f"{whose} may have {' and '.join([*parts, *map(_rate, limit.rates)])}")
        return "; ".join(said)

    @property
    def places(self) -> int | None:
        """The least number of places of its limits."""
        return min((each.places for each in self.limits if each.places is not None), default=None)

    def crowded(self, name: str, waited: float, now: float, *, alone: bool) -> Overloaded:
        """Why there is no room for what `name` says, which has waited for so many seconds."""
        late = f" after {waited:.1f} s in the queue" if waited else ""
        among = "" if alone else ", of all processes together"
        waiting, wait = len(self.waiting), self.again - now
        return Overloaded(
            f"{name} has no room{late}: {self.described}{among}, {waiting} wait here "
            f"(load.queue: {self.queue})",
            limit=self.places or 0,
            queue=waiting,
            retry_after=wait if wait > 0 else None,
        )

    def enter(self, tokens: int, now: float, due: float) -> Ticket | None:
        """None when as many wait as may, or when it is known to come too late."""
        if self.waiting and (self._shut > due or (self._stops and len(self.waiting) >= self.queue)):
            return None
        self.used = now
        ticket = Ticket(self, tokens, now, due)
        self.waiting[ticket] = None
        return ticket

    def leave(self, ticket: Ticket) -> bool:
        """Whether a place is free now, or others stand further ahead."""
        if ticket.left:
            return False
        ticket.left = True
        if not ticket.through:
            was_first = next(iter(self.waiting), None) is ticket
            self.waiting.pop(ticket, None)
            return was_first
        if ticket.ready:
            ticket.ready = False
            self._ready -= 1
        self.held -= 1
        self.unsaid = self.unsaid or self.places is not None
        return self.places is not None

    def goes(self, ticket: Ticket, now: float) -> bool:
        """An event loop has come to one that was let through. Whether others can be asked for again."""
        if ticket.ready:
            ticket.ready = False
            self._ready -= 1
            late = now - ticket.gone
            if late > _PROMPT and ticket.at is not None and self._longest:
                # It counts from when it goes, or it would arrive together with what comes after it.
                self._unused.append(Unused(at=ticket.at, tokens=ticket.tokens, requests=1))
                self._remember(now, ticket.tokens, told=False)
                ticket.at += late
        return bool(self.waiting) and self._ready <= TOLD // 2

    def gives_back(self, ticket: Ticket, used: int) -> None:
        """An attempt has ended that took so many tokens."""
        if self.counts_tokens and ticket.at is not None and used != ticket.tokens:
            self._unused.append(Unused(at=ticket.at, tokens=ticket.tokens - used))

    def is_due(self, now: float, every: float) -> bool:
        """Whether there is something to tell: what is new, or that it is still as it was."""
        if self.unsaid or self._unused or (self.waiting and self.again <= now and self._ready < TOLD):
            return True
        return self.is_in_use(now) and now - self.told >= every

    def is_in_use(self, now: float) -> bool:
        return bool(self.held or self.waiting) or now - self.used <= max(USED, self._longest)

    def as_told(self, now: float, *, asks: bool = True) -> tuple[LimitedLine, list[Ticket]]:
        """How it stands, and those that are asked for: none, unless it `asks`."""
        asked = self._first() if asks else []
        self._telling = [each for each in self._sent if not each[3]]
        return LimitedLine(
            name=self.name,
            limits=self.limits,
            held=self.held,
            wanted=_wanted(asked, now),
            sent=tuple(_sent(each, now) for each in self._telling),
            unused=tuple(self._unused),
            known=self.known,
        ), asked

    def by_itself(
        self, now: float, limits: tuple[SharedLimit, ...], *, anew: bool, own: bool
    ) -> tuple[LimitedLine, list[Ticket]]:
        """How it stands towards this process's own count, which knows nothing yet when it begins `anew`.
        Where that is the only one there is, it is the process's `own`.
        """
        asked = self._first()
        if own:
            self._telling = [each for each in self._sent if not each[3]]
        return LimitedLine(
            name=self.name,
            limits=limits,
            held=self.held,
            wanted=_wanted(asked, now),
            sent=tuple(_sent(each, now) for each in self._sent if anew or (own and not each[3])),
            unused=tuple(self._unused) if own else (),
        ), asked

    def heard(
        self, line: LimitedLine, asked: Sequence[Ticket], reply: LineReply, *, at: float, now: float
    ) -> list[Ticket]:
        """What the store has said at its time `at`: those that wait no longer, through or in vain."""
        self._has_told(line)
        if reply.forgotten:
            for each in self._sent:
                each[3] = 0.0
        self.known, self.told, self.processes = True, now, max(1, reply.processes)
        self.unsaid = reply.forgotten or (self.unsaid and self.held != line.held)
        return self._let_through(asked, reply, now, at, told=True)

    def heard_itself(
        self, line: LimitedLine, asked: Sequence[Ticket], reply: LineReply, *, at: float | None, now: float
    ) -> list[Ticket]:
        """The same of this process's own count; without a time, what it lets through is yet to be told."""
        if at is not None:
            self._has_told(line)
            self.unsaid = False
        return self._let_through(asked, reply, now, at, told=at is not None)

    def _has_told(self, line: LimitedLine) -> None:
        del self._unused[: len(line.unused)]
        for each in self._telling:
            each[3] = 1.0
        self._telling = []

    def _first(self) -> list[Ticket]:
        return [ticket for ticket, _ in zip(self.waiting, range(TOLD - self._ready), strict=False)]

    def _let_through(
        self, asked: Sequence[Ticket], reply: LineReply, now: float, at: float | None, *, told: bool
    ) -> list[Ticket]:
        self.again = now + reply.wait
        self._shut = self.again if reply.wait > _SURE else -inf
        self._stops = reply.granted < len(asked)
        done = []
        for number, ticket in enumerate(asked):
            if number < reply.granted:
                self._remember(now, ticket.tokens, told=told)
                if ticket.left:  # it came too late for it; the next exchange says that nothing is held
                    self.unsaid = True
                    continue
                self.held += 1
                self.used = now
                ticket.through, ticket.at, ticket.gone = True, at, now
                if ticket.future is not None:
                    ticket.ready = True
                    self._ready += 1
            elif ticket.left or self._shut <= ticket.due:
                continue
            self.waiting.pop(ticket, None)
            done.append(ticket)
        while self._stops and len(self.waiting) > self.queue:
            done.append(self.waiting.popitem()[0])  # who came last
        return done

    def _remember(self, now: float, tokens: int, *, told: bool) -> None:
        if not self._longest:
            return
        while self._sent and self._sent[0][0] < now - 1.1 * self._longest:
            self._sent.popleft()
        last = self._sent[-1] if self._sent else None
        closed = self._telling and last is self._telling[-1]
        if last is not None and not closed and last[3] == told and now - last[0] < self._longest / _SLICES:
            last[1] += 1
            last[2] += tokens
            return
        self._sent.append([now, 1, tokens, float(told)])


def _wanted(tickets: Sequence[Ticket], now: float) -> tuple[Wanted, ...]:
    return tuple(Wanted(age=max(0.0, now - each.since), tokens=each.tokens) for each in tickets)


def _sent(each: Sequence[float], now: float) -> Sent:
    when, requests, tokens, _ = each
    return Sent(age=max(0.0, now - when), requests=int(requests), tokens=int(tokens))


def _rate(rate: Rate) -> str:
    counts = [
        f"{count:,} {unit}"
        for count, unit in ((rate.requests, "requests"), (rate.tokens, "tokens"))
        if count is not None
    ]
    return f"{' and '.join(counts)} in {rate.seconds:g} s"
