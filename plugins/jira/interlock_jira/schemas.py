"""The arguments of tools."""

from collections.abc import Mapping
from typing import Any

ISSUE: Mapping[str, Any] = {
    "type": "string",
    "pattern": "^[A-Za-z][A-Za-z0-9_]{0,254}-[1-9][0-9]{0,9}$",
    "description": "its key, such as SHOP-7",
}
PROJECT: Mapping[str, Any] = {
    "type": "string",
    "pattern": "^[A-Za-z][A-Za-z0-9_]{0,254}$",
    "description": "its key, such as SHOP",
}
NAME: Mapping[str, Any] = {"type": "string", "pattern": "\\S", "maxLength": 255}
LINE: Mapping[str, Any] = {"type": "string", "pattern": "^[^\\r\\n]*\\S[^\\r\\n]*$", "maxLength": 255}
LABELS: Mapping[str, Any] = {
    "type": "array",
    "items": {"type": "string", "pattern": "^(?!interlock-)\\S+$", "maxLength": 255},
    "maxItems": 50,
    "description": "without spaces",
}
DATE: Mapping[str, Any] = {"type": "string", "pattern": "^[0-9]{4}-[01][0-9]-[0-3][0-9]$"}


def text(*, cloud: bool) -> Mapping[str, Any]:
    """A text of several lines."""
    markup = "Markdown" if cloud else "Jira's wiki markup"
    return {"type": "string", "minLength": 1, "description": f"{markup}, at most 32,767 characters"}


def person(*, cloud: bool) -> Mapping[str, Any]:
    """Somebody."""
    what = "an account id, as jira_find_users gives it" if cloud else "a user name"
    return {"type": "string", "pattern": "^[^\\s/]*$", "maxLength": 255, "description": what}


def schema(optional: Mapping[str, Any] | None = None, **required: Any) -> Mapping[str, Any]:
    """Of a tool: what is required, and what may be left out."""
    properties = {**required, **(optional or {})}
    return {"type": "object", "properties": properties, "required": list(required)}


def in_project(default: str, optional: Mapping[str, Any] | None = None, **required: Any) -> Mapping[str, Any]:
    """Of a tool for one project; its key may be left out where there is a default."""
    if not default:
        return schema(optional, project=PROJECT, **required)
    named = {**PROJECT, "description": f"its key; {default} where it is left out"}
    return schema({"project": named, **(optional or {})}, **required)
