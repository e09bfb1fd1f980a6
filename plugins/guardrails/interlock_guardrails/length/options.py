"""What the configuration says of lengths."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from interlock import ConfigError

__all__ = ["UNITS", "Bounds", "LengthOptions"]

UNITS = ("characters", "words", "sentences", "tokens")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """From how much to how much of each unit; left out, as little or as much as there is.

    Raises:
        ConfigError: a bound below 0, a least above the most, or none at all.

    Attributes:
        min_characters: characters, at least.
        max_characters: characters, at most.
        min_words: how many words, at least; in scripts without spaces, each character is one.
        max_words: how many words, at most.
        min_sentences: how many sentences, at least.
        max_sentences: how many sentences, at most.
        min_tokens: tokens by estimate, at least.
        max_tokens: tokens by estimate, at most.
    """

    min_characters: int | None = None
    max_characters: int | None = None
    min_words: int | None = None
    max_words: int | None = None
    min_sentences: int | None = None
    max_sentences: int | None = None
    min_tokens: int | None = None
    max_tokens: int | None = None

    def __post_init__(self) -> None:
        for unit in UNITS:
            least, most = getattr(self, f"min_{unit}"), getattr(self, f"max_{unit}")
            for name, bound in ((f"min_{unit}", least), (f"max_{unit}", most)):
                if bound is not None and bound < 0:
                    raise ConfigError(f"{bound} is below 0.", key=name)
            if least is not None and most is not None and least > most:
                raise ConfigError(f"{least} is above max_{unit}, {most}: nothing fits.", key=f"min_{unit}")
        if not (self.least or self.most):
            raise ConfigError("says no bound; say max_words, for instance.")

    @property
    def least(self) -> Mapping[str, int]:
        """Unit -> how much there must be."""
        return self._told("min")

    @property
    def most(self) -> Mapping[str, int]:
        """Unit -> how much there may be."""
        return self._told("max")

    def _told(self, end: str) -> dict[str, int]:
        bounds = {unit: getattr(self, f"{end}_{unit}") for unit in UNITS}
        return {unit: bound for unit, bound in bounds.items() if bound is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthOptions:
    """How long what is said may be, and what follows where it is not. Nothing is ever cut.

    Raises:
        ConfigError: neither a request nor an answer is bounded.

    Attributes:
        request: the bounds of what the user says.
        answer: the bounds of an answer's text; its reasoning does not count.
        counted: what of a request counts: the last message of the user, or all messages.
        action: block, or flag, which goes on and is recorded.
    """

    request: Bounds | None = None
    answer: Bounds | None = None
    counted: Literal["last", "all"] = "last"
    action: Literal["block", "flag"] = "block"

    def __post_init__(self) -> None:
        if self.request is None and self.answer is None:
            raise ConfigError("bounds nothing; say request: or answer:, such as answer: {max_words: 300}.")
