"""Names, ids and values as Salesforce has them. No argument leaves its place in a path."""

import re
from collections.abc import Mapping
from typing import Any

from interlock import RequestError
from interlock_tools import segment

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
_ID = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")

OBJECT: Mapping[str, Any] = {
    "type": "string",
    "pattern": "^[A-Za-z][A-Za-z0-9_]{0,79}$",
    "description": "its API name, such as Account or Invoice__c",
}
FIELD: Mapping[str, Any] = {**OBJECT, "description": "its API name, such as Name or Ref__c"}
PATH: Mapping[str, Any] = {
    "type": "string",
    "pattern": "^[A-Za-z][A-Za-z0-9_]{0,79}(\\.[A-Za-z][A-Za-z0-9_]{0,79}){0,5}$",
}
ID: Mapping[str, Any] = {
    "type": "string",
    "pattern": "^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$",
    "description": "a record's id, of 15 or 18 characters",
}
EXTERNAL: Mapping[str, Any] = {"type": "string", "minLength": 1, "maxLength": 255}
VALUE: Mapping[str, Any] = {"type": ["string", "number", "boolean", "null"]}
RELATED: Mapping[str, Any] = {
    "anyOf": [
        VALUE,
        {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "propertyNames": {"pattern": OBJECT["pattern"]},
            "additionalProperties": {"type": "string", "minLength": 1},
        },
    ]
}


def fields_of(value: Mapping[str, Any], described: str = "") -> Mapping[str, Any]:
    """The schema of fields that are written, each of such a value."""
    told = {"description": described} if described else {}
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 200,
        "propertyNames": {"pattern": OBJECT["pattern"]},
        "additionalProperties": value,
        **told,
    }


def schema(optional: Mapping[str, Any] | None = None, **required: Any) -> Mapping[str, Any]:
    """Of a tool: what it needs, and what may be left out."""
    properties = {**required, **(optional or {})}
    return {"type": "object", "properties": properties, "required": list(required)}


def is_name(text: str) -> bool:
    """Whether an object or a field may have that API name."""
    return _NAME.fullmatch(text) is not None


def named(text: str, *, key: str) -> str:
    """The name of an object or a field, or a path of such with dots between them, for a place where nothing
    is escaped.

    Raises:
        RequestError: it is none.
    """
    if not text or not all(map(is_name, text.split("."))):
        raise RequestError(f"{text!r} is no API name of Salesforce's", key=key)
    return text


def record_id(text: str, *, key: str) -> str:
    """The id of a record. Raises RequestError for what is none."""
    if not _ID.fullmatch(text):
        raise RequestError(f"{text!r} is no id of 15 or 18 characters", key=key)
    return text


def place(root: str, asked: Mapping[str, Any], *rest: str, key: str = "object") -> str:
    """The path of an object, and of what is below it.

    Raises:
        RequestError: a segment names nothing.
    """
    named(asked["object"], key=key)
    return "/".join((f"{root}/sobjects/{asked['object']}", *(segment(each, key=key) for each in rest)))


def written(fields: Mapping[str, Any], *, key: str = "fields", never: str | None = None) -> dict[str, Any]:
    """The fields of a record as they are sent.

    Raises:
        RequestError: one of them is the record's id, or `never`, or holds what is no character.
    """
    for name, value in fields.items():
        named(name, key=key)
        if name.casefold() in ("id", "attributes", (never or "id").casefold()):
            raise RequestError("is not yours to write", key=f"{key}.{name}")
        if isinstance(value, str):
            characters(value, key=f"{key}.{name}")
    return dict(fields)


def characters(text: str, *, key: str) -> str:
    """The text. Raises RequestError for half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise RequestError("holds half of a surrogate pair, which is no character", key=key) from None
    return text
