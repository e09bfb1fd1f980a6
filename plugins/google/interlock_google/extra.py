"""What a candidate says besides its parts: data for the answer's `extra`, whole or out of pieces."""

from typing import Any

from interlock.fold import confidence_of

_NAMES = {
    "finishMessage": "finish_message",
    "safetyRatings": "safety_ratings",
    "avgLogprobs": "avg_logprobs",
    "groundingMetadata": "grounding",
    "urlContextMetadata": "url_context",
}


class Extra:
    """Of what is said again the last counts; probabilities of tokens add up, `grown` times so far."""

    __slots__ = ("_probabilities", "_said", "grown")

    def __init__(self) -> None:
        self._said: dict[str, Any] = {}
        self._probabilities: dict[str, Any] = {}
        self.grown = 0

    def add(self, candidate: dict[str, Any]) -> None:
        for key, name in _NAMES.items():
            if candidate.get(key):
                self._said[name] = candidate[key]
        given = candidate.get("logprobsResult")
        self.grown += isinstance(given, dict)
        for key, value in given.items() if isinstance(given, dict) else ():
            known = self._probabilities.get(key)
            if isinstance(value, list) and isinstance(known, list):
                known.extend(value)
            elif value is not None:
                self._probabilities[key] = list(value) if isinstance(value, list) else value

    @property
    def confidence(self) -> float | None:
        """How likely the tokens were, by the tokens or else by the vendor's own mean."""
        tokens = self._probabilities.get("chosenCandidates")
        if isinstance(tokens, list) and tokens:
            return confidence_of(token.get("logProbability") for token in tokens if isinstance(token, dict))
        return confidence_of([self._said.get("avg_logprobs")])

    def take(self) -> dict[str, Any]:
        return {**self._said, **({"logprobs": self._probabilities} if self._probabilities else {})}
