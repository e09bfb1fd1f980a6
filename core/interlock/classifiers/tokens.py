"""How many tokens a text has, roughly, in microseconds.

An exact count needs a vendor's vocabulary and tens of milliseconds for a long text, too much for an event
loop. This one looks at three slices of at most `_SLICE` characters (start, middle, end) and extrapolates. The
coefficients were fitted against the o200k vocabulary; see docs/classification.md for the errors measured.
"""

import json
import re
import string
from collections.abc import Iterable, Iterator

from interlock.types.messages import Part, Reasoning, Refusal, Text, ToolCall, ToolResult
from interlock.types.request import Request

MEDIA_TOKENS = 1_000
"""What an image, a sound or a document counts as: vendors charge by size, which a URL does not tell."""

_SLICE = 800
_SHORT = 64  # characters that are counted faster than looked up
_MOST_KNOWN = 8_192
_TEXTS = 48  # more texts than these are sampled, so that a history of thousands of turns stays cheap
_TURN = 4  # a message's role and its delimiters

_ENGLISH = frozenset(b"the of and to is in a for that you".split())
_LETTERS = string.ascii_letters.encode()
_NO_PUNCTUATION = bytes(set(range(128)) - set(string.punctuation.encode()))
_NO_DIGITS = bytes(set(range(256)) - set(string.digits.encode()))
_NUMBER = re.compile(rb"\d{1,3}")
_BREAK = re.compile(rb"\n\s*|[ \t]{2,}")
_EAST_ASIAN = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uffef]+")
_GREEK_CYRILLIC = re.compile(r"[\u0370-\u052f]+")
_LATIN = re.compile(r"[\u00aa-\u024f]+")
_ASTRAL = re.compile(r"[\U00010000-\U0010ffff]+")
_ASCII = re.compile(r"[\x00-\x7f]+")

# As vendors see it; what is no JSON is counted by its repr.
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=repr).encode


# A conversation's turns come again with each of its requests. Hashes alone are kept, and no text.
_known: dict[int, int] = {}


def estimate_tokens(text: str) -> int:
    """Tokens of `text`, within about 15 % on prose and 20 % on code; at least 1 unless it is empty."""
    size = len(text)
    if size < _SHORT:
        return _estimate(text, size)
    key = hash(text)
    tokens = _known.get(key)
    if tokens is None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        tokens = _known[key] = _estimate(text, size)
    return tokens


def _estimate(text: str, size: int) -> int:
    if size <= 3 * _SLICE:
        return max(1, round(_count(text))) if text else 0
    middle = (size - _SLICE) // 2
    sample = text[:_SLICE], text[middle : middle + _SLICE], text[-_SLICE:]
    return max(1, round(sum(map(_count, sample)) * size / (3 * _SLICE)))


def estimate_request_tokens(request: Request) -> int:
    """Tokens of a request: messages with calls and results, tools, and `MEDIA_TOKENS` for each media part; at
    least as many as its caller says.

    When there are more than a few dozen texts, evenly spread ones are measured and the rest judged by length.
    """
    counted = _counted(request)
    told = request.estimated_tokens
    return counted if told is None or told < counted else told


def _counted(request: Request) -> int:
    texts: list[str] = []
    fixed = 0
    for message in request.messages:
        fixed += _TURN
        content = message.content
        if isinstance(content, str):
            if content:
                texts.append(content)
            continue
        for piece in _pieces(content):
            if isinstance(piece, int):
                fixed += piece
            elif piece:
                texts.append(piece)
    if request.tools:
        texts += [f"{tool.name} {tool.description} {_compact(tool.parameters)}" for tool in request.tools]
    if len(texts) <= _TEXTS:
        return fixed + sum(map(estimate_tokens, texts))
    # The longest text is always measured: it may outweigh all others and be in another script.
    longest = max(range(len(texts)), key=lambda index: len(texts[index]))
    rest = texts[:longest] + texts[longest + 1 :]
    step = len(rest) / _TEXTS
    measured = [rest[int(index * step)] for index in range(_TEXTS)]
    ratio = sum(map(estimate_tokens, measured)) / sum(map(len, measured))
    return fixed + estimate_tokens(texts[longest]) + round(ratio * sum(map(len, rest)))


def _pieces(content: Iterable[Part]) -> Iterator[str | int]:
    """The texts of a message, and numbers for what is no text."""
    for part in content:
        if isinstance(part, (Text, Reasoning, Refusal)):
            yield part.text
        elif isinstance(part, ToolCall):
            yield f"{part.name} {_compact(part.arguments)}"
        elif isinstance(part, ToolResult):
            if isinstance(part.content, str):
                yield part.content
            else:
                for inner in part.content:
                    yield inner.text if isinstance(inner, Text) else MEDIA_TOKENS
        else:
            yield MEDIA_TOKENS


def _count(text: str) -> float:
    ascii_part = text.encode("ascii", "ignore")
    words = ascii_part.split()
    rest = ascii_part.translate(None, _LETTERS)
    letters = len(ascii_part) - len(rest)
    total = 0.6 * len(rest.translate(None, _NO_PUNCTUATION))
    # Looking whether there is any costs a tenth of looking for all.
    if rest.translate(None, _NO_DIGITS):
        total += 1.6 * len(_NUMBER.findall(ascii_part))
    if b"\n" in ascii_part or b"  " in ascii_part or b"\t" in ascii_part:
        total += 0.3 * len(_BREAK.findall(ascii_part))
    if sum(map(_ENGLISH.__contains__, words)) >= 0.12 * len(words):
        total += max(1.13 * len(words), 0.17 * letters)
    else:
        total += 0.08 * len(words) + 0.24 * letters
    foreign = len(text) - len(ascii_part)
    return total + _count_foreign(text, foreign) if foreign else total


def _count_foreign(text: str, foreign: int) -> float:
    """What the characters outside ASCII add, by script."""
    others = _ASCII.sub("", text)
    east = len("".join(_EAST_ASIAN.findall(others)))
    if east == foreign:
        return 0.76 * east
    greek_cyrillic = len("".join(_GREEK_CYRILLIC.findall(others)))
    latin = len("".join(_LATIN.findall(others)))
    astral = len("".join(_ASTRAL.findall(others)))
    rest = foreign - east - greek_cyrillic - latin - astral  # other scripts and typographic marks
    return 0.76 * east + 0.34 * greek_cyrillic + 0.85 * latin + 1.5 * astral + 0.45 * rest
