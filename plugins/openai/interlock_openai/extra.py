"""What an answer says that is no part of ours: data for the answer's `extra`, whole or out of pieces."""

import base64
import binascii
from typing import Any

from interlock.fold import confidence_of

_ANSWER = frozenset(
    {
        "service_tier",
        "system_fingerprint",
        "provider",
        "citations",
        "search_results",
        "web_search",
        "prompt_filter_results",
    }
)
_CHOICE = frozenset({"content_filter_results", "native_finish_reason", "stop_reason"})
_NEAR = 64  # items in the making at the same time
_MADE = ("images", "executed_tools")
_HEARD_AND_SEEN = (*_MADE, "audio")


class Extra:
    """Gathers what has no home. Of what is said again the last counts; lists and sounds grow, `grown` times
    so far.
    """

    __slots__ = ("_audio", "_made", "_probabilities", "_said", "_sound", "grown", "is_new")

    def __init__(self) -> None:
        self._said: dict[str, Any] = {}
        self._probabilities: dict[str, Any] = {}
        self._made: dict[str, list[Any]] = {}
        self._audio: dict[str, Any] = {}
        self._sound: list[str] = []
        self.is_new = False
        self.grown = 0

    def add(self, payload: dict[str, Any], choice: dict[str, Any] | None, message: Any) -> None:
        """An answer or a chunk of one; `message` is the choice's message or delta."""
        if not _ANSWER.isdisjoint(payload):
            self._keep(payload, _ANSWER)
        if choice is not None:
            if not _CHOICE.isdisjoint(choice):
                self._keep(choice, _CHOICE)
            if isinstance(given := choice.get("logprobs"), dict):
                self._grow(given)
        if isinstance(message, dict) and not message.keys().isdisjoint(_HEARD_AND_SEEN):
            for key in _MADE:
                if isinstance(items := message.get(key), list) and items:
                    self._gather(self._made.setdefault(key, []), items)
            if isinstance(audio := message.get("audio"), dict):
                self._hear(audio)

    @property
    def confidence(self) -> float | None:
        """How likely the tokens of the text were, so far."""
        if not self._probabilities:
            return None
        tokens = self._probabilities.get("content")
        if not isinstance(tokens, list):
            return None
        return confidence_of(token.get("logprob") for token in tokens if isinstance(token, dict))

    def take(self) -> dict[str, Any]:
        """Everything so far."""
        self.is_new = False
        found = {**self._said, **self._made}
        if self._probabilities:
            found["logprobs"] = self._probabilities
        if self._audio or self._sound:
            sound = {"data": _joined(self._sound)} if self._sound else {}
            found["audio"] = {**self._audio, **sound}
        return found

    def _keep(self, source: dict[str, Any], keys: frozenset[str]) -> None:
        for key, value in source.items():
            if key in keys and value and not (isinstance(value, str) and self._said.get(key) == value):
                self._said[key] = value
                self.is_new = True

    def _grow(self, given: dict[str, Any]) -> None:
        """Probabilities of the tokens that a chunk brings, one list for text and one for refusals."""
        for key, value in given.items():
            known = self._probabilities.get(key)
            if isinstance(value, list) and isinstance(known, list):
                known.extend(value)
            elif value is not None:
                self._probabilities[key] = list(value) if isinstance(value, list) else value
        self.is_new = True
        self.grown += 1

    def _gather(self, known: list[Any], items: list[Any]) -> None:
        """Items that carry an index come in several steps."""
        for item in items:
            index = item.get("index") if isinstance(item, dict) else None
            same = [one for one in known[-_NEAR:] if index is not None and isinstance(one, dict)]
            before = next((one for one in same if one.get("index") == index), None)
            if before is None:
                known.append(dict(item) if isinstance(item, dict) else item)
            else:
                before.update(item)
        self.is_new = True
        self.grown += 1

    def _hear(self, audio: dict[str, Any]) -> None:
        for key, value in audio.items():
            if key == "data" and isinstance(value, str):
                self._sound.append(value)
            elif key == "transcript" and isinstance(value, str):
                self._audio[key] = self._audio.get(key, "") + value
            elif value is not None and key not in ("data", "transcript"):
                self._audio[key] = value
        self.is_new = True
        self.grown += 1


def _joined(pieces: list[str]) -> str:
    """Base64 whose pieces are padded each for itself."""
    if len(pieces) == 1:
        return pieces[0]
    try:
        whole = b"".join(base64.b64decode(piece, validate=True) for piece in pieces)
    except (binascii.Error, ValueError):
        return "".join(pieces)
    return base64.b64encode(whole).decode("ascii")
