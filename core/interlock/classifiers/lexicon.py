"""The weighted vocabulary: read from `vocabulary/*.txt` into one index for each language.

The files' format is described at the head of `vocabulary/en.txt`; `matching` finds the terms in a text. A
text that is surely French is not judged by German words.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, islice
from math import lcm
from pathlib import Path
from struct import Struct

TASKS = (
    "long_document",
    "cjk_language",
    "code_generation",
    "creative_content",
    "agentic_tool_use",
    "conversational",
    "quantitative",
    "eu_regulated",
    "low_latency",
)
STRONG, WEAK, AGAINST, OBJECT, CLASS = range(5)

_WORD = re.compile(r"[^\W\d_]+|\d+")
_ASCII_WORD = re.compile(r"[a-z]+|[0-9]+")
_PLAIN = re.compile(r"[a-z]+\*?(?: [a-z]+\*?)*")  # words and stems with single blanks between them
_LOWER = bytes(
    ord(chr(byte).lower()) if chr(byte).isalnum() and byte < 128 else ord(" ") for byte in range(256)
)  # what is no letter or digit becomes a blank
_KINDS = bytes(
    ord("0") if byte in b"0123456789" else ord("a") if chr(byte).isalpha() and byte < 128 else ord(" ")
    for byte in range(256)
)
STEM = 4  # letters by which stems and endings are indexed; a shorter stem is refused
ENGLISH = "en"
LATIN = (ENGLISH, "de", "fr", "es", "it", "pt", "nl")
FOLDER = Path(__file__).parent / "vocabulary"
FIRST_WORDS, LAST_WORDS = 220, 140  # of a long turn only its beginning and end are instructions
_BEGIN, _END = 2_048, 1_408  # characters that nearly always hold so many words
_UNSPACED = "\u2e80"  # from here on: scripts that put no blanks between words


@dataclass(slots=True, eq=False)
class Term:
    """One entry of the vocabulary, compared by identity; never changed, but freezing so many is slow.

    `kind` is STRONG, WEAK, AGAINST, OBJECT or CLASS. `bound_kind` says how an object counts that a verb of
    `verbs` asks for, `alone` and `alone_kind` when none does. `name` is the class of a CLASS term.
    """

    text: str
    language: str
    kind: int
    task: str = ""
    weight: float = 0.0
    name: str = ""
    verbs: frozenset[str] = frozenset()
    bound_kind: int = STRONG
    alone: float = 0.0
    alone_kind: int = STRONG

    @property
    def label(self) -> str:
        return f"'{self.text}' ({self.language})"


Rest = Sequence[str]
Use = tuple[Rest, Term]
"""A term under its first word: what must follow that word, and the term."""


Meaning = tuple[str, int, str, float, str, frozenset[str], int, float, int]
"""What the terms of a section have in common: the fields of `Term` but its text."""


@dataclass(slots=True)
class Lexicon:
    """The index of one language: what begins with a word, or with a stem by its first letters.

    Of twenty thousand terms in seven languages texts meet a few hundred. The others stay lines of text, a
    third of what terms would take: the number of a term's section, a blank, and the term.

    Nothing but `uses` changes once it is built, hence it is safe to share between threads.
    """

    sections: list[Meaning] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)
    stems: dict[str, dict[str, str]] = field(default_factory=dict)
    endings: dict[str, list[tuple[str, Term]]] = field(default_factory=dict)
    unspaced: dict[int, list[Term]] = field(default_factory=dict)  # by their first two characters
    _met: dict[str, list[Use]] = field(default_factory=dict)  # by their lines

    def add(self, section: int, text: str, spelling: str) -> None:
        """Index a term of that section by its spelling without accents.

        Raises:
            ValueError: for a spelling without words, or with a stem too short to be indexed.
        """
        if _PLAIN.fullmatch(spelling):
            first = spelling.partition(" ")[0]
        elif max(spelling) >= _UNSPACED:
            for pair in islice(_pairs(text), 1):  # a single character says too little
                self.unspaced.setdefault(pair, []).append(Term(text, *self.sections[section]))
            return
        else:
            first = next(_pattern(spelling))
        if first[0] == "*":
            if len(first) <= STEM:
                raise ValueError(f"{text!r}: a stem has at least {STEM} letters")
            ending = first[1:], Term(text, *self.sections[section])
            self.endings.setdefault(first[-STEM:], []).append(ending)
            return
        begun = self.words
        if first[-1] == "*":
            first = first[:-1]
            if len(first) < STEM:
                raise ValueError(f"{text!r}: a stem has at least {STEM} letters")
            begun = self.stems.setdefault(first[:STEM], {})
        line = f"{section} {text}"
        begun[first] = f"{begun[first]}\n{line}" if first in begun else line

    def uses(self, lines: str) -> list[Use]:
        """The terms of such lines: always the same ones, whoever asks first."""
        known = self._met.get(lines)
        return self._met.setdefault(lines, [*map(self._use, lines.split("\n"))]) if known is None else known

    def _use(self, line: str) -> Use:
        section, _, text = line.partition(" ")
        spelling = text if text.isascii() else fold(text)
        _, *rest = spelling.split(" ") if _PLAIN.fullmatch(spelling) else _pattern(spelling)
        return rest, Term(text, *self.sections[int(section)])

    def unspaced_hits(self, text: str) -> list[Term]:
        """Terms of scripts that put no blanks between words, by where they first stand in `text`."""
        known = self.unspaced.get
        begun = {pair: terms for pair in _pairs(text) if (terms := known(pair))}
        found = [term for terms in begun.values() for term in terms if term.text in text]
        return sorted(found, key=lambda term: text.find(term.text))


def _pairs(text: str) -> Iterator[int]:
    """Every two neighbouring characters, as a number that is the same wherever they stand, in no order.

    Strings of them would cost three times as much.
    """
    written = memoryview(text.encode("utf-16-le", "surrogatepass"))
    even, odd = len(written) // 4 * 4, (len(written) - 2) // 4 * 4
    return chain(written[:even].cast("I"), written[2 : 2 + odd].cast("I") if odd > 0 else ())


def words_of(text: str) -> list[str]:
    """Lower-case words and numbers without accents; scripts without case are left as they are."""
    if text.isascii():
        return _split(text)
    return _folded(_WORD.findall(text.lower()))


def outer_words(text: str, *, latin: bool = False) -> list[str]:
    """The first `FIRST_WORDS` and the last `LAST_WORDS` words of a text, all when there are no more.

    They are those of `words_of`, or when `latin` is true the ones in ASCII alone, as inside Chinese.
    """
    foreign = not text.isascii()
    plain = latin or not foreign
    lowered = text.lower() if foreign else text
    if foreign and latin:
        lowered = lowered.encode("ascii", "replace").decode("ascii")  # a question mark is no part of a word
    find = _split if plain else _WORD.findall
    if len(lowered) > _BEGIN + _END:
        # A word may be cut at the inner edges, hence one more than wanted at either end.
        first, last = find(lowered[:_BEGIN]), find(lowered[-_END:])
        if len(first) > FIRST_WORDS and len(last) > LAST_WORDS:
            words = first[:FIRST_WORDS] + last[-LAST_WORDS:]
            return words if plain else _folded(words)
    words = find(lowered)
    if len(words) > FIRST_WORDS + LAST_WORDS:
        words = words[:FIRST_WORDS] + words[-LAST_WORDS:]
    return words if plain else _folded(words)


def _split(text: str) -> list[str]:
    """The words and numbers of an ASCII text; in half the time when no number touches a word."""
    written = text.encode("ascii")
    kinds = written.translate(_KINDS)
    if b"0" in kinds and (b"a0" in kinds or b"0a" in kinds):
        return _ASCII_WORD.findall(text.lower())
    return written.translate(_LOWER).decode("ascii").split()


def _folded(words: list[str]) -> list[str]:
    """The words without accents, all in one go; none holds a line break, and folding makes none."""
    joined = "\n".join(words)
    if joined.isascii():
        return words
    return [new or old for new, old in zip(_stripped(joined).split("\n"), words, strict=True)]


def _stripped(text: str) -> str:
    spelt = text.replace("ß", "ss").replace("œ", "oe").replace("æ", "ae")
    return unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode()


def fold(word: str) -> str:
    """A Latin word without accents, so that `résumé` and `resume` meet."""
    return _stripped(word) or word


@cache
def lexicon(language: str) -> Lexicon:
    """The built-in vocabulary of a language, read at its first use (1 to 5 ms)."""
    built = Lexicon()
    _read((FOLDER / f"{language}.txt").read_text(encoding="utf-8"), language, built)
    return built


VOTE = lcm(*(number**2 for number in range(1, len(LATIN) + 1)))
"""What a word of one language alone tells; one that n share tells each of them VOTE / n²."""

_BALLOT = Struct(f"<{len(LATIN)}I")


@cache
def function_words() -> dict[str, int]:
    """Small word -> its votes for the languages of `LATIN`, side by side in one number: such numbers are
    added without looking at languages, and `counted` takes the sum apart.
    """
    spoken: dict[str, list[str]] = {}
    for section in (FOLDER / "function_words.txt").read_text(encoding="utf-8").split("\n[")[1:]:
        language, _, body = section.partition("]")
        for word in set(words_of(body)):
            spoken.setdefault(word, []).append(language)
    return {
        word: int.from_bytes(
            _BALLOT.pack(*(VOTE // len(languages) ** 2 if name in languages else 0 for name in LATIN)),
            "little",
        )
        for word, languages in spoken.items()
    }


def counted(votes: int) -> tuple[int, ...]:
    """The votes for each of `LATIN` in a sum of function words' votes, of a few thousand words at most."""
    return _BALLOT.unpack(votes.to_bytes(_BALLOT.size, "little"))


def _read(text: str, language: str, into: Lexicon) -> None:
    """Add the terms of one file.

    Raises:
        ValueError: for a section or term that the format does not know.
    """
    for section in text.split("\n[")[1:]:
        head, _, body = section.partition("]")
        terms = " ".join(body.split()).split(", ")
        into.sections.append((language, *_head_fields(head)))
        spellings = terms if body.isascii() or max(body) >= _UNSPACED else fold(", ".join(terms)).split(", ")
        for term, spelling in zip(terms, spellings, strict=True):
            into.add(len(into.sections) - 1, term, spelling)


def _head_fields(head: str) -> tuple[int, str, float, str, frozenset[str], int, float, int]:
    if head.startswith("@"):
        return CLASS, "", 0.0, head[1:], frozenset(), STRONG, 0.0, STRONG
    task, *rest = head.split()
    if task not in TASKS or len(rest) not in (1, 4):
        raise ValueError(f"[{head}] is no section of a vocabulary")
    if len(rest) == 1:
        kind, weight = _weight(rest[0])
        return kind, task, weight, "", frozenset(), STRONG, 0.0, STRONG
    _, verbs, bound, alone = rest
    if "make" in verbs:
        verbs += ",wish"
    if "calc" in verbs:
        verbs += ",howmuch"
    bound_kind, weight = _weight(bound)
    alone_kind, alone_weight = _weight(alone)
    return OBJECT, task, weight, "", frozenset(verbs.split(",")), bound_kind, alone_weight, alone_kind


def _weight(text: str) -> tuple[int, float]:
    if text[0] in "~-":
        return (WEAK if text[0] == "~" else AGAINST), float(text[1:])
    return STRONG, float(text)


def _pattern(text: str) -> Iterator[str]:
    """`sort* a list` -> sort*, a, list. Apostrophes and hyphens split words, as they do in a prompt."""
    for piece in text.split():
        if piece in ("_", ".."):
            yield piece
            continue
        words = words_of(piece)
        if not words:
            raise ValueError(f"{text!r} holds no word that can be looked up")
        if piece[0] == "*":
            words[0] = "*" + words[0]
        if piece[-1] == "*":
            words[-1] += "*"
        yield from words
