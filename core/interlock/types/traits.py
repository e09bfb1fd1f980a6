"""What a model takes and wants, whoever serves it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, Literal, get_args

from interlock.types.names import nearest

Reasons = Literal["never", "asked", "unasked", "always"]
Speaks = Literal["chat", "responses"]
Formats = Literal["json_schema", "json_object", "words"]

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""Least first."""

SAMPLING = frozenset({"temperature", "top_p", "top_k", "presence_penalty", "frequency_penalty", "logprobs"})
"""What `sampling` stands for among refusals."""

REFUSABLE = frozenset(
    {*SAMPLING, "sampling", "seed", "stop", "parallel_tool_calls", "reasoning_tokens", "user"}
    | {"tools", "forced_tools", "json", "unstreamed"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """A model's traits. None means unknown: then it is as the vendor's row says.

    Attributes:
        reasons: `never`; only when `asked`; `unasked` as long as it is not told otherwise; or `always`.
        refuses: what it never takes: settings by their names, `sampling` for temperature, top_p, top_k, the
            penalties and logprobs together.
        refuses_while_reasoning: what it takes only while it does not reason; beside settings also `tools`,
            `forced_tools` (a tool_choice that is required or names a tool), `json` (a response format), and
            `unstreamed` (an answer in one piece).
        temperature: the lowest and the highest that it takes; others are moved to the nearer end.
        efforts: the reasoning efforts that it knows; another becomes the nearest of them.
        reasoning_owed: past turns with tool calls must carry a thought, even where there was none.
        endpoint: where it wants to be asked, of a vendor that has both: `chat` completions or `responses`.
        output: the strictest response format that it takes; `words` where it takes none.
    """

    reasons: Reasons | None = None
    refuses: frozenset[str] | None = None
    refuses_while_reasoning: frozenset[str] | None = None
    temperature: tuple[float, float] | None = None
    efforts: tuple[str, ...] | None = None
    reasoning_owed: bool | None = None
    endpoint: Speaks | None = None
    output: Formats | None = None

    def over(self, base: "Traits") -> "Traits":
        """These, and where they are unknown those of `base`."""
        if self == UNKNOWN:
            return base
        given = {name: value for name in _NAMES if (value := getattr(self, name)) is not None}
        return replace(base, **given)

    def takes(self, what: str, *, reasoning: bool) -> bool:
        """Whether the model takes a setting, or one of the other things that traits may refuse."""
        refused = self.refuses or _NOTHING
        if reasoning and self.refuses_while_reasoning:
            refused |= self.refuses_while_reasoning
        return what not in refused and not (what in SAMPLING and "sampling" in refused)

    def reasoning(self, effort: str | None, tokens: int | None = None) -> bool | None:
        """Whether a model that is asked so will reason; None when nobody knows."""
        if self.reasons in ("never", "always"):
            return self.reasons == "always"
        if effort is not None or tokens is not None:
            return effort != "none" and tokens != 0
        return None if self.reasons is None else self.reasons == "unasked"

    def effort(self, asked: str) -> str:
        """The known effort that is nearest to the one asked for; of two, the greater."""
        if not self.efforts or asked in self.efforts or asked not in EFFORTS:
            return asked
        known = [level for level in self.efforts if level in EFFORTS]
        if asked != "none":
            # Less thought than asked for is still thought.
            known = [level for level in known if level != "none"] or known
        place = EFFORTS.index(asked)
        return min(known, key=lambda level: _distance(EFFORTS.index(level), place), default=asked)


_NAMES = tuple(field.name for field in fields(Traits))
_NOTHING: frozenset[str] = frozenset()
UNKNOWN = Traits()


# Asked for each call, and the same for each of a deployment's.
@lru_cache(maxsize=1024)
def layered(
    own: Traits, card: Traits, capabilities: frozenset[str], family: Traits, vendor: Traits
) -> Traits:
    """A deployment's own over its card's over those of its model's `family` over its `vendor`'s.

    A card that lists what its model can do, and no reasoning, says that it does not reason.
    """
    found = own.over(card).over(family)
    if found.reasons is None and capabilities and "reasoning" not in capabilities:
        found = replace(found, reasons="never")
    return found.over(vendor)


class UnknownTrait(ValueError):
    """Traits that cannot be read: `key` inside them, and the valid name that was probably meant."""

    def __init__(self, key: str, message: str, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.key, self.message, self.suggestion = key, message, suggestion


def traits_from(given: object) -> Traits:
    """Traits out of a mapping, as a configuration or a card's file has it. Raises UnknownTrait."""
    if isinstance(given, Traits):
        return given
    if not isinstance(given, Mapping):
        raise UnknownTrait("", "expected a table of keys and values.")
    for name in given:
        if name not in _NAMES:
            message = f"there is no such trait; there are {', '.join(_NAMES)}."
            raise UnknownTrait(str(name), message, nearest(str(name), _NAMES))
    read: dict[str, Any] = {}
    for name, value in given.items():
        if value is not None:
            read[name] = _read(name, value)
    return Traits(**read)


def _read(name: str, value: Any) -> Any:
    if name in _WORDS:
        return _word(name, value, _WORDS[name])
    if name == "reasoning_owed":
        if not isinstance(value, bool):
            raise UnknownTrait(name, "expected true or false.")
        return value
    if name == "temperature":
        return _bounds(name, value)
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, Iterable) or isinstance(words, Mapping):
        raise UnknownTrait(name, "expected a list of texts.")
    valid = EFFORTS if name == "efforts" else tuple(sorted(REFUSABLE))
    return (tuple if name == "efforts" else frozenset)(_word(name, word, valid) for word in words)


def _word(name: str, value: object, valid: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in valid:
        near = nearest(value, valid) if isinstance(value, str) else None
        raise UnknownTrait(name, f"expected one of {', '.join(valid)}.", near)
    return value


def _bounds(name: str, value: object) -> tuple[float, float]:
    if isinstance(value, (list, tuple)) and len(value) == len(("low", "high")):
        low, high = value
        if all(isinstance(end, (int, float)) and not isinstance(end, bool) for end in value) and low <= high:
            return float(low), float(high)
    raise UnknownTrait(name, "expected two numbers, the lowest and the highest.")


def _distance(level: int, asked: int) -> float:
    return asked - level if level < asked else level - asked - 0.5


_WORDS: Mapping[str, tuple[str, ...]] = {
    "reasons": get_args(Reasons),
    "endpoint": get_args(Speaks),
    "output": get_args(Formats),
}
