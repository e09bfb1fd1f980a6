"""How sure a text is to give a model orders: what speaks for it, near together, and what against it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from interlock_guardrails.injection.phrases import PATTERNS, tried
from interlock_guardrails.injection.reading import decoded, plain, unseen

__all__ = ["Score", "scored"]

_NEAR: Final = 700  # characters within which signs add up
_BEFORE, _AFTER = 120, 260  # around a word that a pattern needs
_MOST_PLACES: Final = 400  # of one word; of a text that repeats it more often, the first ones tell
_TEMPLATE = re.compile(
    r"<\|(?:im_start|im_end|im_sep|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id"
    r"|begin_of_text|end_of_text"
    r"|start_of_role|end_of_role|channel|message|return|call|endofprompt|tool_call|tool)\|>|\[/?INST\]|<</?SYS>>"
    r"|</?start_of_turn>|<end_of_turn>|</?(?:tool_result|tool_response|function_results?|function_calls|tool_output"
    r"|system_prompt|untrusted|assistant_response)>|^\s?(?:Human|Assistant): "
    r"|###\s?(?:System|Instruction|Response|Human|Assistant)\b:?",
    re.MULTILINE,
)
_TEMPLATE_PARTS = (
    *("<|", "INST]", "SYS>>", "_turn>", "###", "Human: ", "Assistant: ", "tool_res", "function_", "tool_out"),
    *("system_prompt>", "untrusted>", "assistant_response>"),
)
_ABOVE = ("SYSTEM", "ADMIN", "DEVELOPER", "ROOT", "SECURITY", "EMERGENCY", "OVERRIDE")
_SPEAKER = re.compile(
    r"^\s*(?:\*\*)?(?:system|user|assistant|human|ai)(?:\*\*)?\s?:(?:\*\*)?\s", re.MULTILINE | re.IGNORECASE
)
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
_COMMENT = re.compile(
    r"<!--(.{1,1500}?)-->|<[a-z]+[^>]{0,200}?(?:display:\s?none|visibility:\s?hidden|font-size:\s?[01](?:px|pt)?\b|opacity:\s?0\b"
    r"|color:\s?(?:white|#fff\b|#ffffff)|hidden\b|aria-hidden=.true)[^>]{0,200}>(.{1,1500}?)</",
    re.DOTALL | re.IGNORECASE,
)
_COMMENT_IN_MARKDOWN = re.compile(r"^\[[^\]\n]{1,40}\]:\s?(?:#|<>)\s?[(\"']([^\n]{1,2000})", re.MULTILINE)
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
    said = plain(text)
    signs = list(_phrases(said, quoted_counts=quoted_counts))
    as_it_stands = _together(signs).value
    signs += _marks(text, said)
    for weight, spelt in unseen(text):
        inner = _best(_phrases(plain(spelt), quoted_counts=True)) if spelt else 0.0
        signs.append(_Sign(0, max(weight, inner), "hidden"))
    for inner_text in decoded(text, said):
        inner = _best(_phrases(inner_text, quoted_counts=True))
        if inner > as_it_stands:
            signs.append(_Sign(0, inner * _ENCODED, "encoded"))
    return _together([each for each in signs if each.family not in left_out])


def _phrases(said: str, *, quoted_counts: bool) -> Iterator[_Sign]:
    discussed: bool | None = None
    known: dict[str, list[int]] = {}
    for number, anchors in tried(said).items():
        pattern = PATTERNS[number]
        places: list[int] = []
        for anchor in anchors:
            if anchor not in known:
                known[anchor] = list(_places(said, anchor))
            places += known[anchor]
        if not places:
            continue
        for start, end in _windows(sorted(places), len(said)):
            for found in pattern.form.finditer(said, start, end):
                weight = pattern.weight
                if not quoted_counts:
                    if discussed is None:
                        discussed = sum(word in said for word in _DISCUSSING) >= _ENOUGH_WORDS
                    weight *= _discount(said, found.start(), found.end(), discussed=discussed)
                yield _Sign(found.start(), weight, pattern.family)


def _places(said: str, anchor: str) -> Iterator[int]:
    at = said.find(anchor)
    for _ in range(_MOST_PLACES):
        if at < 0:
            return
        yield at
        at = said.find(anchor, at + len(anchor))


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


def _marks(text: str, said: str) -> Iterator[_Sign]:
    """Signs that lower case and single spaces would lose."""
    if any(each in text for each in _TEMPLATE_PARTS):
        for number, found in enumerate(_TEMPLATE.finditer(text)):
            yield _Sign(found.start(), 0.55 if number == 0 else 0.3, "template")
            if number > 1:
                break
    if "assistant" in said or "user:" in said or "human:" in said:
        speakers = [found.start() for found in _SPEAKER.finditer(text)][:2]
        if len(speakers) > 1:
            yield _Sign(speakers[0], 0.3, "template")
    if any(each in text for each in _ABOVE) and (above := _SPOKEN_FROM_ABOVE.search(text)):
        yield _Sign(above.start(), 0.5, "authority")
    elif (bracketed := _IN_BRACKETS.search(said)) is not None:
        yield _Sign(bracketed.start(), 0.5, "authority")
    if "<" in text or "]:" in text:
        hidden = [(found.start(), found[1] or found[2]) for found in _COMMENT.finditer(text)]
        hidden += [(found.start(), found[1]) for found in _COMMENT_IN_MARKDOWN.finditer(text)]
        for at, inner in hidden[:64]:
            if _best(_phrases(plain(inner), quoted_counts=True)):
                yield _Sign(at, _WITHIN_HIDDEN, "hidden")


def _best(signs: Iterable[_Sign]) -> float:
    return _together(list(signs)).value


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
