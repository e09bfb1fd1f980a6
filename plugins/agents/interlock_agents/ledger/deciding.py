"""What a person decides of an effect of which nobody knows whether it has happened."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_args

from sqlalchemy import Connection

from interlock import RequestError
from interlock_agents.budgets.accounts import release, settle
from interlock_agents.errors import LedgerBusy
from interlock_agents.ledger.changing import change, found
from interlock_agents.ledger.effects import Effect
from interlock_agents.ledger.leases import Now
from interlock_agents.ledger.transitions import LEADS_TO, Decided, allowed


def decided(
    connection: Connection,
    id_: str,
    decision: Decided,
    *,
    now: Now,
    by: str,
    evidence: str,
    receipt: Mapping[str, Any] | None = None,
) -> Effect:
    """The effect as the person leaves it. Raises as `Ledger.decide` does."""
    effect = decidable(connection, id_, decision, now=now)
    state = LEADS_TO[decision]
    if effect.state == "sent":
        effect = _given_up(connection, effect, now=now)
    known = change(
        connection,
        effect,
        at=now.at,
        why=f"{decision}: {evidence}",
        by=by,
        mover="person",
        state=state,
        epoch=effect.epoch + 1,
        **now.lease(0),
        doubtful=False,
        until=None,
        first_sent=None if decision == "retry" else effect.first_sent,
        receipt=receipt if receipt is not None else effect.receipt,
        reason="refused" if state == "failed" else effect.reason,
        content=f"a person has looked: {decision}" if state != "intent" else effect.content,
        cost=None if state == "failed" else effect.cost,
    )
    if known is None:
        raise LedgerBusy(f"somebody works on {id_}", place=id_, seconds=0.0)
    if effect.cost is not None and state != "intent":
        # What nobody knows of may have cost what was held for it.
        (release if state == "failed" else settle)(connection, holder=id_)
    return known


def check(decision: str, *, by: str, evidence: str) -> None:
    """Raises RequestError for a decision that is none, or that nobody or nothing stands behind."""
    if decision not in (known := get_args(Decided)):
        raise RequestError(f"{decision!r} is none of {', '.join(known)}", key="decision")
    for name, value in (("by", by), ("evidence", evidence)):
        if not isinstance(value, str) or not value.strip():
            raise RequestError("nobody is named" if name == "by" else "say what you looked at", key=name)


def decidable(connection: Connection, id_: str, decision: Decided, *, now: Now) -> Effect:
    """The effect as it is, when that may be decided of it. Raises as `Ledger.decide` does."""
    effect = found(connection, id_)
    if effect is None:
        raise RequestError(f"there is no effect {id_!r}", key="effect")
    if (seconds := now.left(effect)) > 0:
        raise LedgerBusy(f"somebody works on {id_}", place=id_, seconds=seconds)
    state = LEADS_TO[decision]
    # What was sent and nobody works on is a person's to look for, as what was put before them is.
    was = "unknown" if effect.state == "sent" else effect.state
    if not allowed(was, state, "person"):
        raise RequestError(f"{id_} is {effect.state}, and cannot become {state}", key="decision")
    until = _until(effect)
    if state in ("failed", "intent") and now.at < until:
        shown = datetime.fromtimestamp(until, UTC).isoformat(timespec="seconds")
        raise RequestError(f"{id_} may still happen until {shown}; look again after that", key="decision")
    return effect


def _until(effect: Effect) -> float:
    """Until when it may still happen, in seconds since the epoch."""
    if effect.state == "sent":
        return effect.lease + effect.settles_within
    return 0.0 if effect.until is None else effect.until


def _given_up(connection: Connection, effect: Effect, *, now: Now) -> Effect:
    """One that nobody works on any more: a person looks in a machine's place."""
    why = "a person looks for it, in place of whoever let go of it"
    until, epoch = _until(effect), effect.epoch + 1
    given = change(connection, effect, at=now.at, why=why, state="unknown", epoch=epoch, until=until)
    if given is None:
        raise LedgerBusy(f"somebody works on {effect.id}", place=effect.id, seconds=0.0)
    return given
