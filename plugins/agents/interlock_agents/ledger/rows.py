"""From an effect to its row, and back."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Any

from interlock import Audio, Citation, Document, Grant, Image, Repeat, Text
from interlock_agents.budgets import Amounts
from interlock_agents.ledger.effects import Effect, EffectEvent
from interlock_agents.places import Place

_KINDS: dict[str, Any] = {"text": Text, "image": Image, "document": Document, "audio": Audio}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def effect_in(row: Mapping[str, Any]) -> Effect:
    """The effect that a row of `agents_effects` tells of."""
    grant, cost, receipt = (_loaded(row[name]) for name in ("grant", "cost", "receipt"))
    return Effect(
        place=Place.of(row["id"]),
        tool=row["tool"],
        tool_digest=row["tool_digest"],
        call_id=row["call"],
        arguments=json.loads(row["arguments"]),
        arguments_digest=row["arguments_digest"],
        key=row["key"],
        repeat=Repeat(row["way"], retention=row["retention"]),
        settles_within=row["settles_within"],
        effect=row["effect"],
        state=row["state"],
        tries=row["tries"],
        doubtful=bool(row["doubtful"]),
        epoch=row["epoch"],
        owner=row["owner"],
        lease=row["lease"],
        lease_boot=row["lease_boot"],
        lease_elapsed=row["lease_elapsed"],
        lease_process=row["lease_process"],
        first_sent=row["first_sent"],
        until=row["until"],
        reason=row["reason"],
        retry_after=row["retry_after"],
        content=content_in(row["content"]),
        receipt=receipt,
        seen=row["seen"],
        cost=None if cost is None else Amounts(**cost),
        grant=None if grant is None else Grant(**grant),
        compensates=row["compensates"],
    )


def columns_of(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of an effect as the columns that tell of them."""
    columns: dict[str, Any] = {}
    for name, value in changes.items():
        if name == "repeat":
            columns |= {"way": value.way, "retention": value.retention}
        else:
            columns[name] = _COLUMNS.get(name, _same)(value)
    return columns


def row_of(effect: Effect) -> dict[str, Any]:
    """The row that tells of the effect."""
    place = effect.place
    return {
        "id": effect.id,
        "run": place.run,
        "node": place.node,
        "approach": place.approach,
        "tool": effect.tool,
        "tool_digest": effect.tool_digest,
        "call": effect.call_id,
        "arguments": json.dumps(effect.arguments),
        "arguments_digest": effect.arguments_digest,
        "key": effect.key,
        "way": effect.repeat.way,
        "retention": effect.repeat.retention,
        "settles_within": effect.settles_within,
        "effect": effect.effect,
        "state": effect.state,
        "tries": effect.tries,
        "doubtful": effect.doubtful,
        "epoch": effect.epoch,
        "owner": effect.owner,
        "lease": effect.lease,
        "lease_boot": effect.lease_boot,
        "lease_elapsed": effect.lease_elapsed,
        "lease_process": effect.lease_process,
        "first_sent": effect.first_sent,
        "until": effect.until,
        "reason": effect.reason,
        "retry_after": effect.retry_after,
        "content": content_of(effect.content),
        "receipt": _dumped(effect.receipt),
        "seen": effect.seen,
        "cost": _fields_of(effect.cost),
        "grant": _fields_of(effect.grant),
        "compensates": effect.compensates,
    }


def event_in(row: Mapping[str, Any]) -> EffectEvent:
    """The event that a row of `agents_effect_events` tells of."""
    return EffectEvent(**{each.name: row[each.name] for each in fields(EffectEvent)})


def content_of(content: Any) -> str:
    """What a tool gave, as JSON: text, or its parts."""
    return json.dumps(content if isinstance(content, str) else [_part_of(part) for part in content])


def content_in(text: str) -> Any:
    """What `content_of` was given."""
    found = json.loads(text)
    return found if isinstance(found, str) else tuple(_part_in(part) for part in found)


def _part_of(part: Any) -> dict[str, Any]:
    plain = {"kind": _NAMES[type(part)], **asdict(part)}
    if isinstance(plain.get("data"), bytes):
        plain["data"] = base64.b64encode(plain["data"]).decode()
    return plain


def _part_in(plain: dict[str, Any]) -> Any:
    kind = _KINDS[plain.pop("kind")]
    if isinstance(plain.get("data"), str):
        plain["data"] = base64.b64decode(plain["data"])
    if "citations" in plain:
        plain["citations"] = tuple(Citation(**each) for each in plain["citations"])
    return kind(**plain)


def _same(value: Any) -> Any:
    return value


def _fields_of(value: Amounts | Grant | None) -> str | None:
    # Both are flat: `asdict` would copy each value, which takes longer.
    return (
        None
        if value is None
        else json.dumps({each.name: getattr(value, each.name) for each in fields(value)})
    )


def _dumped(value: Any) -> str | None:
    return None if value is None else json.dumps(value)


def _loaded(text: str | None) -> Any:
    return None if text is None else json.loads(text)


_COLUMNS: dict[str, Callable[[Any], Any]] = {
    "content": content_of,
    "receipt": _dumped,
    "cost": _fields_of,
    "grant": _fields_of,
}
