"""The mark that a post carries, in metadata that people do not see."""

from collections.abc import Mapping
from typing import Any

from interlock_tools import reference

MARK = "interlock_run"
"""The `event_type` of the metadata."""


def mark(key: str) -> Mapping[str, Any]:
    """The metadata of the post of a run."""
    return {"event_type": MARK, "event_payload": {"run": reference(key)}}


def run_of(message: Any) -> str | None:
    """The reference that a message carries; None where it carries none."""
    metadata = message.get("metadata") if isinstance(message, Mapping) else None
    if not isinstance(metadata, Mapping) or metadata.get("event_type") != MARK:
        return None
    payload = metadata.get("event_payload")
    run = payload.get("run") if isinstance(payload, Mapping) else None
    return run if isinstance(run, str) else None
