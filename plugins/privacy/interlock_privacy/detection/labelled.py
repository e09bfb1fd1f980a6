"""Values behind a phrase that says in general what they are, such as "national id number" or "税号"."""

import re
from collections.abc import Iterable, Iterator, Sequence

from interlock_privacy.detection.candidate import Candidate
from interlock_privacy.detection.context import ALPHABETS, HEAD, plain, runs_together
from interlock_privacy.detection.folding import compact
from interlock_privacy.detection.known import Known
from interlock_privacy.detection.phrases import IS, NUMBER, PERSON, RUN_IS, RUN_NUMBER, TAX
from interlock_privacy.detection.rules import Rule

__all__ = ["OPENINGS", "RULES", "Claims", "begins"]

# A value that passes no rule is found by one of these.
RULES = {"national_id.labelled": "national_id", "tax_id.labelled": "tax_id"}

# What is believed for a word alone, whatever the digits are.
_BELIEVED = frozenset(("card.other", "passport", "driving_licence"))
_SCORE_RULE, _SCORE_ANY = 15, 12
# How many letters and digits a value has that no rule knows, and how many of them are digits at least.
_SHORTEST, _LONGEST, _FEWEST_DIGITS = 6, 18, 5
# A group this long is a value by itself, whatever follows it.
_WHOLE = 8
# Letters and separators with which a value may begin before its first digit.
_REACHED = 12

# Words that make of it the number of a thing.
_THINGS = re.compile(
    r"(?:vehicle|device|product|equipment|station|hull|animal|asset|case|batch|article|item|part|order|invoice|"
    r"bank|node|file|image|object|model|document|hardware|machine|engine|boat|aircraft|sample|ticket)[\s_\-]{1,2}\Z",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"(?:[A-Z]{1,4}[ \-.]?)?(?:(?=[A-Za-z]{0,6}[0-9])[0-9A-Za-z]{1,20}+)"
    r"(?:[ \-./]{1,2}(?:(?=[A-Za-z]{0,3}[0-9])[0-9A-Za-z]{1,20}+|[A-Z]{1,2}(?![0-9A-Za-z]))){0,8}"
)
_GROUP = re.compile(r"[0-9A-Za-z]+")
_DIGIT = re.compile(r"[0-9]")
# Phrases, and values, of one text.
_MOST_REMEMBERED = 1024
# An amount, an address, a time or a longer word goes on behind it.
_GOES_ON = re.compile(
    r"[0-9A-Za-z_@]|,[0-9]|:[0-9]{2}|[-./][0-9A-Za-z]"
    r"|[ ]?(?:%|[€$£¥]|USD|EUR|GBP|CHF|PLN|zł|[Ee]uros?\b|dollars?\b|pounds\b|Kč|руб|元|円|원)"
)
_DATE = re.compile(
    r"(?:(?:19|20)[0-9]{2}([\-./])[01]?[0-9]\1[0-3]?[0-9]|[0-3]?[0-9]([\-./])[0-3]?[0-9]\2(?:19|20)?[0-9]{2})"
    r"(?![0-9])"
)
_ADDRESS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")


def _phrase(words: str) -> str:
    parts = [
        re.escape(word.rstrip("*")) + (r"[^\W\d_]{0,16}" if word.endswith("*") else "")
        for word in words.split()
    ]
    return r"[\s_\-./]{0,2}".join(parts)


def _phrases(listed: str) -> Iterator[str]:
    for each in listed.split(";"):
        words = " ".join(each.split()).lower()
        yield from {words, plain(words)} if not runs_together(words) else {words}


def _any(words: Iterable[str] | str) -> str:
    listed = words.split() if isinstance(words, str) else words
    return "|".join(sorted({_phrase(each) for each in listed}, key=lambda each: (-len(each), each)))


_SIGNS = r"(?:[\s:=#\"'`*_|>,(\[{-]|</?[A-Za-z]{1,8}>){0,6}+"
_AFTER = (
    rf"(?:'?s|(?<=\Wn[or])\.)?(?:[\s_\-./]{{0,2}}(?:(?:{_any(NUMBER)})(?:\.|(?![{ALPHABETS}]))|{_any(RUN_NUMBER)})){{0,3}}"
    rf"(?![{ALPHABETS}])(?:[ ]?\([^()\d\n]{{1,30}}\))?"
    rf"(?:{_SIGNS}(?:(?:{_any(IS)})(?![{ALPHABETS}0-9])|{_any(RUN_IS)})){{0,4}}{_SIGNS}"
    r"(?=(?-i:(?:[A-Z]{1,4}[ \-.]?)?(?:[A-Z]{0,6}|[a-z]{0,3})[0-9]))"
)


def _compiled(phrases: Iterable[tuple[str, str]]) -> re.Pattern[str]:
    tax, person = (
        _any([words for words, kind in phrases if kind == wanted]) or r"(?!)"
        for wanted in ("tax_id", "national_id")
    )
    return re.compile(rf"(?:(?P<tax_id>{tax})|(?P<national_id>{person})){_AFTER}", re.IGNORECASE)


_ALL = [
    (words, kind) for listed, kind in ((PERSON, "national_id"), (TAX, "tax_id")) for words in _phrases(listed)
]
_BY_HEAD: dict[str, list[tuple[str, str]]] = {}
_RUNNING: list[tuple[str, str]] = []
for _words, _kind in _ALL:
    if runs_together(_words):
        _RUNNING.append((_words, _kind))
    else:
        _BY_HEAD.setdefault(re.split(r"[\W_]", _words, maxsplit=1)[0][:HEAD], []).append((_words, _kind))
_HEADS = {head: _compiled(phrases) for head, phrases in _BY_HEAD.items()}
_RUNS = _compiled(_RUNNING)
_RUN_HEADS = re.compile("|".join(sorted({re.split(r"[\W_]", each)[0][:2] for each, _ in _RUNNING})))


def _openings() -> tuple[frozenset[str], dict[str, tuple[str, ...]]]:
    """Whole words that begin phrases, and by their first letters the beginnings of longer ones."""
    whole: set[str] = set()
    longer: dict[str, set[str]] = {}
    for phrases in _BY_HEAD.values():
        for words, _ in phrases:
            first, *rest = re.split(r"[\s*'°_\-./]+", words)
            # A short word begins many others: then what is glued to it counts, as in TaxNumber.
            opening = first if len(first) > HEAD else first + "".join(rest)[:HEAD]
            whole.add(first)
            longer.setdefault(opening[:HEAD], set()).add(opening)
    return frozenset(whole), {head: tuple(sorted(each)) for head, each in longer.items()}


_WHOLE_WORDS, _OPENINGS = _openings()
# The beginnings of all of them, by their first letters.
OPENINGS = {
    head: (*_OPENINGS.get(head, ()), *(word for word in sorted(_WHOLE_WORDS) if word[:HEAD] == head))
    for head in {*_OPENINGS, *(word[:HEAD] for word in _WHOLE_WORDS)}
}


def begins(word: str) -> bool:
    """Whether a phrase may begin with that word in lower case, or in it where words run together."""
    if word in _WHOLE_WORDS:
        return True
    if word[0] >= "\u0e00" and runs_together(word):
        return _RUN_HEADS.search(word) is not None
    openings = _OPENINGS.get(word[:HEAD])
    return openings is not None and word.startswith(openings)


class Claims:
    """What phrases say of the values of one text.

    A text has few phrases and repeats its values: both are read once, as long as there are not too many.
    """

    __slots__ = ("_known", "_passed", "_phrases", "_text")

    def __init__(self, text: str, known: Known) -> None:
        self._text, self._known = text, known
        # By the words before a digit, what they name, each with how long it is.
        self._phrases: dict[str, list[tuple[str, int]]] = {}
        self._passed: dict[tuple[str, str], Rule | None] = {}

    def corrected(self, places: Sequence[int], start: int, found: list[Candidate]) -> list[Candidate]:
        """What was found, corrected by the phrase that one of the places begins and `start` ends, if any."""
        phrase = self._before(places, start)
        if phrase is None:
            return found
        kind, begin = phrase
        value = self._value(begin, kind)
        if value is None:
            return found
        # The phrase stands nearer than what else was believed: "identity card" speaks of no payment.
        kept = [
            each
            for each in found
            if (each.kind != "phone" and each.rule not in _BELIEVED)
            or each.end <= value.start
            or value.end <= each.start
        ]
        if any((each.start, each.end) == (value.start, value.end) for each in kept):
            return kept
        return [*kept, value]

    def _before(self, places: Sequence[int], start: int) -> tuple[str, int] | None:
        """The kind that a phrase names whose value begins at `start`, or a few letters before."""
        text, least = self._text, start - _REACHED
        for place in places:
            # Nothing within a phrase is a digit, and the first behind it is its value's.
            digit = _DIGIT.search(text, place, start + _REACHED)
            if digit is None or digit.start() < least:
                continue
            words = text[place : digit.start()]
            phrases = self._phrases.get(words)
            if phrases is None:
                if len(self._phrases) >= _MOST_REMEMBERED:
                    self._phrases.clear()
                phrases = self._phrases[words] = list(_named(text, place, digit.end()))
            for kind, size in phrases:
                if least <= place + size <= start and not _THINGS.search(text, max(0, place - 16), place):
                    return kind, place + size
        return None

    def _value(self, begin: int, kind: str) -> Candidate | None:
        text = self._text
        found = _VALUE.match(text, begin)
        if found is None:
            return None
        groups = [each.span() for each in _GROUP.finditer(text, *found.span())]
        ends = [
            stop for _, stop in groups if not _GOES_ON.match(text, stop) or _goes_on(text, stop, found.end())
        ]
        if not ends:
            return None
        first = next(
            (stop for stop in ends if stop - begin >= _WHOLE and text[stop : stop + 1] not in "-./"), 0
        )
        ordered = [first, *(stop for stop in reversed(ends) if stop != first)] if first else ends[::-1]
        values = [(end, compact(text[begin:end])) for end in ordered]
        for end, value in values:
            rule = self._rule(value, kind)
            if rule is None:
                continue
            sizes = tuple(stop - at for at, stop in groups if stop <= end)
            # A part of what stands there passes by chance, unless it is in the groups of its issuer.
            if end == ordered[0] or len(sizes) == 1 or sizes in rule.groups:
                return Candidate(_SCORE_RULE + rule.alone, begin, end, rule.kind, rule.name, value)
        for end, value in values:
            if (
                _plausible(value)
                and not _DATE.match(text, begin, end)
                and not _ADDRESS.fullmatch(text, begin, end)
            ):
                return Candidate(_SCORE_ANY, begin, end, kind, f"{kind}.labelled", value)
        return None

    def _rule(self, value: str, kind: str) -> Rule | None:
        """The best rule that it passes: of the kind that was said, then the best proven."""
        asked = value, kind
        try:
            return self._passed[asked]
        except KeyError:
            pass
        entry = self._known.of(value)
        rules = entry.persons(kind) if entry else ()
        if len(self._passed) >= _MOST_REMEMBERED:
            self._passed.clear()
        passed = self._passed[asked] = next((rule for rule in rules if rule.check(value)), None)
        return passed


def _named(text: str, place: int, end: int) -> Iterator[tuple[str, int]]:
    """What a phrase that begins there may name, and how long it is; a digit ends at `end`."""
    head = text[place : place + HEAD].lower()
    if runs_together(head):
        found = _RUNS.search(text, place, end)
        if found is not None:
            yield found.lastgroup or "", found.end() - place
        return
    for size in range(HEAD, 0, -1):
        pattern = _HEADS.get(head[:size])
        found = pattern.match(text, place, end) if pattern else None
        if found is not None:
            yield found.lastgroup or "", found.end() - place


def _goes_on(text: str, stop: int, end: int) -> bool:
    """Whether the next group belongs to the same value, so that the value may not end here but may later."""
    return stop < end and text[stop] == " "


def _plausible(value: str) -> bool:
    digits = len(value) if value.isdigit() else sum(map(str.isdigit, value))
    return _SHORTEST <= len(value) <= _LONGEST and digits >= _FEWEST_DIGITS and len(set(value)) > 2
