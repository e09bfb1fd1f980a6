"""Rows of effects, changed by whoever holds their epoch, each change with its event in one transaction."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from interlock import StoreError
from interlock_agents.ledger.effects import Effect, EffectEvent
from interlock_agents.ledger.rows import columns_of, effect_in, event_in, row_of
from interlock_agents.ledger.tables import effects, events
from interlock_agents.ledger.transitions import Mover, check
from interlock_agents.prepared import Prepared
from interlock_sql.building import text

_FOUND = Prepared(select(effects).where(effects.c.id == bindparam("its_id")))
_CHANGE = Prepared(
    update(effects).where(
        effects.c.id == bindparam("its_id"),
        effects.c.state == bindparam("its_state"),
        effects.c.epoch == bindparam("its_epoch"),
    )
)
_ADD = Prepared(insert(effects))
_TELL = Prepared(insert(events).inline())
_TOLD = ("effect", "at", "epoch", "was", "now", "why", "by")
_TELL_TWO = Prepared(
    insert(events).values([{name: bindparam(f"{name}_{nth}") for name in _TOLD} for nth in (0, 1)]).inline()
)


def found(connection: Connection, id_: str) -> Effect | None:
    """The effect of that id."""
    rows = _FOUND.rows(connection, {"its_id": id_})
    return effect_in(rows[0]) if rows else None


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
    _ADD.execute(connection, row_of(effect))
    intent = _event(effect, at=at, was=None, now="intent", why="it is to be done")
    sent = _event(effect, at=at, was="intent", now=effect.state, why="it is about to be sent")
    both = {f"{name}_{nth}": value for nth, each in enumerate((intent, sent)) for name, value in each.items()}
    _TELL_TWO.execute(connection, both)
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
    if _CHANGE.execute(connection, columns_of(changes) | same) != 1:
        return None
    _TELL.execute(connection, _event(changed, at=at, was=effect.state, now=changed.state, why=why, by=by))
    return changed


def note(connection: Connection, effect: Effect, *, at: float, why: str) -> None:
    """Write down something that has changed nothing."""
    _TELL.execute(connection, _event(effect, at=at, was=effect.state, now=effect.state, why=why))


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
