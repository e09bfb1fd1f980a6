"""The weighted vocabulary: read from `vocabulary/*.txt`, matched word by word with dictionary lookups.

The files' format is described at the head of `vocabulary/en.txt`. Each language has its own index, read when
the first text needs it; a text that is surely French is not judged by German words.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

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
_STEM = 4  # letters by which stems and endings are indexed; a shorter stem is refused
LATIN = ("en", "de", "fr", "es", "it", "pt", "nl")
FOLDER = Path(__file__).parent / "vocabulary"
_GAP = 3
_UNSPACED = "\u2e80"  # from here on: scripts that put no blanks between words


@dataclass(slots=True, eq=False)
class Term:
    """One entry of the vocabulary, compared by identity; never changed, but freezing 14,000 of them is slow.

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


Hit = tuple[int, int, Term]
"""A term found at words[start:end], as (start, end, term). No class: hundreds are made for a decision."""

Rest = Sequence[str]


@dataclass(slots=True)
class _Node:
    """What begins with one word: single terms, phrases by their second word, or with a wildcard there."""

    single: list[Term] = field(default_factory=list)
    by_next: dict[str, list[tuple[Rest, Term]]] = field(default_factory=dict)
    wild: list[tuple[Rest, Term]] = field(default_factory=list)


@dataclass(slots=True)
class Lexicon:
    """The index of one language. Immutable once built, hence safe to share between threads."""

    words: dict[str, _Node] = field(default_factory=dict)
    stems: dict[str, list[tuple[str, _Node]]] = field(default_factory=dict)
    endings: dict[str, list[tuple[str, Term]]] = field(default_factory=dict)
    unspaced: dict[str, list[tuple[str, Term]]] = field(default_factory=dict)

    def add(self, term: Term, spelling: str) -> None:
        """Index a term by its spelling without accents.

        Raises:
            ValueError: for a spelling without words, or with a stem too short to be indexed.
        """
        simple = spelling.replace(" ", "")
        if simple.isascii() and simple.isalpha():
            pattern = spelling.split(" ")
        elif max(spelling) >= _UNSPACED:
            self.unspaced.setdefault(term.text[:2], []).append((term.text, term))
            return
        else:
            pattern = list(_pattern(spelling))
        first = pattern[0]
        if "*" in first and len(first) <= _STEM:
            raise ValueError(f"{term.text!r}: a stem has at least {_STEM} letters")
        if first[0] == "*":
            self.endings.setdefault(first[-_STEM:], []).append((first[1:], term))
        elif first[-1] == "*":
            _hang(self._stem(first[:-1]), pattern[1:], term)
        else:
            node = self.words.get(first)
            if node is None:
                node = self.words[first] = _Node()
            _hang(node, pattern[1:], term)

    def _stem(self, stem: str) -> _Node:
        group = self.stems.setdefault(stem[:_STEM], [])
        for known, node in group:
            if known == stem:
                return node
        node = _Node()
        group.append((stem, node))
        return node

    def hits(self, words: Sequence[str]) -> list[Hit]:
        """Every term found in `words`, in the order of the text."""
        found: list[Hit] = []
        exact, stems, endings = self.words.get, self.stems.get, self.endings.get
        compounds = bool(self.endings)
        following = iter((*words[1:], ""))
        for at, word in enumerate(words):
            after = next(following)
            # The longest loop of a decision: the commonest case is written out, and no empty list is walked.
            if (node := exact(word)) is not None:
                if node.single:
                    found += [(at, at + 1, term) for term in node.single]
                if after in node.by_next or node.wild:
                    _phrases(node, words, at, after, found)
            if (group := stems(word[:_STEM])) is not None:
                for stem, node in group:
                    if word.startswith(stem):
                        if node.single:
                            found += [(at, at + 1, term) for term in node.single]
                        if after in node.by_next or node.wild:
                            _phrases(node, words, at, after, found)
            if compounds and (ends := endings(word[-_STEM:])) is not None:
                for ending, term in ends:
                    if word.endswith(ending) and word != ending:
                        found.append((at, at + 1, term))
        return found

    def unspaced_hits(self, text: str) -> list[Term]:
        """Terms of scripts that put no blanks between words, found anywhere in `text`."""
        found: dict[Term, None] = {}
        get = self.unspaced.get
        for at in range(len(text) - 1):
            for needle, term in get(text[at : at + 2], ()):
                if text.startswith(needle, at):
                    found[term] = None
        return list(found)


def words_of(text: str) -> list[str]:
    """Lower-case words and numbers without accents; scripts without case are left as they are."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    return [word if word.isascii() else fold(word) for word in _WORD.findall(text.lower())]


def ascii_words(text: str) -> list[str]:
    """The Latin words inside a text of another script, accented ones left out."""
    return _ASCII_WORD.findall(text.lower())


def fold(word: str) -> str:
    """A Latin word without accents, so that `résumé` and `resume` meet."""
    decomposed = unicodedata.normalize("NFKD", word.replace("ß", "ss").replace("œ", "oe").replace("æ", "ae"))
    folded = decomposed.encode("ascii", "ignore").decode()
    return folded or word


@cache
def lexicon(language: str) -> Lexicon:
    """The built-in vocabulary of a language, read at its first use (some 8 ms)."""
    built = Lexicon()
    _read((FOLDER / f"{language}.txt").read_text(encoding="utf-8"), language, built)
    return built


@cache
def function_words() -> dict[str, tuple[tuple[str, float], ...]]:
    """Small word -> the languages it belongs to and how much it tells: less, the more share it."""
    spoken: dict[str, list[str]] = {}
    for section in (FOLDER / "function_words.txt").read_text(encoding="utf-8").split("\n[")[1:]:
        language, _, body = section.partition("]")
        for word in set(words_of(body)):
            spoken.setdefault(word, []).append(language)
    return {
        word: tuple((language, 1.0 / len(languages) ** 2) for language in languages)
        for word, languages in spoken.items()
    }


def _read(text: str, language: str, into: Lexicon) -> None:
    """Add the terms of one file.

    Raises:
        ValueError: for a section or term that the format does not know.
    """
    for section in text.split("\n[")[1:]:
        head, _, body = section.partition("]")
        terms = " ".join(body.split()).split(", ")
        fields = _head_fields(head)
        spellings = terms if body.isascii() or max(body) >= _UNSPACED else fold(", ".join(terms)).split(", ")
        for term, spelling in zip(terms, spellings, strict=True):
            into.add(Term(term, language, *fields), spelling)


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


def _hang(node: _Node, rest: Rest, term: Term) -> None:
    if not rest:
        node.single.append(term)
    elif rest[0][-1] == "*" or rest[0] in ("_", ".."):
        node.wild.append((rest, term))
    else:
        node.by_next.setdefault(rest[0], []).append((rest[1:], term))


def _phrases(node: _Node, words: Sequence[str], at: int, after: str, found: list[Hit]) -> None:
    for rest, term in node.by_next.get(after, ()):
        if not rest:
            found.append((at, at + 2, term))
        elif end := _match(words, at + 2, rest):
            found.append((at, end, term))
    for rest, term in node.wild:
        if end := _match(words, at + 1, rest):
            found.append((at, end, term))


def _match(words: Sequence[str], at: int, rest: Rest) -> int:
    """Where `rest` ends when it stands at words[at], or 0."""
    for index, part in enumerate(rest):
        if part == "..":
            for skip in range(_GAP + 1):
                end = _match(words, at + skip, rest[index + 1 :])
                if end:
                    return end
            return 0
        if at >= len(words):
            return 0
        word = words[at]
        if part not in (word, "_") and not (part[-1] == "*" and word.startswith(part[:-1])):
            return 0
        at += 1
    return at
