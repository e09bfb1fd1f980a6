"""What words say only together: demands of law and speed, chains of actions, long documents, sums."""

from collections.abc import Iterator, Sequence

from interlock.classifiers.forms import by_form
from interlock.classifiers.scores import Evidence, Reading

_EUROPEAN = frozenset({"de", "fr", "es", "it", "nl", "pt"})
_OPENING = 3
_PAGES = 40
_CHAPTERS = 10
_WORDS = 8_000
_HOURS = 2
_MANY = 200
_SIZES = {"page": _PAGES, "chapter": _CHAPTERS, "word": _WORDS, "hour": _HOURS}


def combined(reading: Reading, words: Sequence[str], language: str | None, text: str) -> Iterator[Evidence]:
    numbers: list[tuple[int, int]] = []
    if reading.numeric:
        numbers = [
            (at, value)
            for at, word in enumerate(words)
            if word[0] <= "9" and (value := _number(words, at, word)) is not None
        ]
    places = reading.places
    if "eu" in places or "private" in places:
        yield from _eu_regulated(reading, language)
    if "label" in places or "terse" in places:
        yield from _low_latency(reading, numbers)
    if "act" in places:
        yield from _agentic(reading)
    if numbers or "doc" in places:
        yield from _long_document(reading, numbers)
    if numbers or "number" in places:
        yield from _quantitative(reading, numbers)
    if "cjkname" in places:
        yield from _cjk(reading)
    yield from by_form(reading, words, numbers, text, language)
    # The first place of a class is its lowest.
    if "compose" in places and places["compose"][0] <= _OPENING and not (reading.asked or reading.question):
        yield "creative_content", 1.7, "something to write"


def _eu_regulated(reading: Reading, language: str | None) -> Iterator[Evidence]:
    has = reading.has
    works = has("digest") or has("make") or has("edit") or has("label") or has("act")
    if (
        reading.near("eu", "stay", 7)
        and (reading.near("data", "stay", 9) or has("private"))
        and (has("private") or has("person") or has("data"))
    ):
        yield "eu_regulated", 3.2, "data and a place in the EU where they must stay"
    if has("private") and works and (has("person") or has("mine")):
        weight = 4.4 if has("named") else 3.0
        if has("eu"):
            yield "eu_regulated", weight, "personal data from the EU"
        elif language in _EUROPEAN:
            yield "eu_regulated", weight, "personal data in a language of the EU"


def _low_latency(reading: Reading, numbers: Sequence[tuple[int, int]]) -> Iterator[Evidence]:
    has = reading.has
    if has("label"):
        many = any(value >= _MANY and reading.follows(at, "item", 4) for at, value in numbers)
        if many or reading.near("bulk", "item", 4):
            yield "low_latency", 3.6 if many else 2.8, "many items to label"
    if has("terse"):
        yield "low_latency", 4.0 if has("label") or has("bulk") else 3.2, "an answer of one word"


def _agentic(reading: Reading) -> Iterator[Evidence]:
    systems, actions = reading.count("system"), reading.count("act")
    if systems and actions:
        yield "agentic_tool_use", 0.6 + 1.2 * min(systems, 3), "systems to act on"
    if actions >= 2 and (systems or (actions >= 3 and not reading.question)):
        chained = reading.has("then")
        yield (
            "agentic_tool_use",
            min(0.7 * actions, 2.4) + (1.2 if chained else 0.0),
            "several actions in a row",
        )


def _long_document(reading: Reading, numbers: Sequence[tuple[int, int]]) -> Iterator[Evidence]:
    sized = False
    for at, value in numbers:
        for name in ("page", "chapter", "word", "hour"):
            if name in ("word", "hour") and not reading.has("doc"):
                continue
            if value >= _SIZES[name] and reading.follows(at, name, 2):
                sized = True
    if sized:
        yield "long_document", 4.2 if reading.has("digest") else 2.2, "a document of many pages"
    if reading.near("doc", "whole", 4):
        yield "long_document", 3.0 if reading.has("digest") else 2.2, "a whole document to read"


def _quantitative(reading: Reading, numbers: Sequence[tuple[int, int]]) -> Iterator[Evidence]:
    count = len(numbers) + len(reading.places.get("number", ()))
    asks = reading.has("calc") or (reading.has("howmuch") and numbers)
    if count >= 2 and asks:
        yield "quantitative", min(1.0 + 0.3 * count, 2.2), "numbers to calculate with"
    if count >= 2 and reading.has("unit"):
        yield "quantitative", 1.4 if asks else 0.8, "numbers with units"


def _cjk(reading: Reading) -> Iterator[Evidence]:
    if reading.has("nocjk") and not reading.near("into", "cjkname", 2):
        return
    if reading.near("translate", "cjkname", 12):
        direct = reading.near("into", "cjkname", 3)
        yield "cjk_language", 9.0 if direct else 2.8, "Chinese, Japanese or Korean asked for"


def _number(words: Sequence[str], at: int, word: str) -> int | None:
    """The number that begins at words[at], thousands written apart joined; None inside or without one."""
    if not word.isdecimal() or not word.isascii():
        return None
    if at and len(word) == 3 and words[at - 1].isdecimal() and len(words[at - 1]) <= 3:
        return None
    value = word
    for following in words[at + 1 : at + 3]:
        if len(following) != 3 or len(value) > 9 or not following.isdecimal():
            break
        value += following
    return int(value[:12])
