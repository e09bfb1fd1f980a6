"""What is written of a key, wherever it is written, and the principal that it makes."""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from interlock import ConfigError, Constraints, RequestError
from interlock.logs import looks_secret
from interlock.types.names import nearest
from interlock.types.numbers import LARGEST_LIMIT
from interlock_server.principals import Limit, Principal

T = TypeVar("T")
RULES: Final = (
    "name",
    "models",
    "tasks",
    "constraints",
    "limits",
    "expires",
    "sees",
    "approves",
    "metadata",
)
"""The fields of a key beside its secret."""
WINDOWS: Final = ("minute", "hour", "day", "month")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LONGEST: Final = 200
_CONSTRAINTS: Final = tuple(each.name for each in fields(Constraints))
_LIMIT: Final = ("per", "usd", "tokens", "requests")


def check_id(id_: str) -> str:
    """The id of a key, as it may be.

    Raises:
        ConfigError: it cannot be one; what may be a secret is not repeated.
    """
    if looks_secret(id_):
        raise ConfigError("looks like a secret; a key's id is for people to read.", key="***")
    if _ID.fullmatch(id_) is None:
        what = "an id begins with a letter or a digit, and has at most 64 of those, dots, dashes and _."
        raise ConfigError(what, key=repr(id_)[1:-1][:64])
    return id_


def principal_of(id_: str, written: Mapping[str, Any]) -> Principal:
    """The principal that the fields in `RULES` describe; what is left out restricts nothing.

    Raises:
        ConfigError: whose key is the path within the entry, and which repeats no value that may be a secret.
    """
    check_id(id_)
    check_known(written, RULES)

    def take(field: str, read: Callable[[Any, str], T], default: T) -> T:
        return default if written.get(field) is None else read(written[field], field)

    return Principal(
        id=id_,
        name=take("name", _text, ""),
        models=take("models", _some_names, None),
        tasks=take("tasks", _some_names, None),
        constraints=take("constraints", _constraints, Constraints()),
        limits=take("limits", _limits, ()),
        expires=take("expires", moment_of, None),
        sees=take("sees", _truth, False),
        approves=take("approves", _truth, False),
        metadata=take("metadata", _metadata, {}),
    )


def check_known(written: Mapping[str, Any], known: tuple[str, ...], within: str = "") -> None:
    """Raise ConfigError for a field that is none of them, which would restrict nothing."""
    for field in written:
        if field not in known:
            key = "***" if looks_secret(field) else field
            raise ConfigError(
                f"there is no such field; there are {', '.join(known)}.",
                key=f"{within}{key}",
                suggestion=nearest(field, known),
            )


def moment_of(value: Any, key: str) -> float:
    """Seconds since the epoch of a date or a time as ISO 8601 writes them; without a zone it is UTC.

    Raises:
        ConfigError: it is neither.
    """
    try:
        found = datetime.fromisoformat(_text(value, key))
        return found.replace(tzinfo=found.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError):
        what = "expected a date or a time, such as 2027-01-31 or 2027-01-31T18:00:00+01:00."
        raise ConfigError(what, key=key) from None


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str):
        hint = "; put it in quotes" if isinstance(value, int | float) else ""
        raise ConfigError(f"expected text, not {_kind(value)}{hint}.", key=key)
    if not value.strip() or len(value) > _LONGEST or not value.isprintable():
        raise ConfigError(f"expected 1 to {_LONGEST} printable characters.", key=key)
    return value.strip()


def names_of(value: Any, key: str) -> tuple[str, ...]:
    """Names: a list, or text with commas between them. Raises ConfigError."""
    if isinstance(value, str):
        value = [part for part in value.split(",") if part.strip()]
    if not isinstance(value, list | tuple):
        raise ConfigError(f"expected a list of names, not {_kind(value)}.", key=key)
    return tuple(_text(each, f"{key}.{index}") for index, each in enumerate(value))


def _some_names(value: Any, key: str) -> frozenset[str] | None:
    names = names_of(value, key)
    if not names:
        raise ConfigError("is empty, and would allow nothing; leave it out to allow everything.", key=key)
    return frozenset(names)


def _truth(value: Any, key: str) -> bool:
    if not isinstance(value, bool):
        raise ConfigError(f"expected true or false, not {_kind(value)}.", key=key)
    return value


def _constraints(value: Any, key: str) -> Constraints:
    given = _mapping(value, key)
    check_known(given, _CONSTRAINTS, f"{key}.")
    read: dict[str, Any] = {
        name: _truth(each, f"{key}.{name}") if name == "on_premise" else names_of(each, f"{key}.{name}")
        for name, each in given.items()
        if each is not None
    }
    for name, each in read.items():
        if each == ():
            raise ConfigError("is empty; leave it out to ask for nothing.", key=f"{key}.{name}")
    try:
        return Constraints(**read).coded()
    except RequestError as error:
        raise ConfigError(error.message, key=error.key or key, suggestion=error.suggestion) from None


def _limits(value: Any, key: str) -> tuple[Limit, ...]:
    written = [value] if isinstance(value, Mapping) else value
    if not isinstance(written, list | tuple):
        raise ConfigError(f"expected a list of limits, not {_kind(value)}.", key=key)
    found: list[Limit] = []
    for index, each in enumerate(written):
        at = f"{key}.{index}"
        limit = _limit(_mapping(each, at), at)
        if any(limit.per == other.per for other in found):
            raise ConfigError(f"is the second limit for each {limit.per}; write them as one.", key=at)
        found.append(limit)
    return tuple(found)


def _limit(given: Mapping[str, Any], key: str) -> Limit:
    check_known(given, _LIMIT, f"{key}.")
    per = given.get("per")
    if per not in WINDOWS:
        shown = f"{per!r:.20}" if isinstance(per, str) and not looks_secret(per) else _kind(per)
        what = f"expected one of {', '.join(WINDOWS)}, not {shown}."
        near = nearest(per, WINDOWS) if isinstance(per, str) else None
        raise ConfigError(what, key=f"{key}.per", suggestion=near)
    usd = given.get("usd")
    if usd is not None and (
        isinstance(usd, bool) or not isinstance(usd, int | float) or not 0 <= usd <= LARGEST_LIMIT
    ):
        raise ConfigError(f"expected US dollars, from 0 to {LARGEST_LIMIT:g}.", key=f"{key}.usd")
    counts: dict[str, int | None] = {}
    for name in ("tokens", "requests"):
        count = counts[name] = given.get(name)
        if count is not None and (type(count) is not int or not 0 < count <= LARGEST_LIMIT):
            raise ConfigError(f"expected a whole number, from 1 to {LARGEST_LIMIT:g}.", key=f"{key}.{name}")
    if usd is None and not any(counts.values()):
        raise ConfigError("limits nothing; it needs usd, tokens or requests.", key=key)
    return Limit(per=per, usd=None if usd is None else float(usd), **counts)


def _metadata(value: Any, key: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, each in _mapping(value, key).items():
        if name.startswith("server."):
            raise ConfigError("names that begin with `server.` are the server's own.", key=f"{key}.{name}")
        found[name] = _text(each, f"{key}.{name}")
    return found


def _mapping(value: Any, key: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ConfigError(f"expected keys and values, not {_kind(value)}.", key=key)
    return value


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    kinds = {str: "text", int: "a number", float: "a number", list: "a list", dict: "a mapping"}
    return kinds.get(type(value), type(value).__name__)
