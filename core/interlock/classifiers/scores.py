"""Adding evidence up: strong, weak and contrary words per task, and what a request verb asks for."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from operator import attrgetter, itemgetter

from interlock.classifiers.lexicon import AGAINST, OBJECT, STRONG, WEAK, Term
from interlock.classifiers.matching import Hit

_KINDS = 8  # more than there are kinds: place and kind make one number
_DECAY = 0.6  # each further piece of evidence for a task adds less
_AHEAD = 8  # words after a verb in which its object stands
_BEHIND = 6  # words before it, as in German infinitives; never in English
_PHRASE = 3.2  # weight of a phrase whose words are not read one by one
_NAMED = 1.5  # what a verb that asks for such a phrase adds to it
_ALONE = {1: 0.9, 2: 2.2}  # the most that so many ambiguous words say by themselves
_NEAR = 4  # the same for a wish: "I need a slogan"
_WISHED = 0.85
_SECOND = 0.5  # a later verb's object: "write a function that generates a poem"
_DOUBTFUL = 0.8  # a word of any language but English while the text's is unknown


Evidence = tuple[str, float, str | Term | tuple[Term, Term]]
"""A task, a weight, negative for what speaks against it, and what was seen; `label_of` puts that into words.

No class: a dozen are made for a decision, and few are shown.
"""


def label_of(evidence: Evidence) -> str:
    source = evidence[2]
    if isinstance(source, str):
        return source
    return source.label if isinstance(source, Term) else _pair(*source)


_weight = attrgetter("weight")
_scored_weight = itemgetter(1)


class Reading:
    """The vocabulary's hits in one text, sorted by kind.

    Attributes:
        places: class name -> positions of its words, ascending, a phrase at its first word.
        asked: the task of the first object that a verb asks for, or "".
        numeric: there are digits or signs of a formula.
        asks: the text opens as a question does, which orders nothing.
        reports: it opens with its writer or a thing, who does or is something: "We moved …", no order either.
        clear: tasks that the build of a sentence shows, whatever its words are about.
    """

    __slots__ = (
        "_first_verb",
        "_hits",
        "_objects",
        "_scored",
        "asked",
        "asks",
        "clear",
        "evidence",
        "numeric",
        "places",
        "question",
        "reports",
        "size",
    )

    def __init__(self, hits: Sequence[Hit], size: int, language: str | None, text: str) -> None:
        self.size = size
        self.question = "?" in text
        self.numeric = any(map(text.__contains__, "0123456789^="))
        self.places: dict[str, list[int]] = {}
        self.evidence: list[Evidence] = []
        self.asked = ""
        self.clear: set[str] = set()
        self.asks = self.reports = False
        places = self.places
        objects: list[Hit] = []
        scored: list[_Scored] = []
        verbs: list[Hit] = []
        doubtful = 1.0 if language is not None else _DOUBTFUL
        for hit in hits:
            start, _, term = hit
            name = term.name
            if name:
                if name in places:
                    places[name].append(start)
                else:
                    places[name] = [start]
                if name in _VERBS:
                    verbs.append(hit)
            elif term.kind == OBJECT:
                objects.append(hit)
            else:
                weight = term.weight if term.language == "en" else term.weight * doubtful
                scored.append((hit, weight, term.kind))
        self._hits, self._scored = hits, scored
        self._objects = self._outside_phrases(objects) if objects else objects
        self._first_verb = verbs[0][0] if verbs else _BEHIND
        if verbs and self._objects:
            self._bind(verbs)

    def has(self, name: str) -> bool:
        return name in self.places

    def opens(self, name: str, last: int) -> bool:
        """Whether the first word of a class stands at words[last] or before it."""
        return name in self.places and self.places[name][0] <= last

    def count(self, name: str) -> int:
        """Different entries of a class."""
        places = self.places.get(name, ())
        if len(places) < 2:
            return len(places)
        return len({term for _, _, term in self._hits if term.name == name})

    def near(self, first: str, second: str, window: int) -> bool:
        """Whether words of both classes stand at most `window` words apart; one word is not two."""
        others = self.places.get(second)
        return others is not None and any(
            _within(others, at + 1, at + window) or _within(others, at - window, at - 1)
            for at in self.places.get(first, ())
        )

    def follows(self, at: int, name: str, window: int) -> bool:
        """Whether a word of a class stands after words[at], at most `window` words on."""
        return name in self.places and _within(self.places[name], at + 1, at + window)

    def totals(self) -> dict[str, float]:
        """Each task's score. Adds the words' evidence to `evidence`.

        Each place and each spelling speaks once for a task, in its heaviest reading.
        """
        evidence = self.evidence
        weak: dict[str, list[tuple[float, int, Term]]] = {}
        against: dict[str, float] = {}
        seen_by: dict[str, set[int | str]] = {}
        if self._objects:
            self._scored += self._unasked()
        self._scored.sort(key=_scored_weight, reverse=True)
        for (start, end, term), weight, kind in self._scored:
            task = term.task
            seen = seen_by.get(task)
            if seen is None:
                seen = seen_by[task] = set()
            place = start * _KINDS + kind
            if place in seen or (term.text in seen and kind != AGAINST):
                continue
            seen.add(term.text)
            seen.add(place)
            if end > start + 1:
                seen.update(range(place, end * _KINDS + kind, _KINDS))
            if kind == STRONG:
                evidence.append((task, weight, term))
            elif kind == WEAK:
                weak.setdefault(task, []).append((weight, start, term))
            else:
                against[task] = against.get(task, 0.0) + weight
                evidence.append((task, -weight, term))
        strong: dict[str, list[float]] = {}
        for task, weight, _ in evidence:
            if weight > 0:
                if task in strong:
                    strong[task].append(weight)
                else:
                    strong[task] = [weight]
        totals = {
            task: _sum(sorted(weights, reverse=True)) if len(weights) > 1 else weights[0]
            for task, weights in strong.items()
        }
        for task, words in weak.items():
            beside = [word for word in words if word[1] * _KINDS + STRONG not in seen_by[task]]
            if not beside:
                continue
            # One ambiguous word says little; beside strong evidence or a second one it counts.
            cap = 3.0 if task in totals else _ALONE.get(len(beside), 3.0)
            value = beside[0][0] if len(beside) == 1 else _sum([word[0] for word in beside])
            value = min(value, cap) - against.get(task, 0.0)
            if value > 0:
                totals[task] = totals.get(task, 0.0) + value
                evidence.append((task, value, beside[0][2]))
        return totals

    def _outside_phrases(self, objects: list[Hit]) -> list[Hit]:
        """Objects, except those that a longer phrase takes in: "letter" in "love letter"."""
        spans = [
            hit
            for hit, weight, kind in self._scored
            if weight >= _PHRASE and kind == STRONG and hit[1] - hit[0] > 1
        ]
        if "system" in self.places:
            spans += [hit for hit in self._hits if hit[2].name == "system" and hit[1] - hit[0] > 1]
        if not spans:
            return objects
        covering: dict[int, list[Hit]] = {}
        for span in spans:
            for place in range(span[0], span[1]):
                covering.setdefault(place, []).append(span)
        kept = []
        for hit in objects:
            over = next((span for span in covering.get(hit[0], ()) if hit[1] <= span[1]), None)
            if over is None or over[2].task == hit[2].task:
                kept.append(hit)
            elif over[2].kind == STRONG and (hit[0] == over[0] or hit[1] == over[1]):
                kept.append((hit[0], hit[1], over[2]))
        return kept

    def _bind(self, verbs: list[Hit]) -> None:
        """Give each request verb its object: the nearest after it, else the nearest before it."""
        rank = 0
        taken: set[int] = set()
        objects = self._objects
        starts = [hit[0] for hit in objects]
        for verb, names in _by_place(verbs):
            if not self.numeric:
                names.discard("howmuch")  # "what is a derivative work" asks for no sum
            index = self._object_of(verb, names, taken, starts) if names else None
            if index is None:
                continue
            hit = objects[index]
            factor = 1.0 if rank == 0 else _SECOND
            if names == {"wish"}:
                factor *= _WISHED
            best: dict[str, Term] = {}
            for number in range(bisect_left(starts, hit[0]), bisect_right(starts, hit[0], index)):
                term = objects[number][2]
                if number not in taken and _accepts(term, names):
                    taken.add(number)
                    if term.task not in best or best[term.task].weight < term.weight:
                        best[term.task] = term
            for term in best.values():
                if term.kind == STRONG:
                    self.evidence.append((term.task, _NAMED * factor, (verb[2], term)))
                elif term.bound_kind == STRONG:
                    self.evidence.append((term.task, term.weight * factor, (verb[2], term)))
                else:
                    self._scored.append(((hit[0], hit[1], term), term.weight * factor, WEAK))
            if rank == 0:
                asked = max(best.values(), key=_weight)
                if STRONG in (asked.kind, asked.bound_kind):
                    self.asked = asked.task
            rank += 1
        if taken:
            self._objects = [hit for number, hit in enumerate(objects) if number not in taken]

    def _object_of(self, verb: Hit, names: set[str], taken: set[int], starts: list[int]) -> int | None:
        """The index of a verb's object; `starts` are the places of all objects, ascending."""
        ahead = _NEAR if names == {"wish"} else _AHEAD
        best: int | None = None
        best_start = -1
        first = bisect_left(starts, verb[1])
        for index in range(first, bisect_left(starts, verb[1] + ahead, first)):
            hit = self._objects[index]
            if index in taken or not _accepts(hit[2], names):
                continue
            # "a Python function name": of neighbouring nouns the last one is meant in English and German.
            if best is None or (hit[0] == best_start + 1 and hit[2].language in ("en", "de", "nl")):
                best, best_start = index, hit[0]
            elif hit[0] > best_start + 1:
                break
        if best is not None:
            return best
        if verb[2].language == "en":
            return None
        for index in range(bisect_left(starts, verb[0]) - 1, -1, -1):
            if verb[0] - starts[index] > _BEHIND:
                break
            if index not in taken and _accepts(self._objects[index][2], names):
                return index
        return None

    def _unasked(self) -> "list[_Scored]":
        """Objects that no verb asks for. One that opens a text is a request all the same: "Haiku on rain"."""
        rest: list[_Scored] = []
        seen: set[Term] = set()
        for hit in self._objects:
            term = hit[2]
            if term in seen or term.kind == STRONG:
                continue
            seen.add(term)
            if (
                hit[0] <= 2
                and hit[0] < self._first_verb
                and not self.asked
                and not self.question
                and self.size > 2
            ):
                rest.append((hit, 0.7 * term.weight, STRONG))
            elif term.alone:
                rest.append((hit, term.alone, term.alone_kind))
        return rest


def _within(places: Sequence[int], low: int, high: int) -> bool:
    """Whether one of the ascending places is from low to high."""
    index = bisect_left(places, low)
    return index < len(places) and places[index] <= high


_Scored = tuple[Hit, float, int]
"""A hit, its weight here, and its kind here."""


_VERBS = frozenset({"make", "edit", "fix", "calc", "act", "digest", "label", "wish", "howmuch"})


def _by_place(verbs: Sequence[Hit]) -> list[tuple[Hit, set[str]]]:
    """The first verb at each place, with the names of all that stand there; verbs come by their places."""
    found: list[tuple[Hit, set[str]]] = []
    last = -1
    for verb in verbs:
        if verb[0] == last:
            found[-1][1].add(verb[2].name)
        else:
            last = verb[0]
            found.append((verb, {verb[2].name}))
    return found


def _accepts(term: Term, verbs: set[str]) -> bool:
    return not verbs.isdisjoint(_ASKING if term.kind == STRONG else term.verbs)


_ASKING = frozenset({"make", "edit", "wish", "fix"})


def _pair(verb: Term, noun: Term) -> str:
    if verb.text == noun.text:
        return noun.label
    return f"'{verb.text} … {noun.text}' ({noun.language})"


def _sum(weights: Iterable[float]) -> float:
    """The sum of weights, heaviest first, each counting less than the one before."""
    total, factor = 0.0, 1.0
    for weight in weights:
        total += weight * factor
        factor *= _DECAY
    return total
