"""Lines that attempts wait in: limits with rates, of whole providers, or of several processes together."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

from interlock.engine.attempting.budgeting import Tariff, used_tokens
from interlock.engine.attempting.recorder import AttemptScope
from interlock.engine.call import AttemptState, CallState
from interlock.engine.limiting import Limiting
from interlock.errors import InterlockError, Overloaded
from interlock.limits.line import Line
from interlock.types.limits import Rate
from interlock.types.models import Deployment
from interlock.types.records import AttemptRecord


class Holds(Protocol):
    """An attempt's slot."""

    def hold(self, leave: Callable[[], None]) -> None: ...


class Lines:
    """Has the attempts of one router wait in their lines."""

    def __init__(self, limiting: Limiting, deployments: Mapping[str, Deployment], timeout: float) -> None:
        """`timeout` bounds each wait, in seconds."""
        self._limiting = limiting
        self._deployments = deployments
        self._timeout = timeout

    async def join(self, slot: Holds, state: CallState, name: str, progress: AttemptState) -> None:
        """Have the slot hold a place in a deployment's line, where it has one.

        Raises:
            Overloaded: too many wait, or it took too long.
            StoreError: the limits are shared, and cannot be asked about.
            TotalTimeout: the call was due first.
        """
        limiting = self._limiting
        line = limiting.line(name) or limiting.line(f"provider:{self._deployments[name].provider}")
        if line is None:
            return
        loop_time = asyncio.get_running_loop().time
        began = loop_time()
        within = min(self._timeout, state.due - began)
        ticket = limiting.enter(line, self._tokens(line, state, name), within)
        if ticket is None:
            raise _crowded(line, name, 0.0, limiting)
        slot.hold(partial(limiting.leave, ticket))
        progress.ticket = ticket
        if ticket.future is None:
            return
        came_up = await limiting.wait(ticket, within)
        waited = loop_time() - began
        progress.waited += waited
        if not came_up:
            if loop_time() >= state.due:
                raise state.too_late()
            raise _crowded(line, name, waited, limiting)

    def _tokens(self, line: Line, state: CallState, name: str) -> int:
        """What an attempt may take."""
        if not line.counts_tokens:
            return 0
        settings = state.request.settings
        tokens, _ = Tariff.of(self._deployments[name]).estimate(state.decision.input_tokens, settings)
        return tokens


class LineObserver:
    """Tells lines what attempts took of what they might have taken."""

    def __init__(self, limiting: Limiting) -> None:
        self._limiting = limiting

    def began(self, scope: AttemptScope) -> None:
        """What it may take was counted when it left its line."""

    def ended(self, scope: AttemptScope, failure: InterlockError | None, record: AttemptRecord) -> None:
        ticket = scope.progress.ticket
        used = None if ticket is None else used_tokens(failure, record)
        if ticket is not None and used is not None:
            self._limiting.used(ticket, max(0, used))


def _crowded(line: Line, name: str, waited: float, limiting: Limiting) -> Overloaded:
    waiting = len(line.waiting)
    late = f" after {waited:.1f} s in the queue" if waited else ""
    among = ", of all processes together" if limiting.shared else ""
    return Overloaded(
        f"{name} has no room{late}: {_words(line)}{among}, {waiting} wait here (load.queue: {line.queue})",
        limit=line.places or 0,
        queue=waiting,
        retry_after=limiting.retry_after(line),
    )


def _words(line: Line) -> str:
    """Its limits, as the configuration has them."""
    said = []
    for limit in line.limits:
        whose = limit.name.partition("@")[0].replace(":", " ", 1)
        parts = [] if limit.places is None else [f"{limit.places} at once"]
        parts += [_rate(rate) for rate in limit.rates]
        said.append(f"{whose} may have {' and '.join(parts)}")
    return "; ".join(said)


def _rate(rate: Rate) -> str:
    counts = [
        f"{count:,} {unit}"
        for count, unit in ((rate.requests, "requests"), (rate.tokens, "tokens"))
        if count is not None
    ]
    return f"{' and '.join(counts)} in {rate.seconds:g} s"
