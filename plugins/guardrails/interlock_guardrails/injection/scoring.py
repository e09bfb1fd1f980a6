"""How sure a text is to give a model orders: what speaks for it, near together, and what against it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from typing import Final

from interlock_guardrails.injection.letters import capitals
from interlock_guardrails.injection.markup import undisplayed
from interlock_guardrails.injection.phrases import PATTERNS, beginnings, flattened, tried
from interlock_guardrails.injection.reading import decoded, plain, plainly, unseen

__all__ = ["Score", "scored"]

_NEAR: Final = 700  # characters within which signs add up
_BEFORE, _AFTER = 120, 260  # around a word that a pattern needs
_MOST_PLACES: Final = 400  # of one word; of a text that repeats it more often, the first ones tell
_TOKENS: Final = (
    r"<\|(?:im_start|im_end|im_sep|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id"
    r"|begin_of_text|end_of_text"
    r"|start_of_role|end_of_role|channel|message|return|call|endofprompt|tool_call|tool)\|>|\[/?INST\]|<</?SYS>>"
    r"|</?start_of_turn>|<end_of_turn>|</?(?:tool_result|tool_response|function_results?|function_calls|tool_output"
    r"|system_prompt|untrusted|assistant_response)>"
    r"|###\s?(?:System|Instruction|Response|Human|Assistant)\b:?"
)
# By its first characters `re` finds a token fast; where a turn may be, it must look at each line.
_TOKEN = re.compile(_TOKENS)
_TEMPLATE = re.compile(rf"{_TOKENS}|^\s?(?:Human|Assistant): ", re.MULTILINE)
_TOKEN_BEGINS: Final = ("<", "###", "INST]")
_ABOVE = (b"SYSTEM", b"ADMIN", b"DEVELOPER", b"ROOT", b"SECURITY", b"EMERGENCY", b"OVERRIDE")
_SPEAKER = re.compile(
    r"^[^\S\n]*(?:\*\*)?(?:system|user|assistant|human|ai)(?:\*\*)?\s?:(?:\*\*)?\s",
    re.MULTILINE | re.IGNORECASE,
)
_SPEAKERS: Final = ("system:", "user:", "assistant:", "human:", "ai:")
_SPOKEN_FROM_ABOVE = re.compile(
    r"^\W{0,6}(?:SYSTEM|ADMIN(?:ISTRATOR)?|DEVELOPER|ROOT|SECURITY|EMERGENCY|OVERRIDE)"
    r"(?:[ _\-](?:PROMPT|MESSAGE|INSTRUCTIONS?|OVERRIDE|NOTICE|NOTE|UPDATE|COMMAND|DIRECTIVE|ALERT|MODE))?"
    r"\s?[\]>)}*#=]{0,4}:",
    re.MULTILINE,
)
_IN_BRACKETS = re.compile(
    r"[\[<({] ?(?:system|admin|developer|root|sudo|debug|override|security|priority)[ _\-]"
    r"(?:prompt|message|instructions?|override|notice|update|command|directive|mode|alert) ?[\]>)}]"
)
_BRACKETED: Final = {b"syst", b"admi", b"deve", b"root", b"sudo", b"debu", b"over", b"secu", b"prio"}
# Whoever writes of injections quotes them.
_DISCUSSING = (
    *(
        "prompt injection",
        "prompt-injection",
        "injection attack",
        "jailbreak",
        "attack",
        "malicious",
        "vulnerab",
    ),
    *(
        "adversar",
        "payload",
        "mitigat",
        "owasp",
        "red team",
        "red-team",
        "guardrail",
        "exploit",
        "threat model",
    ),
    *("security research", "detector", "classifier", "dataset", "benchmark", "cve-", "defense", "defence"),
    "untrusted",
)
_ENOUGH_WORDS: Final = 3
_QUOTES = "\"\u201c\u201e\u00ab\u300c`\u2018'"
_UNQUOTES = "\"\u201d\u201c\u00bb\u300d`\u2019'"
_QUOTED, _DISCUSSED, _BOTH = 0.8, 0.65, 0.4
_ENCODED: Final = 0.95
_WITHIN_HIDDEN: Final = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """`value` is 0 to 1; `families` are those of the signs that make it, the strongest first."""

    value: float
    families: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sign:
    at: int
    weight: float
    family: str


NOTHING: Final = Score(value=0.0)


def scored(text: str, *, without: Iterable[str] = (), quoted_counts: bool = False) -> Score:
    """How sure a text is to give orders to a model.

    `without` are families that do not count. What is quoted in a text about such attacks weighs less, unless
    `quoted_counts`.
    """
    left_out = frozenset(without)
    words = text.split()
    said = plainly(text, words)
    begun = beginnings(said)
    signs = list(_phrases(said, begun, quoted_counts=quoted_counts))
    as_it_stands = _together(signs).value
    signs += _marks(text, said, begun)
    for weight, spelt in unseen(text):
        inner = _in_full(plain(spelt)) if spelt else 0.0
        signs.append(_Sign(0, max(weight, inner), "hidden"))
    for inner_text in decoded(text, words, said):
        inner = _in_full(inner_text)
        if inner > as_it_stands:
            signs.append(_Sign(0, inner * _ENCODED, "encoded"))
    return _together([each for each in signs if each.family not in left_out])


def _phrases(said: str, begun: AbstractSet[bytes], *, quoted_counts: bool) -> Iterator[_Sign]:
    discussed: bool | None = None
    known: dict[str, list[int]] = {}
    flat = b""
    for number, anchors in tried(said, begun).items():
        pattern = PATTERNS[number]
        places: list[int] = []
        for anchor in anchors:
            if anchor not in known:
                known[anchor] = _places(said, anchor)
            places += known[anchor]
        if not places:
            continue
        flat = flat or flattened(said)
        for start, end in _windows(sorted(places), len(said)):
            for first, last in pattern.spans(said, flat, start, end):
                weight = pattern.weight
                if not quoted_counts:
                    if discussed is None:
                        discussed = sum(word in said for word in _DISCUSSING) >= _ENOUGH_WORDS
                    weight *= _discount(said, first, last, discussed=discussed)
                yield _Sign(first, weight, pattern.family)


def _places(said: str, anchor: str) -> list[int]:
    found: list[int] = []
    at = said.find(anchor)
    while at >= 0 and len(found) < _MOST_PLACES:
        found.append(at)
        at = said.find(anchor, at + len(anchor))
    return found


def _windows(places: Sequence[int], size: int) -> Iterator[tuple[int, int]]:
    start = end = -1
    for at in places:
        first, last = max(0, at - _BEFORE), min(size, at + _AFTER)
        if first <= end:
            end = last
            continue
        if end >= 0:
            yield start, end
        start, end = first, last
    yield start, end


def _discount(said: str, start: int, end: int, *, discussed: bool) -> float:
    before, after = said[max(0, start - 60) : start], said[end : end + 120]
    quoted = any(each in _QUOTES for each in before[-3:]) or (
        _odd(before) and any(each in after for each in _UNQUOTES)
    )
    if quoted and discussed:
        return _BOTH
    return _DISCUSSED if discussed else _QUOTED if quoted else 1.0


def _odd(before: str) -> bool:
    """Whether a quotation is open at the end."""
    return any(before.count(mark) % 2 for mark in '"`') or before.rfind("\u201c") > before.rfind("\u201d")


def _marks(text: str, said: str, begun: AbstractSet[bytes]) -> Iterator[_Sign]:
    """Signs that lower case and single spaces would lose."""
    turns = "Human: " in text or "Assistant: " in text
    if turns or any(each in text for each in _TOKEN_BEGINS):
        for number, found in enumerate((_TEMPLATE if turns else _TOKEN).finditer(text)):
            yield _Sign(found.start(), 0.55 if number == 0 else 0.3, "template")
            if number > 1:
                break
    if ("assistant" in said or "user:" in said or "human:" in said) and _several_speak(said):
        speakers = [found.start() for found in islice(_SPEAKER.finditer(text), 2)]
        if len(speakers) > 1:
            yield _Sign(_above_it(text, speakers[0]), 0.3, "template")
    shouted = capitals(text)
    if any(each in shouted for each in _ABOVE) and (above := _SPOKEN_FROM_ABOVE.search(text)):
        yield _Sign(above.start(), 0.5, "authority")
    elif not _BRACKETED.isdisjoint(begun) and (bracketed := _IN_BRACKETS.search(said)) is not None:
        yield _Sign(bracketed.start(), 0.5, "authority")
    for at, inner in undisplayed(text)[:64]:
        if _in_full(plain(inner)):
            yield _Sign(at, _WITHIN_HIDDEN, "hidden")


def _several_speak(said: str) -> bool:
    """Whether `_SPEAKER` may match twice."""
    squeezed = said.replace("**", "").replace(" :", ":")
    return sum(map(squeezed.count, _SPEAKERS)) > 1


def _above_it(text: str, line: int) -> int:
    """Where the empty lines above a line begin."""
    before = text[:line]
    written = len(before.rstrip())
    return before.find("\n", written) + 1 if written else 0


def _in_full(said: str) -> float:
    """How much what a text hides speaks for orders, quoted or not."""
    return _together(list(_phrases(said, beginnings(said), quoted_counts=True))).value


def _together(signs: list[_Sign]) -> Score:
    """The surest of all stretches: signs of different families add up, of one the strongest counts."""
    if not signs:
        return NOTHING
    signs = sorted(signs, key=lambda each: each.at)
    best, first = NOTHING, 0
    for last, sign in enumerate(signs):
        while signs[first].at < sign.at - _NEAR:
            first += 1
        strongest: dict[str, float] = {}
        for each in signs[max(first, last - 60) : last + 1]:
            strongest[each.family] = max(strongest.get(each.family, 0.0), each.weight)
        doubt = 1.0
        for weight in strongest.values():
            doubt *= 1 - weight
        if 1 - doubt > best.value:
            order = sorted(strongest, key=lambda family: -strongest[family])
            best = Score(value=round(1 - doubt, 3), families=tuple(order))
    return best
