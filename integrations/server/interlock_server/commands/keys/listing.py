"""`interlock keys list`: who may ask, and what they may."""

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from interlock import ConfigError
from interlock.commands import complain, note, tables, write_json
from interlock_server.commands.keys.fields import limits_in_words, rules_in_words
from interlock_server.commands.keys.place import Place, StoreOption, place_of
from interlock_server.principals import Principal

_COLUMNS = ("key", "state", "name", "models", "tasks", "rules", "limits", "ends", "also")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A key and how it stands: `valid`, `expired` or `revoked`. `made` is in seconds since the epoch."""

    principal: Principal
    state: str
    kept: str
    made: float | None = None


def list_keys(
    context: typer.Context,
    *,
    store: StoreOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the keys of the endpoint, those of INTERLOCK_KEYS too. Nobody is shown a secret."""
    from interlock_server.keys.written import VARIABLE, keys_of

    told = keys_of(os.environ.get(VARIABLE, ""))
    listed = [Listed(principal=key.principal, state="valid", kept=VARIABLE) for key in told]
    try:
        place = place_of(context, store)
    except ConfigError as error:
        if error.key != "server.keys" or not listed:
            raise
    else:
        listed += _in_file(place) if place.file is not None else _in_database(place)
    if as_json:
        write_json({"keys": [_plain(each) for each in listed]})
    elif listed:
        tables((_COLUMNS, [_row(each) for each in listed]))
    else:
        note("There is no key; `interlock keys create` makes one.")


def _in_file(place: Place) -> Iterable[Listed]:
    from interlock_server.keys.file import FileKeys

    file = place.file
    if file is None:
        return []
    return [
        Listed(principal=each, state=_state(each), kept=file.name)
        for each in FileKeys(file, environ=os.environ).ring
    ]


def _in_database(place: Place) -> Iterable[Listed]:
    found: list[Listed] = []
    for row in place.ask(lambda store: store.all()):
        try:
            principal = row.key().principal
        except ConfigError as error:
            complain(f"{row.id} lets nobody in: {error}")
            continue
        state = _state(principal) if row.revoked_at is None else "revoked"
        found.append(Listed(principal=principal, state=state, kept="database", made=row.made_at))
    return found


def _state(principal: Principal) -> str:
    return "valid" if principal.expires is None or principal.expires > time.time() else "expired"


def _row(each: Listed) -> tuple[str, ...]:
    one = each.principal
    rights = [word for word, has in (("sees", one.sees), ("approves", one.approves)) if has]
    return (
        one.id,
        each.state,
        one.name or "-",
        _names(one.models),
        _names(one.tasks),
        rules_in_words(one.constraints) or "-",
        limits_in_words(one.limits) or "-",
        _day(one.expires),
        ", ".join([*rights, *(f"{name}={value}" for name, value in one.metadata.items())]) or "-",
    )


def _names(names: frozenset[str] | None) -> str:
    return "all" if names is None else ", ".join(sorted(names))


def _day(moment: float | None) -> str:
    return "-" if moment is None else _iso(moment)[:10]


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()


def _plain(each: Listed) -> Mapping[str, Any]:
    one = each.principal
    asked = {rule.name: getattr(one.constraints, rule.name) for rule in fields(one.constraints)}
    return {
        "id": one.id,
        "state": each.state,
        "kept": each.kept,
        "made": None if each.made is None else _iso(each.made),
        "name": one.name,
        "models": None if one.models is None else sorted(one.models),
        "tasks": None if one.tasks is None else sorted(one.tasks),
        "constraints": {
            name: sorted(value) if isinstance(value, frozenset) else value
            for name, value in asked.items()
            if value
        },
        "limits": [{part.name: getattr(limit, part.name) for part in fields(limit)} for limit in one.limits],
        "expires": None if one.expires is None else _iso(one.expires),
        "sees": one.sees,
        "approves": one.approves,
        "metadata": dict(one.metadata),
    }
