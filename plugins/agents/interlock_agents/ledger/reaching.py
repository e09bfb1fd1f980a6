"""What leaves: one sending of an effect, inside its lease, and looking for what has come of it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from interlock import ApprovalNeeded, InterlockError, NoLongerAllowed, ToolOutcome, UnknownTool
from interlock.logs import redacting_logger
from interlock_agents.ledger.effects import Effect
from interlock_agents.ledger.hands import Hands, Sending
from interlock_agents.ledger.means import Means
from interlock_agents.ledger.verdicts import horizon

_log = redacting_logger("interlock.agents")
_LOOKS = 3  # how often what cannot be seen is looked for in a row
NOT_RUN = (ApprovalNeeded, UnknownTool, NoLongerAllowed)
"""What a tool's hands raise when nothing was run."""


class Reach:
    """One tool's hands, as the ledger uses them."""

    def __init__(self, means: Means, hands: Hands) -> None:
        self._means = means
        self._hands = hands

    async def send(self, effect: Effect, *, due: float) -> ToolOutcome | None:
        """What came of it; None where it is too late to begin. What is under way when it is `due` is given
        up. `due` is in seconds, on the ledger's clock.

        Raises:
            ApprovalNeeded: a person has to agree first. Nothing was run, as in the other two.
            UnknownTool: the tool is not there any more.
            NoLongerAllowed: constraints forbid it.
        """
        place = effect.place
        with self._means.grants.sending(effect.grant) as grant:
            self._means.at("before_socket")
            left = due - self._means.clock()
            if left <= 0:
                return None
            sending = Sending(
                call=effect.call, key=effect.key, deadline=due, grant=grant, run=place.run, step=place.step
            )
            return await self._guarded(lambda: self._hands.run(sending), left, effect)

    async def find(self, effect: Effect) -> ToolOutcome | None:
        """What can be seen of it now; `unknown` where that cannot be seen."""
        self._means.at("before_read")
        found = await self._guarded(
            lambda: self._hands.find(effect.call, key=effect.key), self._means.lease, effect
        )
        self._means.at("after_read")
        return found

    async def look(
        self, effect: Effect, *, since: float, keep: Callable[[float], Awaitable[None]]
    ) -> ToolOutcome | None:
        """What has come of a sending; None where it has not happened, and will not; `unknown` where that
        cannot be seen. Absence counts only when it is read once the horizon is over.

        `since` is in seconds, on the ledger's clock: nothing is sent after it. `keep` is called with the
        seconds for which the lease has to last on.
        """
        means, pause, unseen = self._means, self._means.pause, 0
        due = since + horizon(effect, self._hands.classified)
        while True:
            began = means.clock()
            found = await self.find(effect)
            if found is None and began >= due:
                return None
            if found is None:
                await self._wait(due, keep)
            elif found.outcome != "unknown" or (unseen := unseen + 1) == _LOOKS:
                return found
            else:
                await means.sleep(pause)
                pause *= 2

    async def counted(self, effect: Effect, outcome: ToolOutcome) -> ToolOutcome:
        """The outcome of an effect that was sent more than once, with how often it is there."""
        if not self._hands.can_find:
            return outcome
        found = await self.find(effect)
        seen = 1 if found is None or found.outcome != "done" else found.seen
        return replace(outcome, seen=max(outcome.seen, seen))

    async def _wait(self, due: float, keep: Callable[[float], Awaitable[None]]) -> None:
        means = self._means
        if due - means.clock() > means.lease / 2:
            await keep(due - means.clock())
        while (left := due - means.clock()) > 0:
            await means.sleep(left)

    async def _guarded(
        self, act: Callable[[], Awaitable[ToolOutcome | None]], seconds: float, effect: Effect
    ) -> ToolOutcome | None:
        """What it gives; whatever else it raises leaves it unknown."""
        try:
            async with asyncio.timeout(seconds):
                return await act()
        except NOT_RUN:
            raise
        except TimeoutError:
            return ToolOutcome(outcome="unknown", content=f"{effect.tool} took longer than it may")
        except Exception as error:  # noqa: BLE001 - whatever it is, it may have happened
            _log.warning("%s raised %s", effect.tool, type(error).__name__)
            said = error.message if isinstance(error, InterlockError) else type(error).__name__
            return ToolOutcome(outcome="unknown", content=said)
