"""Whether a number is a telephone number, by the words and signs beside it."""

import re
from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING

from interlock_privacy.detection.context import AGAINST, APART, runs_together
from interlock_privacy.detection.nearby import Nearby
from interlock_privacy.detection.phrases import IS, NUMBER, RUN_IS, RUN_NUMBER
from interlock_privacy.detection.things import LINKS, PLACES

if TYPE_CHECKING:
    from interlock_privacy.detection.context import Labels

__all__ = ["Voice", "coded", "names", "owns", "said", "voice"]


class Voice(IntEnum):
    """What the labels beside a number say: the higher, the more they speak for a telephone number."""

    DENIED = 0  # the number has the name of another thing
    SILENT = 1
    SHARED = 2  # a label before it has a number already: enough where it is written as telephone numbers are
    LOOSE = 3  # a label behind it, or in the sentence before: enough where some country has such numbers
    SAID = 4  # a label before it


# Python 3.11 looks a member of an enumeration up at ten times the cost of a name.
_DENIED, _SILENT, _SHARED, _LOOSE, _SAID = Voice
_ENDS = re.compile(r"[\n;!?。；！？،؛]|\.(?=\s|\Z)")
_NEXT_SENTENCE = re.compile(r"[!?。！？]|\n[ \t]*\n|\w{4}\.\s+(?=[^\W\d_a-z])")
_SENTENCE = re.compile(r"[!?。！？]|\w{4}\.\s+(?=[^\W\d_a-z])")
_NUMBER = re.compile(r"[0-9](?:[ \-./()]{0,2}[0-9]){4,}")
# What most often stands between a word and its number; and what all has in it that ends a sentence or is a
# number: to look for that costs less than to look for those.
_DIRECT = frozenset(("", " ", ":", ": ", "=", ".", ". ", ".: ", " +", ": +"))
_EVENTFUL = re.compile(r"[0-9!?。！？\n.]")
_WORD = re.compile(r"[^\W\d_]+")
# What may stand between a name and its number.
_BETWEEN = frozenset((*NUMBER.split(), *IS.split()))
_LINKS = frozenset(LINKS.split())
# In Chinese, a name that ends in "number" and is no known one, but not "my number" or "this number".
_SOME_NUMBER = re.compile(r"[^的这那该此我他她您你個个]{2}[号號][码碼]?[为為是]?\Z")
_RUN_TAIL = re.compile(rf"(?:{'|'.join((*RUN_NUMBER.split(), *RUN_IS.split()))})*")
_ABBREVIATION = re.compile(r"(?:nr|no|num|br|č|št|αρ|n)\Z", re.IGNORECASE)
# A number follows: the label before it is its own.
_FOLLOWED = re.compile(r"[^0-9\n,;]{0,14}[0-9]{3}|[ \t:=.(+]{1,4}[0-9]{2}")
# Whose or where it is, behind a number, at the end of a line or an item.
_PLACE = re.compile(
    rf"[ \-(]{{1,3}}(?:{'|'.join(PLACES.split())})\b[.)]{{0,2}}\s{{0,2}}(?:[\n\\,;|]|\Z)", re.IGNORECASE
)
_BESIDE = re.compile(r"[ \-(]{1,3}([^\W\d_]{2,10})(?![^\W\d_])")
_PLACES = frozenset(PLACES.split())
# Behind a dash: digits, or too few letters for a word.
_GOES_ON = re.compile(r"[0-9]|[^\W\d_]{1,2}(?![^\W\d_])")
# A space and as many digits as are no day of a month.
_ROW = 4
_EXTENSION = re.compile(r"(?:x|ext|EXT|w|wew)[0-9]")
# Spaces between a name and its number.
_MOST_SPACES = 6
# What mostly stands between a name and its number.
_NEXT = frozenset((" ", ": ", ":", "=", "\t", ""))
# Characters between a number and a label behind it; words before the colon of a name, and its characters;
# letters of an abbreviation.
_MOST_BEHIND, _MOST_WORDS, _LONGEST_NAME, _ABBREVIATED = 40, 3, 40, 4


def voice(  # noqa: PLR0917 - a place, and two bits
    text: str, marks: Nearby, start: int, end: int, calls: int, han: int
) -> Voice:
    """What the labels around a number say; `calls` is the bit of words for telephones, `han` of any word."""
    for begin, stop, bits in marks.before(start):
        if bits & calls:
            return said(text, stop, start)
        if bits & (AGAINST | APART) and names(text, marks.labels, begin, stop, start):
            return _DENIED
        if bits == han and _some_number(text, begin, stop, start):
            return _DENIED
    for begin, stop, bits in marks.after(end):
        if bits & calls and begin - end <= _MOST_BEHIND and owns(text, end, begin, stop):
            return _LOOSE
        if bits & ~han:
            break
    word = _BESIDE.match(text, end)
    if word and (word[1].lower() in _PLACES or not word[1].isascii()) and _PLACE.match(text, end):
        return _LOOSE
    return _SILENT


def _some_number(text: str, begin: int, stop: int, start: int) -> bool:
    if start - stop > _ABBREVIATED or _WORD.search(text, stop, start):
        return False
    return _SOME_NUMBER.search(text, max(begin, stop - _LONGEST_NAME), stop) is not None


def owns(text: str, end: int, begin: int, stop: int) -> bool:
    """Whether a label from `begin` to `stop` speaks of the number that ends at `end`."""
    between = text[end:begin]
    if _ENDS.search(between) or "," in between or any(map(str.isdigit, between)):
        return False
    return not _FOLLOWED.match(text, stop)


def said(text: str, stop: int, start: int) -> Voice:
    """What a label for telephones that ends at `stop` says of a number, being the nearest before it."""
    between = text[stop:start]
    if between in _DIRECT or not _EVENTFUL.search(between):
        return _SAID
    others = list(_NUMBER.finditer(between))
    if others:
        words = _WORD.findall(between[others[-1].end() :].lower())
        if any(word not in _LINKS and len(word) > 1 for word in words):
            return _SILENT if _SENTENCE.search(between) else _SHARED
    return _LOOSE if _NEXT_SENTENCE.search(between) else _SAID


def names(text: str, labels: "Labels", begin: int, stop: int, start: int) -> bool:
    """Whether a label from `begin` to `stop` is the name of the number that begins at `start`."""
    if text[stop - 1] < "\u0e00" and text[stop:start] in _NEXT:
        return True
    # Where words run together, one may be as long as the text.
    if start - stop > _LONGEST_NAME or text.count(" ", stop, start) > _MOST_SPACES:
        return False
    word, between = text[max(begin, stop - _LONGEST_NAME) : stop], text[stop:start]
    if runs_together(word):
        if _RUN_TAIL.fullmatch(word):
            return False
        rest = labels.behind(word)
        if rest and not _RUN_TAIL.fullmatch(word, len(word) - rest):
            return False
    if between.isascii() and between.replace(" ", "").isalpha():
        return _fill(between.lower().split())
    named = between.rstrip(" \"'`*_([{<|>\t")[-1:] in (":", "=", "#", "№", "：")
    if between[:1] == "." and len(word) > _ABBREVIATED and not _ABBREVIATION.search(word):
        return False
    if "\n" in between and not between.strip(" \t\n:|="):
        # The name has a line of its own.
        line = text[max(0, stop - _LONGEST_NAME) : stop].rpartition("\n")[2]
        return len(line) < _LONGEST_NAME and len(line.split()) <= _MOST_WORDS
    if "," in between or (_ENDS.search(between) and not _abbreviated(between)):
        return False
    words = _WORD.findall(between.lower())
    return _fill(words) or (named and len(words) <= _MOST_WORDS)


def _fill(words: Iterable[str]) -> bool:
    """Whether words are no more than "number", "is" and such."""
    return all(each in _BETWEEN or len(each) < _ABBREVIATED - 1 for each in words)


def _abbreviated(between: str) -> bool:
    """Whether a full stop in it ends an abbreviation, as in "no. 5"."""
    return not re.search(r"[\n;!?。；！？،؛]", between) and not re.search(r"[^\W\d_]{5}\.", between)


def coded(text: str, start: int, end: int) -> bool:
    """Whether what stands there goes on as a code, a fraction, or a row of numbers does."""
    before, after = text[start - 1 : start], text[end : end + 1]
    ahead = text[start - 2 : start - 1] if start > 1 else ""
    if _ascii_letter(before) or before in ("#", "_", "@", "\\"):
        return True
    if before in ("-", "/") and ahead.isalnum():
        return True
    if before == "." and ahead.isdigit():
        return True
    if (_ascii_letter(after) and not _EXTENSION.match(text, end)) or after in ("_", "@"):
        return True
    if after == "-" and _GOES_ON.match(text, end + 1):
        return True
    if " " not in text[start:end]:
        return False
    follows = after == " " and text[end + 1 : end + _ROW].isdigit() and len(text) >= end + _ROW
    return follows or (before == " " and start >= _ROW and text[start - _ROW : start - 1].isdigit())


def _ascii_letter(each: str) -> bool:
    return each.isascii() and each.isalpha()
