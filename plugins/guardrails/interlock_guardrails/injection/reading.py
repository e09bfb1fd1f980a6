"""A text as a model may read it: in one spelling, without what people do not see, and decoded."""

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, repeat
from typing import Final
from urllib.parse import unquote

from interlock_guardrails.injection.letters import outside_ascii

__all__ = ["decoded", "plain", "plainly", "unseen", "without_unseen"]

_TAGS: Final = range(0xE0000, 0xE0080)
_ZERO_WIDTH = "\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufeff"
_BIDI = "\u202a-\u202e\u2066-\u2069"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_HIDDEN = re.compile(f"[{_ZERO_WIDTH}{_BIDI}{_SELECTORS}\U000e0000-\U000e007f]+")
# A flag of a region, such as Scotland's, is spelt in tags behind a black flag.
_FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a]{4,6}\U000e007f")
_TAGGED = re.compile("[\U000e0000-\U000e007f]{3,}")
_SELECTED = re.compile(f"[{_SELECTORS}]{{6,}}")
_BETWEEN_LETTERS = re.compile(f"(?<=[A-Za-z])[{_ZERO_WIDTH}]+(?=[A-Za-z])")
_OVERRIDES = re.compile("[\u202d\u202e]")
# Letters of other alphabets that look like Latin ones.
_LOOKALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u043a\u043c\u0442\u043d\u0432\u03b1\u03b5\u03bf\u03c1\u03c5\u03b9\u03ba\u03bd\u03c4\u0261\u0131\u217c",
    "aeopcyxijskmthbaeopuikvtgil",
)
# A dot that a capital leaves behind in lower case, and the vowels of Arabic, which are written or not.
_POINTS = re.compile("[\u0307\u064b-\u0652]")
_FOREIGN = re.compile("[\u0131\u0261\u0307\u0370-\u04ff\u064b-\u0652]")
_MIXED = re.compile("[a-z][\u0370-\u04ff\u0261\u0131]|[\u0370-\u04ff\u0261\u0131][a-z]")
_SPELT = re.compile(r"\b(?:\w[ .\-_*]{1,2}){7,}\w\b")
_BETWEEN_SPELT = re.compile(r"[ .\-_*]+")
_DIGITS = str.maketrans("013457@$", "oieastas")
# Nothing in it can be read in two ways: a repetition within another would take forever over a long number.
_DIGITS_WITHIN = re.compile("[A-Za-z]*[013457]+[A-Za-z][A-Za-z013457]*")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=_\-])[A-Za-z0-9+/_\-]{24,4000}={0,2}(?![A-Za-z0-9+/=])")
_HEX = re.compile(r"\b(?:0x)?(?:[0-9a-fA-F]{2}[ :]?){16,2000}\b|(?:\\x[0-9a-fA-F]{2}){8,1000}")
_ESCAPED = re.compile(
    r"(?:\\u[0-9a-fA-F]{4}){6,1000}|(?:%[0-9a-fA-F]{2}){4,1000}|(?:&#x?[0-9a-fA-F]{2,6};){4,1000}"
)
# Two in a row: `re` looks for what begins with one mark several times as fast as for any of several marks.
_ESCAPES = (
    ("\\u", re.compile(r"\\u[0-9a-fA-F]{4}\\u")),
    ("%", re.compile("%[0-9a-fA-F]{2}%")),
    ("&#", re.compile("&#x?[0-9a-fA-F]{2,6};&#")),
)
_PAIR = re.compile("[0-9a-fA-F]{2}")
_NO_DIGIT = re.compile(r"0x|\\x|[ :]")
_ROTATED = ("vtaber", "qvfertneq", "cerivbhf", "vafgehpgvba", "flfgrz cebzcg", "sbetrg")
_REVERSED = ("erongi", "dragersid", "snoitcurtsni", "tpmorp metsys", "suoiverp")
_LONG: Final = 15  # characters of a word that is spelt apart
_ENCODED: Final = 24  # characters of one in which something may be encoded
_PUNCTUATED: Final = 7
_FEW: Final = 5  # different letters, or pairs of digits, of a phrase that is spelt apart
_LETTERS: Final = 8  # words of one letter, one behind the other, of a phrase that is spelt apart
_PAIRS: Final = 16  # and of two digits
_DIGITS_AND_LETTERS = bytes(
    49 if chr(each) in "013457" else 97 if chr(each).isalpha() and each < 128 else 46  # noqa: PLR2004 - ASCII
    for each in range(256)
)
_MOST_WORDS: Final = 2_000
_MOST_BLOBS: Final = 48
_MOST_DECODED: Final = 20_000
_SHARE: Final = 0.9  # of what was decoded that can be read


def unseen(text: str) -> Iterator[tuple[float, str]]:
    """How much each sort of characters that people do not see speaks for orders, and what they spell."""
    if not _HIDDEN.search(outside_ascii(text)):
        return
    flagless = _FLAG.sub("", text)
    for run in _TAGGED.findall(flagless):
        spelt = "".join(chr(ord(each) - _TAGS.start) for each in run)
        yield 0.9, "".join(each for each in spelt if each.isprintable())
    for run in _SELECTED.findall(flagless):
        spelt = bytes(_byte(each) for each in run).decode("utf-8", "ignore")
        yield 0.85, spelt
    if len(_BETWEEN_LETTERS.findall(text)) >= 4:  # noqa: PLR2004 - a soft hyphen or two are typography
        yield 0.4, ""
    if _OVERRIDES.search(text):
        yield 0.4, ""


def _byte(selector: str) -> int:
    """The first sixteen selectors stand in one place, the others in another."""
    code = ord(selector)
    return code - 0xFE00 if code < _TAGS.start else (code - 0xE0100 + 16) & 0xFF


def without_unseen(text: str) -> str:
    """The text as people see it; flags and joined emoji stay."""
    if not _HIDDEN.search(outside_ascii(text)):
        return text
    return _HIDDEN.sub(lambda run: "".join(each for each in run[0] if each in "\u200c\u200d\ufe0f"), text)


def plain(text: str) -> str:
    """In lower case, in one spelling of each letter, spaces single, line ends as spaces too."""
    return plainly(text, text.split())


def plainly(text: str, words: Sequence[str]) -> str:
    """What `plain` says of a text, whose words are known: only those that are not ASCII are respelt."""
    if text.isascii():
        return " ".join(words).lower()
    respelt = iter(_respelt([word for word in words if not word.isascii()]))
    said = " ".join(filter(None, [word if word.isascii() else next(respelt) for word in words]))
    # `bytes` have a lower case for ASCII alone; the rest has its own already.
    return said.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")


def _respelt(words: Sequence[str]) -> Iterator[str]:
    """Each word in one spelling: one may become several, or none."""
    said = _HIDDEN.sub("", "\n".join(words))
    said = _POINTS.sub("", unicodedata.normalize("NFKC", said).casefold())
    foreign = _FOREIGN.search(said) is not None
    for spelt in said.split("\n"):
        several = spelt.split()
        if foreign:
            several = [word.translate(_LOOKALIKES) if _MIXED.search(word) else word for word in several]
        yield " ".join(several)


def decoded(text: str, words: Sequence[str], said: str) -> Iterator[str]:
    """What stands in a text in another form, each in lower case.

    `words` are what stands between spaces, and `said` is the text as `plain` has it.
    """
    left = _MOST_DECODED
    for piece in _pieces(text, words, said):
        if left <= 0:
            return
        yield plain(piece[:left])
        left -= len(piece)


def _pieces(text: str, words: Sequence[str], said: str) -> Iterator[str]:
    long = dict.fromkeys([word for word in words if len(word) >= _LONG])
    for word in islice(long, _MOST_WORDS):
        yield from _of_word(word)
    spaced = b" %b " % (said if text.isascii() else " ".join(words)).encode("ascii", "replace")
    if _in_step(spaced, 2, _LETTERS) or _in_step(spaced, 3, _PAIRS):
        yield from _spelt(text, words)
    if any(mark in text and twice.search(text) for mark, twice in _ESCAPES) and _ESCAPED.search(text):
        yield _ESCAPED.sub(lambda run: _unescaped(run[0]), text)[:_MOST_DECODED]
    if "%" in text and text.count("%20") > 2:  # noqa: PLR2004 - words of an address
        yield unquote(text)
    if any(word in said for word in _ROTATED):
        yield codecs.decode(said, "rot13")
    if any(word in said for word in _REVERSED):
        yield said[::-1]
    if spaced.translate(_DIGITS_AND_LETTERS).count(b"1a") >= 2 and _with_digits(words) >= 2:  # noqa: PLR2004 - one is a name
        yield said.translate(_DIGITS)


def _with_digits(words: Iterable[str]) -> int:
    """How many different words have digits for letters."""
    mixed = [word for word in set(words) if word.isalnum() and not word.isalpha() and not word.isdigit()]
    return sum(_DIGITS_WITHIN.fullmatch(word) is not None for word in mixed)


def _in_step(spaced: bytes, step: int, words: int) -> bool:
    """Whether so many words in a row may be one character shorter than a step: each step a space."""
    spaces = b" " * (words + 1)
    return any(spaces in spaced[first::step] for first in range(step))


def _spelt(text: str, words: Iterable[str]) -> Iterator[str]:
    """Letters, or pairs of hexadecimal digits, with spaces between them."""
    short = {word for word in words if len(word) <= 2 and word.isalnum()}  # noqa: PLR2004 - pairs
    letters, pairs = (
        sum(len(word) == 1 for word in short),
        sum(_PAIR.fullmatch(word) is not None for word in short),
    )
    if letters < _FEW and pairs < _FEW:
        return
    sizes = bytes(map(min, map(len, words), repeat(255)))
    if b"\2" * _PAIRS in sizes:
        for found in _HEX.finditer(text):
            yield from _of_hex(found[0])
    if b"\1" * _LETTERS in sizes:
        yield from map(_respaced, _SPELT.findall(text))


def _of_word(word: str) -> Iterator[str]:
    """What is encoded in a word without spaces, quotes and brackets around it perhaps."""
    if len(word) >= _ENCODED:
        for found in _BASE64.findall(word)[:_MOST_BLOBS]:
            if (inner := _of_base64(found)) is not None:
                yield inner
            yield from (piece for run in _HEX.findall(found) for piece in _of_hex(run))
        if "\\x" in word:
            yield from (piece for run in _HEX.findall(word)[:_MOST_BLOBS] for piece in _of_hex(run))
    most = max(word.count("."), word.count("-"), word.count("_"), word.count("*"))
    if most >= _PUNCTUATED:
        yield from map(_respaced, _SPELT.findall(word))


def _of_hex(run: str) -> Iterator[str]:
    digits = _NO_DIGIT.sub("", run)
    inner = _readable(bytes.fromhex(digits[: len(digits) // 2 * 2]))
    if inner is not None:
        yield inner


def _respaced(spelt: str) -> str:
    """Letters apart as words: a wider gap is a space."""
    words = re.split(r"[ .\-_*]{2,}", spelt)
    return " ".join(_BETWEEN_SPELT.sub("", each) for each in words)


def _of_base64(blob: str) -> str | None:
    plain_alphabet = blob.replace("-", "+").replace("_", "/").rstrip("=")
    if len(plain_alphabet) % 4 == 1:
        plain_alphabet = plain_alphabet[:-1]
    try:
        data = base64.b64decode(plain_alphabet + "=" * (-len(plain_alphabet) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return _readable(data)


def _readable(data: bytes) -> str | None:
    """Text with words, or None."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if not text or sum(each.isprintable() or each.isspace() for each in text) < _SHARE * len(text):
        return None
    return text if " " in text.strip() or not text.isascii() else None


def _unescaped(run: str) -> str:
    if run.startswith("%"):
        return unquote(run)
    if run.startswith("&"):
        return html.unescape(run)
    codes = [int(each, 16) for each in re.findall(r"\\u([0-9a-fA-F]{4})", run)]
    return "".join(map(chr, codes))
