"""The changes that working on an effect makes, each a transaction. Whoever lost the epoch changes nothing."""

from sqlalchemy import Connection

from interlock import ToolOutcome
from interlock.tools import Classified
from interlock_agents.budgets.accounts import release, settle
from interlock_agents.errors import LedgerBusy
from interlock_agents.ledger.changing import change, note, there
from interlock_agents.ledger.effects import Effect


class Stale(Exception):
    """The service may not remember the key any more."""


def settled(connection: Connection, effect: Effect, outcome: ToolOutcome, *, at: float, why: str) -> Effect:
    """The effect with its outcome; where somebody else has taken it over, as it is, with this noted.

    Raises LedgerBusy when they have, and do not know yet.
    """
    done = outcome.outcome == "done"
    known = change(
        connection,
        effect,
        at=at,
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
        return _late(connection, effect, at=at, why=why)
    if effect.cost is not None:
        (settle if done else release)(connection, holder=effect.id)
    return known


def sent_again(
    connection: Connection,
    effect: Effect,
    tool: Classified,
    *,
    at: float,
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
        age = at - (at if effect.first_sent is None else effect.first_sent)
        # The sending may take all of the lease. A clock that was set back says nothing of the key.
        if not 0 <= age < tool.repeat.retention - lease:
            raise Stale
    return _mine(
        effect,
        change(
            connection,
            effect,
            at=at,
            why=why,
            tries=effect.tries + 1,
            epoch=effect.epoch + 1,
            lease=at + lease,
            doubtful=doubtful,
            tool_digest=tool_digest,
            repeat=tool.repeat,
            settles_within=tool.settles_within,
        ),
    )


def put_back(connection: Connection, effect: Effect, *, at: float, why: str) -> Effect:
    """Nothing has left: it is an intent again, or, where an earlier sending may have happened, let go of."""
    if effect.doubtful:
        return let_go(connection, effect, at=at, why=why)
    back = change(
        connection,
        effect,
        at=at,
        why=why,
        state="intent",
        tries=effect.tries - 1,
        lease=at,
        first_sent=None if effect.tries == 1 else effect.first_sent,
    )
    if effect.cost is not None:
        release(connection, holder=effect.id)
    return _mine(effect, back)


def let_go(connection: Connection, effect: Effect, *, at: float, why: str) -> Effect:
    """It stays sent, and anybody may take it over. Raises LedgerBusy when somebody has."""
    return _mine(effect, change(connection, effect, at=at, why=why, lease=at))


def keep(connection: Connection, effect: Effect, *, at: float, lease: float) -> Effect:
    """It is worked on for longer. Raises LedgerBusy when somebody has taken it over."""
    return _mine(effect, change(connection, effect, at=at, why="it is being looked for", lease=at + lease))


def to_person(connection: Connection, effect: Effect, *, at: float, why: str, settles: float) -> Effect:
    """A person has to look; until when it may still happen is written beside it. Raises LedgerBusy."""
    asked = change(connection, effect, at=at, why=why, state="unknown", lease=at, until=at + settles)
    return _mine(effect, asked)


def _mine(effect: Effect, changed: Effect | None) -> Effect:
    if changed is None:
        raise LedgerBusy(f"somebody else has taken {effect.id} over", place=effect.id, seconds=0.0)
    return changed


def _late(connection: Connection, effect: Effect, *, at: float, why: str) -> Effect:
    known = there(connection, effect.id)
    note(connection, known, at=at, why=f"too late, from whoever held epoch {effect.epoch}: {why}")
    return known
