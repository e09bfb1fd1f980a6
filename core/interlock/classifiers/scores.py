"""Adding evidence up: strong, weak and contrary words per task, and what a request verb asks for."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from interlock.classifiers.lexicon import AGAINST, CLASS, OBJECT, STRONG, WEAK, Hit, Term

_DECAY = 0.6  # each further piece of evidence for a task adds less
_AHEAD = 9  # words after a verb in which its object stands
_BEHIND = 6  # words before it, as in German infinitives
_SECOND = 0.5  # a later verb's object: "write a function that generates a poem"
_FOREIGN = 0.4  # a word of another language than the text's


class Evidence(NamedTuple):
    """`weight` is negative for what speaks against a task."""

    task: str
    weight: float
    label: str


class Reading:
    """The vocabulary's hits in one text, sorted by kind.

    Attributes:
        places: class name -> positions of its words, ascending, a phrase at its first word.
        asked: the task of the first object that a verb asks for, or "".
        distinct: class name -> how many different entries of it were found.
    """

    __slots__ = ("_objects", "_scored", "asked", "distinct", "evidence", "places", "question", "size")

    def __init__(self, hits: Sequence[Hit], size: int, language: str | None, *, question: bool) -> None:
        self.size = size
        self.question = question
        self.places: dict[str, list[int]] = {}
        self.distinct: dict[str, set[Term]] = defaultdict(set)
        self.evidence: list[Evidence] = []
        self.asked = ""
        self._objects: list[Hit] = []
        self._scored: list[tuple[Hit, float]] = []
        verbs: list[Hit] = []
        for hit in hits:
            term = hit.term
            foreign = language is not None and term.language not in (language, "en")
            if term.kind == CLASS:
                if foreign:
                    continue
                self.places.setdefault(term.name, []).append(hit.start)
                self.distinct[term.name].add(term)
                verbs.append(hit)
            elif term.kind == OBJECT:
                if not foreign:
                    self._objects.append(hit)
            else:
                self._scored.append((hit, _FOREIGN if foreign else 1.0))
        self._bind([hit for hit in verbs if hit.term.name in _VERBS])

    def has(self, name: str) -> bool:
        return name in self.places

    def count(self, name: str) -> int:
        """Different entries of a class."""
        return len(self.distinct[name]) if name in self.distinct else 0

    def near(self, first: str, second: str, window: int) -> bool:
        """Whether a word of each class stand at most `window` words apart; the same word does not count twice."""
        others = self.places.get(second)
        return others is not None and any(
            0 < abs(at - other) <= window for at in self.places.get(first, ()) for other in others
        )

    def totals(self) -> dict[str, float]:
        """Each task's score. Adds the words' evidence to `evidence`."""
        weak: dict[str, list[tuple[float, str]]] = defaultdict(list)
        against: dict[str, float] = defaultdict(float)
        for term, factor in _once(self._scored):
            if term.kind == STRONG:
                self.evidence.append(Evidence(term.task, term.weight * factor, term.label))
            elif term.kind == WEAK:
                weak[term.task].append((term.weight * factor, term.label))
            elif term.kind == AGAINST:
                against[term.task] += term.weight * factor
                self.evidence.append(Evidence(term.task, -term.weight * factor, term.label))
        for hit, weight, kind in self._unasked():
            if kind == STRONG:
                self.evidence.append(Evidence(hit.term.task, weight, hit.term.label))
            else:
                weak[hit.term.task].append((weight, hit.term.label))
        strong: dict[str, list[float]] = defaultdict(list)
        for item in self.evidence:
            if item.weight > 0:
                strong[item.task].append(item.weight)
        totals = {task: _sum(weights) for task, weights in strong.items()}
        for task, words in weak.items():
            words.sort(reverse=True)
            # One ambiguous word says little; beside strong evidence or a second one it counts.
            cap = 3.0 if task in totals else (0.9 if len(words) == 1 else 2.2 if len(words) == 2 else 3.0)
            value = min(_sum([weight for weight, _ in words]), cap) - against[task]
            if value > 0:
                totals[task] = totals.get(task, 0.0) + value
                self.evidence.append(Evidence(task, value, words[0][1]))
        return totals

    def _bind(self, verbs: list[Hit]) -> None:
        """Give each request verb its object: the nearest after it, else the nearest before it."""
        bound: dict[int, float] = {}
        rank = 0
        taken: set[int] = set()
        starts: set[int] = set()
        for verb in verbs:
            index = self._object_of(verb, taken)
            if index is None:
                continue
            starts.add(verb.start)
            hit = self._objects[index]
            taken.add(index)
            same_place = [
                number for number, other in enumerate(self._objects)
                if other.start == hit.start and verb.term.name in other.term.verbs and number not in bound
            ]
            for number in {index, *same_place}:
                taken.add(number)
                other = self._objects[number]
                factor = 1.0 if rank == 0 else _SECOND
                bound[number] = other.term.weight * factor
                self.evidence.append(
                    Evidence(other.term.task, other.term.weight * factor, _pair(verb.term, other.term))
                )
            if rank == 0:
                self.asked = max(
                    (self._objects[number].term for number in {index, *same_place}), key=lambda term: term.weight
                ).task
            rank += 1
        self._objects = [hit for number, hit in enumerate(self._objects) if number not in bound]

    def _object_of(self, verb: Hit, taken: set[int]) -> int | None:
        name = verb.term.name
        best: int | None = None
        best_start = -1
        for index, hit in enumerate(self._objects):
            if name not in hit.term.verbs or index in taken:
                continue
            gap = hit.start - verb.end
            if 0 <= gap < _AHEAD:
                # "a Python function name": of neighbouring nouns the last one is meant in English and German.
                if best is None or (hit.start == best_start + 1 and hit.term.language in ("en", "de", "nl")):
                    best, best_start = index, hit.start
                elif hit.start > best_start + 1:
                    break
        if best is not None:
            return best
        for index in range(len(self._objects) - 1, -1, -1):
            hit = self._objects[index]
            if name in hit.term.verbs and index not in taken and 0 < verb.start - hit.start <= _BEHIND:
                return index
        return None

    def _unasked(self) -> list[tuple[Hit, float, int]]:
        """Objects that no verb asks for. One that opens a text without a verb is a request: "Haiku about rain"."""
        rest: list[tuple[Hit, float, int]] = []
        seen: set[Term] = set()
        for hit in self._objects:
            term = hit.term
            if term in seen:
                continue
            seen.add(term)
            if hit.start <= 2 and not self.asked and not self.question and self.size > 2:
                rest.append((hit, 0.7 * term.weight, STRONG))
            elif term.alone:
                rest.append((hit, term.alone, term.alone_kind))
        return rest


def _once(scored: Iterable[tuple[Hit, float]]) -> list[tuple[Term, float]]:
    """Each place and each spelling speaks once for a task, in its heaviest reading."""
    ordered = sorted(scored, key=lambda item: -item[0].term.weight * item[1])
    kept: list[tuple[Term, float]] = []
    seen: set[tuple[int, str, int | str]] = set()
    for hit, factor in ordered:
        term = hit.term
        spelling = (term.kind, term.task, term.text)
        place = (term.kind, term.task, hit.start)
        if spelling in seen or place in seen:
            continue
        seen.add(spelling)
        seen.update((term.kind, term.task, at) for at in range(hit.start, hit.end))
        kept.append((term, factor))
    return kept


_VERBS = frozenset({"make", "edit", "fix", "calc", "act", "digest", "label"})


def _pair(verb: Term, noun: Term) -> str:
    if verb.text == noun.text:
        return noun.label
    return f"'{verb.text} … {noun.text}' ({noun.language})"


def _sum(weights: list[float]) -> float:
    total, factor = 0.0, 1.0
    for weight in sorted(weights, reverse=True):
        total += weight * factor
        factor *= _DECAY
    return total
