"""OpenRouter's reasoning blocks: kept whole, because the model's maker checks them when they come back."""

import json
from typing import Any

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_GROWING = ("text", "summary", "data", "signature")


class Details:
    """Gathers blocks that come in pieces; pieces of one index and type belong together."""

    __slots__ = ("_blocks", "_given")

    def __init__(self) -> None:
        self._blocks: list[dict[str, Any]] = []
        self._given = 0

    def add(self, details: Any) -> int:
        """How many characters that adds, roughly."""
        if not isinstance(details, list):
            return 0
        size = 0
        for detail in details:
            if isinstance(detail, dict):
                self._add(detail)
                size += len(str(detail))
        return size

    def _add(self, detail: dict[str, Any]) -> None:
        last = self._blocks[-1] if len(self._blocks) > self._given else None
        if last is None or any(last.get(key) != detail.get(key) for key in ("index", "type")):
            self._blocks.append(dict(detail))
            return
        for key, value in detail.items():
            if key in _GROWING and isinstance(value, str) and isinstance(last.get(key), str):
                last[key] += value
            elif value is not None:
                last[key] = value

    def take(self) -> tuple[str | None, bool]:
        """(the blocks since the last take as one opaque text, whether they hide their thought entirely)."""
        if len(self._blocks) == self._given:
            return None, False
        blocks = [block for block in self._blocks[self._given :] if _says_something(block)]
        self._given = len(self._blocks)
        if not blocks:
            return None, False
        hidden = all(block.get("type") == "reasoning.encrypted" for block in blocks)
        return "".join(_ENCODER.iterencode(blocks)), hidden


def _says_something(block: dict[str, Any]) -> bool:
    return any(block.get(key) for key in _GROWING)
