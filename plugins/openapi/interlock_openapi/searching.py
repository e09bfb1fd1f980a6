"""Which operations somebody means, by their words: BM25 over an operation's several texts."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import log
from typing import Final

from interlock_openapi.document import Document, Operation, mapping, sequence, text
from interlock_openapi.vocabulary import RELATED, VERBS
from interlock_openapi.words import plain_words, root, stem, words_in

_K1: Final = 1.2
_PREFIX: Final = 4  # letters by which a word that nothing holds is taken for another one
_AS_WRITTEN: Final = 0.35  # of a word's worth, where it stands in the same form: `keys` is not `key`
_DERIVED: Final = 0.55  # where it has the same root
_RELATED: Final = 0.55
_NEAR: Final = 0.5
_FITS: Final = 0.25  # what an operation of the kind that is asked for is worth more
_STRANGE: Final = 0.35  # how much less one is worth of whose own words none was said
_OLD: Final = 0.75
_FEW: Final = 40  # parameters, or fields of a body
_VALUES: Final = 8
_STOPS: Final = re.compile(r"\b(don't|do not|never|stop)\b")
_QUESTION: Final = re.compile(
    r"^\W*(what|which|who|whose|how|is|are|do|does|did|has|have|was|were|where|when)\b"
)


@dataclass(frozen=True, slots=True)
class _Field:
    """How much a word counts where it stands here, and how much less in a long text."""

    weight: float
    length: float


_FIELDS: Final[Mapping[str, _Field]] = {
    "name": _Field(2.0, 0.6),
    "path": _Field(1.2, 0.5),
    "summary": _Field(2.6, 0.35),
    "tags": _Field(1.4, 0.3),
    "description": _Field(0.8, 0.7),
    "parameters": _Field(0.3, 0.5),
    "body": _Field(0.5, 0.5),
}
_OWN: Final = ("name", "summary")


class Index:
    """Operations by their words. It is made once and never changes."""

    def __init__(self, operations: Sequence[Operation], document: Document) -> None:
        self._kinds = [kinds_of(each) for each in operations]
        self._old = [each.node.get("deprecated") is True for each in operations]
        texts = [_texts(each, document) for each in operations]
        self._own = [frozenset(stem(word) for name in _OWN for word in each[name]) for each in texts]
        self._total = max(1, len(texts))
        means = {name: max(1.0, sum(len(each[name]) for each in texts) / self._total) for name in _FIELDS}
        weights: dict[str, dict[int, float]] = defaultdict(dict)
        for at, each in enumerate(texts):
            for name, field in _FIELDS.items():
                worth = field.weight / (1 - field.length + field.length * len(each[name]) / means[name])
                for term, times in Counter(term for word in each[name] for term in _terms(word)).items():
                    known = weights[term]
                    known[at] = known.get(at, 0.0) + worth * min(times, 2)
        self._worth = {term: self._rarity(len(places)) for term, places in weights.items()}
        self._scores = {
            term: [
                (at, self._worth[term] * weight * (_K1 + 1) / (weight + _K1)) for at, weight in places.items()
            ]
            for term, places in weights.items()
        }

    def best(self, query: str, most: int) -> list[int]:
        """The places of the operations that fit best, in the order they were given; best first."""
        asked = self._asked(query)
        scores: dict[int, float] = defaultdict(float)
        for terms in asked.values():
            best: dict[int, float] = {}
            for term, weight in terms.items():
                for at, score in self._scores.get(term, ()):
                    if (found := weight * score) > best.get(at, 0.0):
                        best[at] = found
            for at, score in best.items():
                scores[at] += score
        for word in asked:
            for at, score in self._scores.get(f"={word}", ()):
                scores[at] += _AS_WRITTEN * score
        kinds = kinds_in(query)
        said = {term for terms in asked.values() for term in terms}
        for at in scores:
            scores[at] *= self._fitting(at, kinds, said)
        return nlargest(most, scores, key=lambda at: (scores[at], -at))

    def _fitting(self, at: int, kinds: frozenset[str], said: set[str]) -> float:
        own = self._own[at]
        whole = sum(self._worth.get(word, 0.0) for word in own)
        met = sum(self._worth.get(word, 0.0) for word in own if word in said)
        fits = 1 + _FITS if kinds & self._kinds[at] else 1.0
        return fits * (1 - _STRANGE + _STRANGE * met / (whole or 1.0)) * (_OLD if self._old[at] else 1.0)

    def _rarity(self, places: int) -> float:
        return log(1 + (self._total - places + 0.5) / (places + 0.5))

    def _asked(self, query: str) -> Mapping[str, Mapping[str, float]]:
        """Each word of the query, to the terms that stand for it."""
        asked: dict[str, dict[str, float]] = {}
        for word in words_in(plain_words(query)):
            plain = stem(word)
            terms = {plain: 1.0, f"~{root(word)}": _DERIVED}
            for other in RELATED.get(word) or RELATED.get(plain) or _relatives(plain):
                terms.setdefault(stem(other), _RELATED)
            if plain not in self._scores and len(plain) >= _PREFIX:
                for near in self._near(plain):
                    terms.setdefault(near, _NEAR)
            asked[word] = terms
        return asked

    def _near(self, word: str) -> Iterable[str]:
        """Words that begin as this one does, the nearest first."""
        known = (each for each in self._scores if each[:_PREFIX] == word[:_PREFIX])
        found = [each for each in known if each.startswith(word) or word.startswith(each)]
        return sorted(found, key=lambda each: (abs(len(each) - len(word)), each))[:3]


def kinds_in(query: str) -> frozenset[str]:
    """What kinds of things a query may ask for, by its words."""
    said = plain_words(query)
    if _STOPS.search(said):
        return frozenset(("delete", "update"))
    if _QUESTION.search(said):
        return frozenset(("read",))
    for word in re.findall(r"[a-z]+", said):
        if kinds := VERBS.get(word) or VERBS.get(stem(word)):
            return kinds
    return frozenset(("read",))


def kinds_of(operation: Operation) -> frozenset[str]:
    """What kinds of things an operation does, by its method, and of POST by its name."""
    if operation.method in ("get", "head", "options", "trace", "query"):
        return frozenset(("read",))
    if operation.method == "delete":
        return frozenset(("delete",))
    if operation.method == "patch":
        return frozenset(("update",))
    if operation.method == "put":
        return frozenset(("update", "create"))
    last = operation.path.rstrip("/").rpartition("/")[2]
    kinds: set[str] = set()
    for said in (operation.id, operation.summary, last):
        word = next(iter(words_in(said)), "")
        kinds |= VERBS.get(word) or VERBS.get(stem(word)) or frozenset()
    return frozenset(kinds | ({"update"} if last.startswith("{") else {"create"}))


def _relatives(plain: str) -> Iterable[str]:
    """Of a word that is written in another form than in the table."""
    return _BY_STEM.get(plain, ())


_BY_STEM: Final = {stem(word): others for word, others in RELATED.items()}


def _terms(word: str) -> Iterable[str]:
    """A word's stem, its root and its form, each of which may be looked for."""
    return stem(word), f"~{root(word)}", f"={word}"


def _texts(operation: Operation, document: Document) -> Mapping[str, Sequence[str]]:
    path = " ".join(operation.path.replace("{", " ").replace("}", " ").split("/"))
    said = {
        "name": operation.id,
        "path": path,
        "summary": operation.summary,
        "tags": " ".join(operation.tags),
        "description": operation.description[:600],
        "parameters": " ".join(_parameters(operation)),
        "body": " ".join(_fields(operation, document)),
    }
    return {name: list(words_in(each)) for name, each in said.items()}


def _fields(operation: Operation, document: Document) -> Iterable[str]:
    """What the fields of a body are called, and which values some have: to close is to set a state."""
    body = document.whole(operation.node.get("requestBody"))
    media = next(iter(mapping(body.get("content")).values()), None)
    schema = document.whole(mapping(media).get("schema"))
    for name, node in list(mapping(schema.get("properties")).items())[:_FEW]:
        yield text(name)
        yield from map(text, sequence(document.whole(node).get("enum"))[:_VALUES])


def _parameters(operation: Operation) -> Iterable[str]:
    for each in sequence(operation.node.get("parameters"))[:_FEW]:
        said = mapping(each)
        yield text(said.get("name")) or text(said.get("$ref")).rpartition("/")[2]
