"""The form of a judge's answers: nothing but what was asked for, and no label but those that were drawn."""

from collections.abc import Sequence
from typing import Any

REASON = {"type": "string"}


def better(labels: Sequence[str]) -> dict[str, Any]:
    """Which of the labels."""
    return _closed("verdict", {"reason": REASON, "better": {"type": "string", "enum": list(labels)}})


def grades(names: Sequence[str], most: int) -> dict[str, Any]:
    """A whole number from 0 to `most` for each name."""
    number = {"type": "integer", "minimum": 0, "maximum": most}
    return _closed("grades", {"reason": REASON, **dict.fromkeys(names, number)})


def attribution(labels: Sequence[str]) -> dict[str, Any]:
    """Whom an answer follows, and what the others say."""
    label = {"type": "string", "enum": list(labels)}
    dissent = _closed("dissent", {"label": label, "says": {"type": "string"}})
    return _closed(
        "attribution",
        {"follows": {"type": "array", "items": label}, "dissents": {"type": "array", "items": dissent}},
    )


def _closed(title: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": title,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


RIGHT = _closed("check", {"reason": REASON, "right": {"type": "boolean"}})
"""Whether an answer is right."""
