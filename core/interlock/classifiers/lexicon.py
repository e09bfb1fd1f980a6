"""The weighted vocabulary: read from `vocabulary/*.txt`, matched word by word with dictionary lookups.

The files' format is described at the head of `vocabulary/en.txt`. All languages live in one index; each term
knows its language, so that evidence can name it and a text that is surely French is not judged by German words.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

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
_STEM = 4  # letters by which stems and endings are indexed; a shorter stem is refused
_GAP = 3


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One entry of the vocabulary, compared by identity.

    `kind` is STRONG, WEAK, AGAINST, OBJECT or CLASS. `bound_kind` says how an object counts that a verb of
    `verbs` asks for, `alone` and `alone_kind` what it counts as when none does. `name` is the class of a CLASS term.
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


class Hit(NamedTuple):
    """A term found at words[start:end]."""

    start: int
    end: int
    term: Term


Rest = tuple[str, ...]


@dataclass(slots=True)
class _Node:
    """What begins with one word: single terms, phrases by their second word, phrases with a wildcard second."""

    single: list[Term] = field(default_factory=list)
    by_next: dict[str, list[tuple[Rest, Term]]] = field(default_factory=dict)
    wild: list[tuple[Rest, Term]] = field(default_factory=list)


@dataclass(slots=True)
class Lexicon:
    """The index. Immutable once built, hence safe to share between threads."""

    words: dict[str, _Node] = field(default_factory=dict)
    stems: dict[str, list[tuple[str, _Node]]] = field(default_factory=dict)
    endings: dict[str, list[tuple[str, Term]]] = field(default_factory=dict)
    function_words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unspaced: dict[str, list[tuple[str, Term]]] = field(default_factory=dict)

    def add(self, term: Term) -> None:
        if any(map(_is_unspaced, term.text)):
            self.unspaced.setdefault(term.text[:2], []).append((term.text, term))
            return
        pattern = tuple(_pattern(term.text))
        first = pattern[0]
        if "*" in first and first.isascii() and len(first) <= _STEM:
            raise ValueError(f"{term.text!r}: a stem has at least {_STEM} letters")
        if first[0] == "*":
            self.endings.setdefault(first[-_STEM:], []).append((first[1:], term))
        else:
            if first[-1] == "*":
                stem = first[:-1]
                group = self.stems.setdefault(stem[:_STEM], [])
                node = next((known for text, known in group if text == stem), None)
                if node is None:
                    node = _Node()
                    group.append((stem, node))
            else:
                node = self.words.setdefault(first, _Node())
            _hang(node, pattern[1:], term)

    def hits(self, words: Sequence[str]) -> list[Hit]:
        """Every term found in `words`, in the order of the text."""
        found: list[Hit] = []
        exact, stems, endings = self.words.get, self.stems.get, self.endings.get
        for at, word in enumerate(words):
            node = exact(word)
            if node is not None:
                _collect(node, words, at, found)
            if len(word) < _STEM:
                continue
            for stem, stem_node in stems(word[:_STEM], ()):
                if word.startswith(stem):
                    _collect(stem_node, words, at, found)
            for ending, term in endings(word[-_STEM:], ()):
                if word.endswith(ending) and word != ending:
                    found.append(Hit(at, at + 1, term))
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


def _is_unspaced(character: str) -> bool:
    return character >= "\u2e80"


def words_of(text: str) -> list[str]:
    """Lower-case words and numbers without accents; scripts without case are left as they are."""
    words = _WORD.findall(text.lower())
    if text.isascii():
        return words
    return [word if word.isascii() else fold(word) for word in words]


def fold(word: str) -> str:
    """A Latin word without accents, so that `résumé` and `resume` meet."""
    decomposed = unicodedata.normalize("NFKD", word.replace("ß", "ss").replace("œ", "oe").replace("æ", "ae"))
    folded = decomposed.encode("ascii", "ignore").decode()
    return folded or word


@cache
def lexicon() -> Lexicon:
    """The built-in vocabulary, read once."""
    built = Lexicon()
    for path in sorted((Path(__file__).parent / "vocabulary").glob("*.txt")):
        for term in read_terms(path.read_text(encoding="utf-8"), path.stem, built.function_words):
            built.add(term)
    return built


def read_terms(text: str, language: str, function_words: dict[str, tuple[str, ...]]) -> Iterator[Term]:
    """The terms of one file; its function words are added to `function_words`.

    Raises:
        ValueError: for a section or term that the format does not know.
    """
    for section in text.split("\n[")[1:]:
        head, _, body = section.partition("]")
        terms = [" ".join(term.split()) for term in body.split(",")]
        if head == "function words":
            for term in terms:
                for word in words_of(term):
                    known = function_words.get(word, ())
                    function_words[word] = known if language in known else (*known, language)
            continue
        make = _section(head, language)
        for term in terms:
            if term:
                yield make(term)


class _section:
    """Builds the terms below one head."""

    __slots__ = ("_fields", "_language")

    def __init__(self, head: str, language: str) -> None:
        self._language = language
        self._fields = _head_fields(head)

    def __call__(self, text: str) -> Term:
        return Term(text, self._language, *self._fields)


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
            raise ValueError(f"{text!r} holds no word")
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


def _collect(node: _Node, words: Sequence[str], at: int, found: list[Hit]) -> None:
    for term in node.single:
        found.append(Hit(at, at + 1, term))
    following = at + 1
    if following >= len(words):
        return
    for rest, term in node.by_next.get(words[following], ()):
        end = _match(words, following + 1, rest)
        if end:
            found.append(Hit(at, end, term))
    for rest, term in node.wild:
        end = _match(words, following, rest)
        if end:
            found.append(Hit(at, end, term))


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
        if part != word and part != "_" and not (part[-1] == "*" and word.startswith(part[:-1])):
            return 0
        at += 1
    return at


def label_of(terms: Iterable[Term]) -> str:
    """`'write … function' (en)`: vocabulary entries, never words of the prompt."""
    listed = list(terms)
    text = " … ".join(term.text for term in listed)
    return f"'{text}' ({listed[-1].language})"
