"""What arguments look like."""

from collections.abc import Mapping
from typing import Any

CHANNEL: Mapping[str, Any] = {
    "type": "string",
    "pattern": "^[CDG][A-Z0-9]{2,33}$",
    "description": "the conversation's id, such as C012AB3CD; no name",
}
USER: Mapping[str, Any] = {
    "type": "string",
    "pattern": "^[UW][A-Z0-9]{2,33}$",
    "description": "the user's id, such as U012AB3CD",
}
MESSAGE: Mapping[str, Any] = {
    "type": "string",
    "pattern": "^[0-9]{8,12}\\.[0-9]{6}$",
    "description": "the message's ts, such as 1700000000.000100",
}
TEXT: Mapping[str, Any] = {
    "type": "string",
    "minLength": 1,
    "description": "Slack's mrkdwn: *bold*, _italic_, `code`; at most 40,000 characters",
}
EMOJI: Mapping[str, Any] = {
    "type": "string",
    "maxLength": 100,
    "pattern": "^[^\\s:<>&]+(::skin-tone-[2-6])?$",
    "description": "the emoji's name without colons, such as eyes",
}


def object_of(**properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema in which each of these is required."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def with_optional(schema: Mapping[str, Any], **properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same, and these besides."""
    return {**schema, "properties": {**schema["properties"], **properties}}
