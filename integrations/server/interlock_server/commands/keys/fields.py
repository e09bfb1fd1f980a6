"""What a verb is told of a key, as a file would have it."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, Final

from interlock import Constraints, RequestError
from interlock_server.principals import Limit

_LIMIT: Final = "month:usd=200 or minute:requests=60,tokens=100000"


def fields_of(
    *,
    name: str | None,
    models: Iterable[str],
    tasks: Iterable[str],
    constraints: Iterable[str],
    limits: Iterable[str],
    expires: str | None,
    metadata: Iterable[str],
    sees: bool,
    approves: bool,
) -> dict[str, Any]:
    """The fields that are not empty.

    Raises:
        RequestError: an option is not written as it must be.
    """
    found: dict[str, Any] = {
        "name": name,
        "models": list(models),
        "tasks": list(tasks),
        "constraints": _constraints(constraints),
        "limits": [_limit(each) for each in limits],
        "expires": expires,
        "sees": sees,
        "approves": approves,
        "metadata": dict(_pair(each, "--metadata") for each in metadata),
    }
    return {field: value for field, value in found.items() if value}


def _constraints(written: Iterable[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in written:
        key, equals, value = (part.strip() for part in each.partition("="))
        if not equals:  # a rule that is there or not, such as on_premise
            found[key] = True
        elif value in ("true", "false"):
            found[key] = value == "true"
        else:
            found.setdefault(key, []).extend(part.strip() for part in value.split(",") if part.strip())
    return found


def _limit(written: str) -> dict[str, Any]:
    per, colon, amounts = written.partition(":")
    if not colon:
        raise RequestError(f"expected such as {_LIMIT}, not {written!r}.", key="--limit")
    found: dict[str, Any] = {"per": per.strip()}
    for amount in amounts.split(","):
        name, value = _pair(amount, "--limit")
        try:
            found[name] = int(value) if name != "usd" else float(value)
        except ValueError:
            raise RequestError(f"expected a number of {name}, not {value!r}.", key="--limit") from None
    return found


def _pair(written: str, option: str) -> tuple[str, str]:
    name, equals, value = written.partition("=")
    if not equals:
        raise RequestError(f"expected NAME=VALUE, not {written!r}.", key=option)
    return name.strip(), value.strip()


def rules_in_words(constraints: Constraints) -> str:
    """What requests are held to, in a line."""
    asked = {each.name: getattr(constraints, each.name) for each in fields(Constraints)}
    return "; ".join(
        name if value is True else f"{name} {', '.join(sorted(value))}"
        for name, value in asked.items()
        if value
    )


def limits_in_words(limits: Iterable[Limit]) -> str:
    """What may be used in which time, in a line."""
    return "; ".join(f"{', '.join(_amounts(each))} a {each.per}" for each in limits)


def _amounts(limit: Limit) -> Iterable[str]:
    if limit.usd is not None:
        yield f"${limit.usd:,.2f}"
    if limit.tokens is not None:
        yield f"{limit.tokens:,} tokens"
    if limit.requests is not None:
        yield f"{limit.requests:,} requests"
