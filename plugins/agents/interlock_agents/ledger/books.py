"""The changes that working on an effect makes, each a transaction. Whoever lost the epoch changes nothing."""

from sqlalchemy import Connection

from interlock import ToolOutcome
from interlock.tools import Classified
from interlock_agents.budgets.accounts import release, settle
from interlock_agents.errors import LedgerBusy
from interlock_agents.ledger.changing import change, note, there
from interlock_agents.ledger.effects import Effect
from interlock_agents.ledger.leases import Now


class Stale(Exception):
    """The service may not remember the key any more."""


def settled(connection: Connection, effect: Effect, outcome: ToolOutcome, *, now: Now, why: str) -> Effect:
    """The effect with its outcome; where somebody else has taken it over, as it is, with this noted.

    Raises LedgerBusy when they have, and do not know yet.
    """
    done = outcome.outcome == "done"
    known = change(
        connection,
        effect,
        at=now.at,
        why=why,
        state="confirmed" if done else "failed",
        reason=None if done else outcome.reason,
        retry_after=outcome.retry_after,
        content=outcome.content,
        receipt=outcome.receipt,
        seen=outcome.seen,
        cost=effect.cost if done else None,
    )
    if known is None:
        return _late(connection, effect, now=now, why=why)
    if effect.cost is not None:
        (settle if done else release)(connection, holder=effect.id)
    return known


def sent_again(
    connection: Connection,
    effect: Effect,
    tool: Classified,
    *,
    now: Now,
    why: str,
    lease: float,
    tool_digest: str,
    doubtful: bool,
    keyed: bool,
) -> Effect:
    """The effect, about to be sent once more. `keyed` says that the service has to know the key still.

    Raises LedgerBusy, and Stale.
    """
    if keyed and tool.repeat.retention is not None:
        age = now.at - (now.at if effect.first_sent is None else effect.first_sent)
        # The sending may take all of the lease. A clock that was set back says nothing of the key.
        if not 0 <= age < tool.repeat.retention - lease:
            raise Stale
    return _mine(
        effect,
        change(
            connection,
            effect,
            at=now.at,
            why=why,
            tries=effect.tries + 1,
            epoch=effect.epoch + 1,
            **now.lease(lease),
            doubtful=doubtful,
            tool_digest=tool_digest,
            repeat=tool.repeat,
            settles_within=tool.settles_within,
        ),
    )


def put_back(connection: Connection, effect: Effect, *, now: Now, why: str) -> Effect:
    """Nothing has left: it is an intent again, or, where an earlier sending may have happened, let go of."""
    if effect.doubtful:
        return let_go(connection, effect, now=now, why=why)
    back = change(
        connection,
        effect,
        at=now.at,
        why=why,
        state="intent",
        tries=effect.tries - 1,
        **now.lease(0),
        first_sent=None if effect.tries == 1 else effect.first_sent,
    )
    if effect.cost is not None:
        release(connection, holder=effect.id)
    return _mine(effect, back)


def let_go(connection: Connection, effect: Effect, *, now: Now, why: str) -> Effect:
    """It stays sent, and anybody may take it over. Raises LedgerBusy when somebody has."""
    return _mine(effect, change(connection, effect, at=now.at, why=why, **now.lease(0)))


def keep(connection: Connection, effect: Effect, *, now: Now, lease: float) -> Effect:
    """It is worked on for longer. Raises LedgerBusy when somebody has taken it over."""
    kept = change(connection, effect, at=now.at, why="it is being looked for", **now.lease(lease))
    return _mine(effect, kept)


def to_person(connection: Connection, effect: Effect, *, now: Now, why: str, settles: float) -> Effect:
    """A person has to look; until when it may still happen is written beside it. Raises LedgerBusy."""
    until = now.at + settles
    asked = change(connection, effect, at=now.at, why=why, state="unknown", until=until, **now.lease(0))
    return _mine(effect, asked)


def _mine(effect: Effect, changed: Effect | None) -> Effect:
    if changed is None:
        raise LedgerBusy(f"somebody else has taken {effect.id} over", place=effect.id, seconds=0.0)
    return changed


def _late(connection: Connection, effect: Effect, *, now: Now, why: str) -> Effect:
    known = there(connection, effect.id)
    note(connection, known, at=now.at, why=f"too late, from whoever held epoch {effect.epoch}: {why}")
    return known
