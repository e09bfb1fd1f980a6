"""Rows of effects, changed by whoever holds their epoch, each change with its event in one transaction."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from interlock import StoreError
from interlock_agents.ledger.effects import Effect, EffectEvent
from interlock_agents.ledger.rows import columns_of, effect_in, event_in, row_of
from interlock_agents.ledger.tables import effects, events
from interlock_agents.ledger.transitions import Mover, check
from interlock_sql.building import text

# Made once: an effect takes two transactions, and making statements would be a third of their time.
_FOUND = select(effects).where(effects.c.id == bindparam("its_id"))
_CHANGE = update(effects).where(
    effects.c.id == bindparam("its_id"),
    effects.c.state == bindparam("its_state"),
    effects.c.epoch == bindparam("its_epoch"),
)
_ADD = insert(effects)
_TELL = insert(events)


def found(connection: Connection, id_: str) -> Effect | None:
    """The effect of that id."""
    row = connection.execute(_FOUND, {"its_id": id_}).mappings().first()
    return None if row is None else effect_in(dict(row))


def there(connection: Connection, id_: str) -> Effect:
    """The same of one that was there before: none is ever removed."""
    effect = found(connection, id_)
    if effect is None:
        raise StoreError(f"the effect {id_} was removed by somebody else")
    return effect


def selected(connection: Connection, *where: Any) -> tuple[Effect, ...]:
    """Effects, in the order of their ids."""
    rows = connection.execute(select(effects).where(*where).order_by(effects.c.id)).mappings()
    return tuple(effect_in(dict(row)) for row in rows)


def history(connection: Connection, id_: str) -> tuple[EffectEvent, ...]:
    """What has happened to an effect, oldest first."""
    wanted = select(events).where(events.c.effect == id_).order_by(events.c.number)
    return tuple(event_in(dict(row)) for row in connection.execute(wanted).mappings())


def add(connection: Connection, effect: Effect, *, at: float) -> Effect:
    """Write a new effect down that is `sent` at once: its intent and its sending are one transaction."""
    check(None, "intent", "machine")
    check("intent", effect.state, "machine")
    connection.execute(_ADD, row_of(effect))
    intent = _event(effect, at=at, was=None, now="intent", why="it is to be done")
    sent = _event(effect, at=at, was="intent", now=effect.state, why="it is about to be sent")
    connection.execute(_TELL, [intent, sent])
    return effect


def change(
    connection: Connection,
    effect: Effect,
    /,
    *,
    at: float,
    why: str,
    by: str | None = None,
    mover: Mover = "machine",
    **changes: Any,
) -> Effect | None:
    """The effect as changed; None where it is not as it was any more, and nothing is changed."""
    changed = replace(effect, **changes)
    check(effect.state, changed.state, mover)
    same = {"its_id": effect.id, "its_state": effect.state, "its_epoch": effect.epoch}
    if connection.execute(_CHANGE, columns_of(changes) | same).rowcount != 1:
        return None
    event = _event(changed, at=at, was=effect.state, now=changed.state, why=why, by=by)
    connection.execute(_TELL, event)
    return changed


def note(connection: Connection, effect: Effect, *, at: float, why: str) -> None:
    """Write down something that has changed nothing."""
    connection.execute(_TELL, _event(effect, at=at, was=effect.state, now=effect.state, why=why))


def _event(
    effect: Effect, *, at: float, was: str | None, now: str, why: str, by: str | None = None
) -> dict[str, Any]:
    return {
        "effect": effect.id,
        "at": at,
        "epoch": effect.epoch,
        "was": was,
        "now": now,
        "why": text(why),
        "by": text(by),
    }
