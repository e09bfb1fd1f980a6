"""Whether what stands beside a number speaks for it: labels by where they stand, and signs."""

import re

from interlock_privacy.detection.calls import names, owns
from interlock_privacy.detection.context import AGAINST, APART
from interlock_privacy.detection.nearby import Nearby
from interlock_privacy.detection.phrases import IS, NUMBER
from interlock_privacy.detection.things import ACCOUNTS, LINKS, NAMELESS, NUMBER_WORDS

__all__ = ["booked", "called", "denied", "filler", "pieced", "spoken"]

_SENTENCE = re.compile(r"[!。！]|[^\W\d_]{3}\.\s+(?=[^\W\d_a-z])|\n[ \t]*\n")
_NUMBER = re.compile(r"[0-9](?:[ \-./()]{0,2}[0-9]){4,}")
_WORD = re.compile(r"[^\W\d_]+")
# Between a name and its number.
_SIGNS = " ?:=\"'|(\t"
_DIGIT = re.compile("[0-9]")
_LINKS, _FILLERS = frozenset(LINKS.split()), frozenset((*IS.split(), *NUMBER.split()))
_ACCOUNT = re.compile("|".join(ACCOUNTS.split()), re.IGNORECASE)
# A label directly behind a number: "X1234567 (passport)".
_BEHIND = re.compile(r"[ ]?[(\[]")
# Beside the name of what has a number: words for "number", words that name nothing, words between the two.
_NUMBER_WORDS, _NO_NAMES = frozenset(NUMBER_WORDS.split()), frozenset(NAMELESS.split())
_OF = frozenset(["de", "di", "da", "do", "du", "des", "der", "of", "for", "la", "le", "el"])
# Letters of a name, and words of one without any between.
_SHORTEST_NAME, _SHORT_NAMES = 4, 2
_RUN_NUMBERED = re.compile(r"[^\W\d_]{2}(?<![的这那该我此])[号號][码碼]?[为為是]?\Z")
# Between a name and a word for "number", and between those and the number.
_NAME_ENDS = " .:=#|\t\"'”»)„«(_-"
_REACH, _NEAR = 48, 24
# What divides the columns of a table, and how far its lines are read.
_COLUMNS, _LINE = "|\t;,", 300
# A number of a year: 117/2026.
_YEARLY = re.compile(r"[0-9]/(?:19|20)[0-9]{2}\Z")
# What a code has before a number, and behind a dash: digits, or too few letters for a word.
_CODE, _GOES_ON = re.compile(r"[A-Z0-9]"), re.compile(r"[0-9]|[^\W\d_]{1,2}(?![^\W\d_])")
# Between two words.
_APART = frozenset(("", " ", "\n"))
# Other groups of a row, as long as no day of a month is.
_ROW_BEFORE, _ROW = re.compile(r"[0-9]{3} \Z"), re.compile(r" [0-9]{3}")
# Letters that are glued to a number and make no word.
_LETTERS, _SHORTEST_WORD = re.compile(r"[^\W\d_]+"), 3


def called(text: str, marks: Nearby, start: int, end: int, bits: int) -> bool:
    """Whether a label of those bits is its own name: directly before it or behind, or over its column."""
    for begin, stop, said in marks.before(start):
        if said & bits:
            over = _column(text, begin, start)
            if over or (over is None and _directly(text, marks, begin, stop, start)):
                return True
    begin, _, said = next(marks.after(end), (0, 0, 0))
    return bool(said & bits) and _BEHIND.fullmatch(text, end, begin) is not None


def spoken(text: str, marks: Nearby, start: int, end: int, bits: int) -> bool:
    """Whether a label of those bits speaks of this number, and of no other that stands nearer to it."""
    other = False
    for begin, stop, said in marks.before(start):
        if said & bits:
            over = _column(text, begin, start)
            if other or over is not None:
                return bool(over)
            between = text[stop:start]
            if _SENTENCE.search(between):
                break
            others = list(_NUMBER.finditer(between))
            return not others or _linked(between[others[-1].end() :])
        other = other or said == AGAINST
    for begin, stop, said in marks.after(end):
        if said & bits:
            return owns(text, end, begin, stop)
    return False


def filler(text: str, start: int) -> bool:
    """Whether the word that begins there is one for "is" or "number", rather than a value's own letters."""
    found = _LETTERS.match(text, start)
    return found is not None and found[0] in _FILLERS and text[found.end() : found.end() + 1] == " "


def _linked(between: str) -> bool:
    """Whether it adds one number to another: "and", a comma."""
    words = _WORD.findall(between.lower())
    return "\n" not in between and all(word in _LINKS for word in words) and (bool(words) or "," in between)


def _directly(text: str, marks: Nearby, begin: int, stop: int, start: int) -> bool:
    """Whether nothing but signs, or words for "number" and "is", stands between a label and a number."""
    if not text[stop:start].strip(_SIGNS) and not marks.labels.behind(text[begin:stop].lower()):
        return True
    return names(text, marks.labels, begin, stop, start)


def _column(text: str, begin: int, start: int) -> bool | None:
    """Whether the label that begins there stands over the column of what begins at `start`, if in a table."""
    if "\n" not in text[begin:start]:
        return None
    line = text.rindex("\n", begin, start) + 1
    above = text.rfind("\n", max(0, begin - _LINE), begin) + 1
    if not above and begin > _LINE:
        return None
    header = text[above : text.index("\n", begin)]
    end = text.find("\n", start, start + _LINE)
    row = text[line : end if end >= 0 else start + _LINE]
    if _DIGIT.search(header):
        return None
    for mark in _COLUMNS:
        if 0 < header.count(mark) == row.count(mark):
            return text.count(mark, above, begin) == text.count(mark, line, start)
    return None


def denied(text: str, marks: Nearby, start: int, kind: str) -> bool:
    """Whether a number has the name of another thing, directly before it."""
    before = text[max(0, start - _REACH) : start]
    numbered = _numbered(before)
    # Few numbers have any such name near.
    if not numbered and not marks.around & (AGAINST | APART):
        return False
    begin, stop, said = marks.nearest(start)
    if not numbered and not said & (AGAINST | APART):
        return False
    if said and names(text, marks.labels, begin, stop, start):
        if said & ~(AGAINST | APART | marks.labels.han):
            # An id's name, unless it is one of anything: "Tracking Id".
            return numbered and text[begin:stop].lower() in _NUMBER_WORDS
    elif not numbered:
        return False
    # A card is of an account.
    return kind != "card" or _ACCOUNT.search(before, max(0, len(before) - _NEAR)) is None


def _numbered(before: str) -> bool:
    """Whether what stands before makes it the number of something: "Drawing no. 5", "托盘号5"."""
    words = before.rpartition("\n")[2].rsplit(None, _SHORT_NAMES + 1)
    name = words[-1].strip(_NAME_ENDS).lower() if words else ""
    if not name:
        return False
    if name[-1] >= "\u0e00":
        return _RUN_NUMBERED.search(name) is not None
    other = words[-2].strip(_NAME_ENDS).lower() if len(words) > 1 else ""
    if name in _NUMBER_WORDS:
        return len(other) >= _SHORTEST_NAME and other not in _NO_NAMES
    if other in _OF and len(words) > _SHORT_NAMES:
        other = words[-3].strip(_NAME_ENDS).lower()
    return other in _NUMBER_WORDS and len(name) >= _SHORTEST_NAME and name not in _NO_NAMES


def booked(text: str, start: int, end: int) -> bool:
    """Whether it is written as numbers of papers and cells are, which telephone numbers are not."""
    written = text[start:end]
    return (
        "\t" in written
        or _YEARLY.search(written) is not None
        or _numbered(text[max(0, start - _REACH) : start])
    )


def pieced(text: str, start: int, end: int) -> bool:
    """Whether it is a piece of a code, of an address or of a row, rather than a number by itself."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if not text[start].isdigit() and _torn(text, start, end):
        return True
    written = text[start:end]
    if before in _APART and after in _APART and written.isalnum():
        return False
    if _ascii_letter(before):
        return not _word(text[max(0, start - _LINE) : start][::-1])
    if _ascii_letter(after):
        return not _word(text[end : end + _LINE])
    if "/" in written and _YEARLY.search(written):
        return True
    if after in (".", "/", ":") and text[end + 1 : end + 2].isdigit():
        return True
    if before in ("#", "@", "\\") or after in ("_", "@"):
        return True
    # Small letters are a path's: /users/850213….
    if before in ("-", "/", "_", ".") and _CODE.match(text, max(0, start - 2), start):
        return True
    if after in ("-", "/") and _GOES_ON.match(text, end + 1):
        return True
    return (
        " " in written
        and (_ROW_BEFORE.search(text, max(0, start - 4), start) or _ROW.match(text, end)) is not None
    )


def _torn(text: str, start: int, end: int) -> bool:
    """Whether the letters that it begins with are a word, or the end of one, rather than its own."""
    letters = _LETTERS.match(text, start, end)
    if letters is None or text[letters.end()].isalnum():
        return False
    return letters[0].islower() or (text[start - 1 : start].isalpha() and text[start - 1] < "\u0e00")


def _ascii_letter(each: str) -> bool:
    return each.isascii() and each.isalpha()


def _word(text: str) -> bool:
    """Whether the letters that it begins with are a word in small letters, as where a space was lost."""
    found = _LETTERS.match(text)
    return found is not None and len(found[0]) >= _SHORTEST_WORD and found[0].islower()
