"""Values as OData writes them, in keys, filters and bodies. Whatever a text holds, it stays one value."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, get_args
from urllib.parse import quote

from interlock import RequestError

Kind = Literal["string", "date", "moment", "decimal", "integer", "boolean", "guid"]
"""What a field holds. `moment` is a point in time; `decimal` is an amount or a quantity, of any precision."""

KINDS: tuple[Kind, ...] = get_args(Kind)
V4 = 4
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}(/[A-Za-z_][A-Za-z0-9_]{0,127}){0,3}", re.ASCII)
_LONGEST = 1_000  # characters of a text in an address
_DIGITS = 40
_V2_FORMS: Mapping[Kind, str] = {
    "date": "datetime'{}T00:00:00'",
    "moment": "datetime'{}'",
    "guid": "guid'{}'",
    "decimal": "{}M",
}


def literal(value: Any, kind: Kind, version: int, *, key: str = "") -> str:
    """A value in a filter or a key of OData V2 or V4; what it holds cannot end it.

    Raises:
        RequestError: it is none of its kind. `key` is the argument that it came from.
    """
    if value is None:
        return "null"
    plain = _plain(value, kind, key)
    if kind == "string":
        return "'" + plain.replace("'", "''") + "'"
    if version >= V4:
        return plain
    return _V2_FORMS.get(kind, "{}").format(plain.removesuffix("Z"))


def written(value: Any, kind: Kind, version: int, *, key: str = "") -> Any:
    """A value in a body. Amounts are texts, which no reader rounds; V2 has its own form of time.

    Raises:
        RequestError: as above.
    """
    if value is None:
        return None
    plain = _plain(value, kind, key)
    if kind == "boolean":
        return plain == "true"
    if kind == "integer":
        return int(plain)
    if version < V4 and kind in ("date", "moment"):
        at = datetime.fromisoformat(plain.removesuffix("Z")).replace(tzinfo=UTC)
        return f"/Date({int(at.timestamp()) * 1000})/"
    return plain


def key_of(values: Mapping[str, tuple[Any, Kind]], version: int) -> str:
    """The key of one entity, escaped for a path: `('4500000101')`, or with names where there are several."""
    each = {name: literal(value, kind, version, key=name) for name, (value, kind) in values.items()}
    whole = ",".join(each.values() if len(each) == 1 else map("=".join, each.items()))
    return "(" + quote(whole, safe="'=,") + ")"


def field_name(text: str, *, key: str = "") -> str:
    """A field, or one of a related entity, as `to_Item/Material`.

    Raises:
        RequestError: it is no name, but something else that could stand there.
    """
    if not _FIELD.fullmatch(text):
        raise RequestError(f"{text[:80]!r} is no name of a field", key=key)
    return text


def same(there: Any, wanted: Any, kind: Kind) -> bool:
    """Whether a field that was read, in plain form, holds what was to be written."""
    try:
        mine = _plain(wanted, kind, "")
        if kind == "decimal":
            return Decimal(str(there)) == Decimal(mine)
        return _plain(there, kind, "") == mine
    except (RequestError, InvalidOperation):
        return False


def _plain(value: Any, kind: Kind, key: str) -> str:
    """The value in the form that V4 gives it, but for a text, which is as it is."""
    made = _MAKERS[kind](value)
    if made is None:
        raise RequestError(f"{str(value)[:80]!r} is no {_CALLED.get(kind, kind)}", key=key)
    return made


def _text(value: Any) -> str | None:
    if not isinstance(value, str) or len(value) > _LONGEST or any(each < " " for each in value):
        return None
    # Halves of characters have no form in UTF-8.
    return value if value.encode(errors="ignore").decode() == value else None


def _date(value: Any) -> str | None:
    try:
        return date.fromisoformat(value[:10]).isoformat() if _is_midnight(value) else None
    except (TypeError, ValueError):
        return None


def _is_midnight(value: str) -> bool:
    return len(value) == len("2026-11-30") or value[10:] in ("T00:00:00", "T00:00:00Z")


def _moment(value: Any) -> str | None:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _decimal(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = Decimal(str(value).strip()) if len(str(value)) <= _DIGITS else None
    except InvalidOperation:
        return None
    if number is None or not number.is_finite() or abs(number.adjusted()) > _DIGITS:
        return None
    return f"{number:f}"


def _integer(value: Any) -> str | None:
    whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
    return str(value) if whole else None


def _boolean(value: Any) -> str | None:
    return str(value).lower() if isinstance(value, bool) else None


def _guid(value: Any) -> str | None:
    return value.lower() if isinstance(value, str) and _GUID.fullmatch(value) else None


_CALLED = {"string": "text of one line", "date": "date, such as 2026-11-30", "moment": "time in ISO 8601"}
_MAKERS = {
    "string": _text,
    "date": _date,
    "moment": _moment,
    "decimal": _decimal,
    "integer": _integer,
    "boolean": _boolean,
    "guid": _guid,
}
