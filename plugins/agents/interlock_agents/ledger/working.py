"""Working on one effect: sending it, and finding out what has come of it, without ever guessing."""

import asyncio
from typing import Any

from sqlalchemy import Connection

from interlock import LogUnavailable, ToolOutcome
from interlock.logs import redacting_logger
from interlock_agents.ledger import books, telling
from interlock_agents.ledger.effects import Effect
from interlock_agents.ledger.hands import Hands
from interlock_agents.ledger.leaving import Held, Known, leave
from interlock_agents.ledger.means import Means
from interlock_agents.ledger.reaching import NOT_RUN, Reach
from interlock_agents.ledger.taking import Turn
from interlock_agents.ledger.verdicts import Step, following, horizon, meaning

_log = redacting_logger("interlock.agents")


class TooLate(Exception):
    """The lease was nearly over before anything was sent: the effect is as it was before."""


class Work:
    """One effect, held by one owner until it is settled, put before a person, or let go of."""

    def __init__(self, means: Means, effect: Effect, hands: Hands, *, began: float) -> None:
        """`began` is in seconds, on the ledger's clock, before the lease was taken."""
        self._means = means
        self._hands = hands
        self._reach = Reach(means, hands)
        self._began = began
        self._since = means.clock()  # nothing that is under way was sent later
        self._told = False
        self._begun = False  # whether it may have left since it was written down last
        self._known: Known | None = None
        self._effect = effect

    async def done(self, turn: Turn) -> Effect:
        """The effect, as far as it gets. Cancelled, it is nobody's any more: what is known is written down.

        Raises:
            TooLate: its time was over, and it is as it was before, as in the next two.
            LogUnavailable: the log may not have what is to be sent.
            InterlockError: what a tool's hands raise when nothing was run.
            LedgerBusy: somebody else has taken it over.
        """
        self._begun = turn == "doubt"
        try:
            return await self._done(turn)
        except asyncio.CancelledError:
            await leave(self._means, lambda: Held(self._effect, self._begun), known=self._known)
            raise

    async def _done(self, turn: Turn) -> Effect:
        sends, fresh, pause = 0, True, self._means.pause
        refusal: ToolOutcome | None = None
        while True:
            if turn == "send":
                sends += 1
                outcome = await self._send()
                means = meaning(self._effect, outcome)
                if means in ("confirmed", "failed"):
                    return await self._settle(outcome, why=_said(outcome))
                refusal = outcome if means == "refused" else None
                pause = outcome.retry_after or pause
            step = self._step(fresh=fresh, refused=refusal is not None)
            if step == "ask":
                return await self._ask(refusal)
            if step == "read":
                found = await self._reach.look(self._effect, since=self._since, keep=self._keep)
                if found is not None and found.outcome == "unknown":
                    return await self._let_go("whether it has happened cannot be seen")
                if found is not None:
                    return await self._settle(found, why=f"looked for, and {_said(found)}")
                if refusal is not None:
                    return await self._settle(refusal, why=f"it is not there, and {_said(refusal)}")
            if sends >= self._means.attempts:
                return await self._let_go(f"sent {sends} times in a row, and nobody knows what came of it")
            if sends:
                await self._means.sleep(min(pause, self._means.lease / 2))
                pause *= 2
            fresh = await self._again(absent=step == "read")
            turn = "send" if fresh else "doubt"

    def _step(self, *, fresh: bool, refused: bool) -> Step:
        hands = self._hands
        return following(
            hands.classified,
            same=hands.digest == self._effect.tool_digest,
            can_find=hands.can_find,
            fresh=fresh,
            refused=refused,
        )

    async def _send(self) -> ToolOutcome:
        means, effect = self._means, self._effect
        try:
            entries = [telling.sent(effect)] if self._told else telling.begun(effect)
            await means.tell(entries)
            self._told = self._begun = True
            outcome = await self._reach.send(effect, due=self._began + means.lease - means.margin)
        except (*NOT_RUN, LogUnavailable) as error:
            await self._put_back(f"nothing was run: {type(error).__name__}")
            raise
        if outcome is None:
            await self._put_back("nothing was run: its lease was nearly over")
            raise TooLate
        self._since = means.clock()
        means.at("parsed")
        return outcome

    async def _settle(self, outcome: ToolOutcome, *, why: str) -> Effect:
        effect = self._effect
        done = outcome.outcome == "done"
        entries = [telling.settled(effect, state="confirmed" if done else "failed", reason=outcome.reason)]
        self._known = Known(outcome=outcome, why=why, entries=entries)
        if done and effect.tries > 1:
            outcome = await self._reach.counted(effect, outcome)
        if outcome.seen > 1:
            why += f"; an incident: it is there {outcome.seen} times"
            _log.error("%s of %s is there %d times", effect.tool, effect.id, outcome.seen)
            entries.append(telling.incident(effect, seen=outcome.seen))
        self._known = Known(outcome=outcome, why=why, entries=entries)
        await self._means.tell_what_is_so(entries)
        self._known = Known(outcome=outcome, why=why)
        known = await self._write(books.settled, outcome=outcome, why=why)
        self._means.at("after_settle")
        return known

    async def _ask(self, refusal: ToolOutcome | None) -> Effect:
        why = "it may have happened, it must not be sent again, and nobody can look but a person"
        if refusal is not None:
            why = f"sent again it was refused, which says nothing of the first time: {_said(refusal)}"
        await self._means.tell_what_is_so([telling.settled(self._effect, state="unknown", reason=None)])
        settles = horizon(self._effect, self._hands.classified)
        return await self._write(books.to_person, why=why, settles=settles)

    async def _again(self, *, absent: bool) -> bool:
        """Write down that it is sent once more; False where the service may not remember the key."""
        hands, means = self._hands, self._means
        began = means.clock()
        keyed = hands.classified.repeat.way == "key" and not absent
        try:
            self._effect = await self._write(
                books.sent_again,
                tool=hands.classified,
                why="it has not happened, and is sent again" if absent else "it is sent again",
                lease=means.lease,
                tool_digest=hands.digest,
                doubtful=not absent,
                keyed=keyed,
            )
        except books.Stale:
            return False
        self._began, self._begun = began, False
        means.at("after_sent")
        return True

    async def _keep(self, seconds: float) -> None:
        self._effect = await self._write(books.keep, lease=seconds + self._means.lease)

    async def _let_go(self, why: str) -> Effect:
        return await self._write(books.let_go, why=why)

    async def _put_back(self, why: str) -> None:
        await self._write(books.put_back, why=why)

    async def _write(self, change: Any, **how: Any) -> Effect:
        means, effect = self._means, self._effect

        def write(connection: Connection) -> Effect:
            # Kept here: whoever is cancelled while this is done does not hear of it.
            self._effect = change(connection, effect, now=means.now(connection), **how)
            return self._effect

        return await means.store.run(write)


def _said(outcome: ToolOutcome) -> str:
    """In a few words, without what the service said."""
    if outcome.outcome == "done":
        return "it has happened"
    return "nobody knows" if outcome.outcome == "unknown" else f"it was refused ({outcome.reason})"
