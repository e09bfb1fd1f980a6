"""Lists of models, in one form that clients of OpenAI and of Anthropic both read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from interlock import ModelCard
from interlock.types.embeddings import EMBEDDINGS

_OURS = "interlock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A name, what kind of thing it stands for, and the one card that answers to it, if there is one."""

    name: str
    kind: str
    card: ModelCard | None = None


def entry_of(listed: Listed, created: int) -> dict[str, Any]:
    """One model, made at `created` seconds since the epoch as far as anybody here knows."""
    card = listed.card
    entry: dict[str, Any] = {
        "id": listed.name,
        "object": "model",
        "created": created,
        "owned_by": _OURS if card is None else card.vendor,
        "type": "model",
        "display_name": listed.name if listed.kind == "model" else f"{listed.name} ({listed.kind})",
        "created_at": datetime.fromtimestamp(created, UTC).isoformat().replace("+00:00", "Z"),
        _OURS: {"kind": listed.kind},
    }
    if card is not None and EMBEDDINGS in card.capabilities:
        entry[_OURS]["capabilities"] = sorted(card.capabilities)
    if card is not None and card.context_window is not None:
        entry["max_input_tokens"] = entry["context_window"] = card.context_window
    return entry


def listing_of(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All of them; there is no second page."""
    return {
        "object": "list",
        "data": list(entries),
        "has_more": False,
        "first_id": entries[0]["id"] if entries else None,
        "last_id": entries[-1]["id"] if entries else None,
    }
