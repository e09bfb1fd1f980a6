"""Lines that attempts wait in: limits with rates, of whole providers, or of several processes together."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial

from interlock.engine.attempting.budgeting import Tariff, used_tokens
from interlock.engine.attempting.recorder import AttemptScope
from interlock.engine.call import AttemptState, CallState
from interlock.engine.limiting import Limiting
from interlock.errors import InterlockError
from interlock.limits.line import Line
from interlock.types.models import Deployment
from interlock.types.records import AttemptRecord


class Lines:
    """Has the attempts of one router wait in their lines."""

    def __init__(self, limiting: Limiting, deployments: Mapping[str, Deployment], timeout: float) -> None:
        """`timeout` bounds each wait, in seconds."""
        self._limiting = limiting
        self._deployments = deployments
        self._timeout = timeout

    async def join(
        self, hold: Callable[[Callable[[], None]], None], state: CallState, name: str, progress: AttemptState
    ) -> None:
        """Wait in a deployment's line, where it has one; `hold` is given what leaves it again.

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
            raise limiting.crowded(line, name)
        hold(partial(limiting.leave, ticket))
        progress.ticket = ticket
        if ticket.future is None:
            return
        came_up = await limiting.wait(ticket, within)
        waited = loop_time() - began
        progress.waited += waited
        if not came_up:
            if loop_time() >= state.due:
                raise state.too_late()
            raise limiting.crowded(line, name, waited)

    def _tokens(self, line: Line, state: CallState, name: str) -> int:
        """What an attempt may take."""
        if not line.counts_tokens:
            return 0
        settings = state.request.settings
        tokens, _ = Tariff.of(self._deployments[name]).estimate(state.decision.input_tokens, settings)
        return tokens


@asynccontextmanager
async def held(limiting: Limiting, name: str, tokens: int, within: float) -> AsyncGenerator[None]:
    """Encloses what falls under a line though it is no attempt, if there is a line of this name.

    Raises:
        Overloaded: too many wait, or it took longer than `within` seconds.
        StoreError: the limits are shared, and cannot be asked about.
    """
    line = limiting.line(name)
    if line is None:
        yield
        return
    ticket = limiting.enter(line, tokens, within)
    try:
        if ticket is None or not await limiting.wait(ticket, within):
            raise limiting.crowded(line, name)
        yield
    finally:
        if ticket is not None:
            limiting.leave(ticket)


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
