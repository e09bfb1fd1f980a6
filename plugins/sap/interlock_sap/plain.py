"""Answers of OData V2 and V4 in one form.

A list is `{"items": [...], "next": ..., "count": ...}`, one entity is `{"item": {...}}`. What describes the
envelope is left out; an entity's version stands in it as `etag`.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

_DATE = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{1,4})?\)/")
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MIDNIGHT = "T00:00:00Z"


def plain(told: Any) -> Any:
    """The plain form; errors, and whatever is no answer of OData, stay as they are."""
    if not isinstance(told, Mapping) or "error" in told or "responses" in told:
        return told
    if "d" in told:
        inner = told["d"]
        if isinstance(inner, Mapping) and isinstance(inner.get("results"), list):
            return _list(inner["results"], inner.get("__next"), inner.get("__count"))
        return _list(inner, None, None) if isinstance(inner, list) else {"item": _value(inner)}
    if isinstance(told.get("value"), list):
        return _list(told["value"], told.get("@odata.nextLink"), told.get("@odata.count"))
    return {"item": _value(told)}


def words(told: Mapping[str, Any]) -> str | None:
    """What an error says: its message, and those of its details that say something else."""
    error = told.get("error")
    if not isinstance(error, Mapping):
        return error if isinstance(error, str) else None
    said = [_message(error)]
    inner = error.get("innererror")
    details = error.get("details") or (inner.get("errordetails") if isinstance(inner, Mapping) else None)
    for each in details if isinstance(details, list) else ():
        if isinstance(each, Mapping) and (text := _message(each)) and text not in said:
            said.append(text)
    return "; ".join(each for each in said if each) or None


def _message(error: Mapping[str, Any]) -> str:
    message = error.get("message")
    text = message.get("value") if isinstance(message, Mapping) else message
    return text if isinstance(text, str) else ""


def _list(items: list[Any], rest: Any, count: Any) -> dict[str, Any]:
    return {"items": [_value(each) for each in items], "next": rest, "count": count}


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        if isinstance(value.get("results"), list):
            return [_value(each) for each in value["results"]]
        return _entity(value)
    if isinstance(value, list):
        return [_value(each) for each in value]
    return _time(value) if isinstance(value, str) and value.startswith("/Date(") else value


def _entity(value: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    metadata = value.get("__metadata")
    etag = value.get("@odata.etag") or (metadata.get("etag") if isinstance(metadata, Mapping) else None)
    if etag:
        kept["etag"] = etag
    for name, each in value.items():
        deferred = isinstance(each, Mapping) and "__deferred" in each
        if not (name.startswith("__") or "@" in name or deferred):
            kept[name] = _value(each)
    return kept


def _time(text: str) -> str:
    found = _DATE.fullmatch(text)
    if found is None:
        return text
    try:
        at = _BEGINNING + timedelta(milliseconds=int(found[1]))
    except OverflowError:
        return text
    return f"{at.replace(tzinfo=None).isoformat(timespec='seconds')}Z".removesuffix(_MIDNIGHT)
