"""Numbers that have a rule: looks at each chain of groups for values of a length that some rule knows."""

import re
from collections.abc import Iterable
from itertools import pairwise

from interlock_privacy.detection.candidate import Candidate
from interlock_privacy.detection.chains import LINE, TIGHT, Chain, chains, lettered
from interlock_privacy.detection.context import AGAINST, REACH, Labels, Nearby
from interlock_privacy.detection.folding import compact
from interlock_privacy.detection.ibans import iban
from interlock_privacy.detection.known import Entry, Known
from interlock_privacy.detection.labelled import begins, claimed
from interlock_privacy.detection.numbering import international
from interlock_privacy.detection.rules import Alone, Rule

__all__ = ["Numbers"]

_GROUP = re.compile(r"[0-9A-Za-z]+")
_DIGITS = re.compile(r"[0-9]+(?:[\-./]{1,2}[0-9]+)*+")
_FRACTION = re.compile(r",[0-9]{1,2}(?![0-9])|[ ]?(?:%|€|\$|zł|USD|EUR|PLN|元)")
_TIME_AFTER = re.compile(r":[0-9]{2}(?![0-9])")
_TIME_BEFORE = re.compile(r"[0-9]:[0-9]{2}(?![0-9])")
_MISREAD = str.maketrans("OQLI", "0011")
# Characters and groups of the longest value that is looked for, spelt out digit by digit.
_LONGEST, _MOST_GROUPS = 80, 34
_SHORTEST = 6
# No number of a person has fewer.
_FEWEST_DIGITS = 3
# More groups of one size in a row than this are a table, not values in groups.
_TABLE = 48
_SCORE_GROUPS, _SCORE_AROUND, _SCORE_NEAR, _SCORE_SURE = 5, 10, 20, 40


class Numbers:
    """The rules of numbers, and what is asked for besides: IBANs, international telephone numbers.

    `declared`: the countries were named, so that groups alone are enough.
    """

    def __init__(self, rules: Iterable[Rule], *, ibans: bool, phones: bool, declared: bool) -> None:
        self.ibans, self.phones = ibans, phones
        self.known = Known(rules, declared=declared)
        self.labels = Labels(self.known.words, begins)

    def find(self, text: str) -> list[Candidate]:
        """Every value of every chain; they may overlap."""
        search = _Search(text, self)
        for chain in chains(text):
            search.chain(chain)
        return search.found


class _Search:
    """One text."""

    __slots__ = ("_best", "_chain", "_digits", "_marks", "_rules", "_sizes", "_text", "found")

    def __init__(self, text: str, rules: Numbers) -> None:
        self._text, self._rules = text, rules
        self._marks = Nearby(rules.labels, text)
        self._chain = Chain([], [], 0, 0)
        self._sizes: list[int] = []
        self._best = -1
        # Whether the chain has no letters.
        self._digits = False
        self.found: list[Candidate] = []

    def chain(self, chain: Chain) -> None:
        """Keeps the values of the next chain."""
        count = len(self.found)
        self._read(chain)
        if sum(self._sizes) >= _SHORTEST:
            start = chain.spans[chain.before][0]
            if self._marks.until < start + REACH:
                self._marks.read(start, start)
            places = self._marks.phrases(start)
            if places and sum(map(str.isdigit, self._text[start : chain.spans[-1][1]])) >= _FEWEST_DIGITS:
                self.found[count:] = claimed(self._text, places, start, self._rules.known, self.found[count:])

    def _read(self, chain: Chain) -> None:
        spans, gaps, before, after = self._chain = chain
        self._best = -1
        self._sizes = sizes = [stop - start for start, stop in spans]
        first, last = before, len(spans) - after
        start, end = spans[0][0], spans[-1][1]
        self._digits = compact(self._text[start:end]).isdigit()
        if self._rules.ibans and not self._digits and self._accounts():
            # What is an account is nothing else; the rest of such a chain is looked at group by group.
            for place in range(len(spans)):
                if spans[place][0] >= self.found[-1].end and sizes[place] >= _SHORTEST:
                    self._unit(place, place + 1)
            return
        while first < last:
            close = first + 1
            while close < last and gaps[close] != LINE:
                close += 1
            if close - first > 1 or sizes[first] >= _SHORTEST:
                self._line(first, close)
            if close < last:
                self._wrapped(first, close, last)
            first = close
        # Letters before and after may belong to the value: BE 0403…, 12345678-Z, AB 12 34 56 C.
        if (before or after) and len(spans) <= _MOST_GROUPS and (after or not _spoken_for(self._best)):
            self._with_letters(before, last)

    def _with_letters(self, before: int, last: int) -> None:
        sizes, begun = self._sizes, self._rules.known.begun
        letters, size = 0, sum(sizes[before:last])
        ends = [(last, size), (last + 1, size + sizes[-1])][: len(sizes) - last + 1]
        unit = before + 1
        while unit < last and self._chain.gaps[unit] == TIGHT:
            unit += 1
        if unit < last:
            ends.append((unit, sum(sizes[before:unit])))
        for begin in range(before, -1, -1):
            if begin < before:
                letters += sizes[begin]
            for end, total in ends:
                if (begin < before or end > last) and (letters, letters + total) in begun:
                    self._window(begin, end, whole=True)

    def _line(self, first: int, last: int) -> None:
        """Groups without the end of a line in between: all, each unit, and what is in groups of some rule."""
        spans, gaps = self._chain.spans, self._chain.gaps
        if last - first == 1:
            self._unit(first, last)
            return
        units = [first, *(place for place in range(first + 1, last) if gaps[place] != TIGHT), last]
        if len(units) > 2 and last - first <= _MOST_GROUPS:
            score = self._window(first, last, whole=True)
            if _spoken_for(score):
                return
        for unit, close in pairwise(units):
            if spans[close - 1][1] - spans[unit][0] >= _SHORTEST:
                self._unit(unit, close)
        if len(units) > 2:
            self._grouped(first, last)
            for close in units[2:-1]:
                if close - first > _MOST_GROUPS:
                    break
                self._window(first, close, whole=False)

    def _wrapped(self, first: int, close: int, last: int) -> None:
        """A value that a line's end divides: what the line ends with, and what the next begins with."""
        gaps, spans = self._chain.gaps, self._chain.spans
        begin, end = close - 1, close + 1
        while begin > first and gaps[begin] == TIGHT:
            begin -= 1
        while end < last and gaps[end] == TIGHT:
            end += 1
        if spans[end - 1][1] - spans[begin][0] > _SHORTEST:
            self._window(begin, end, whole=False)
        if begin > first and close - first <= _MOST_GROUPS:
            self._window(first, end, whole=False)
        part = end
        while end < last and gaps[end] != LINE:
            end += 1
        if (end > part or begin > first) and end - first <= _MOST_GROUPS:
            self._window(first, end, whole=False)

    def _grouped(self, first: int, last: int) -> None:
        """Windows anywhere that are written in the groups of some rule."""
        gaps, known = self._chain.gaps, self._rules.known.groups
        sizes = self._sizes[first:last]
        repeated = 0
        for place in range(len(sizes) - 1):
            repeated = repeated + 1 if sizes[place] == sizes[place + 1] else 0
            wanted = known.get((sizes[place], sizes[place + 1]))
            if wanted is None or repeated > _TABLE or (place and gaps[first + place] == TIGHT):
                continue
            for groups in wanted:
                close = place + len(groups)
                if tuple(sizes[place:close]) == groups and (
                    close == len(sizes) or gaps[first + close] != TIGHT
                ):
                    self._window(first + place, first + close, whole=False)

    def _accounts(self) -> bool:
        """Keeps an IBAN that begins with some group of the chain."""
        text = self._text
        for start, stop in self._chain.spans:
            if not text[start].isalpha() or not text[start : start + 2].isalpha():
                continue
            at = start + 2
            while at < stop and text[at].isalpha():
                at += 1
            at = at - 2 if at < stop else start
            if at - start and not lettered(text[start:at]):
                continue
            found = iban(text, at)
            if found is not None and not _alphanumeric(text[found[0] : found[0] + 1]):
                score = _SCORE_SURE + _SCORE_NEAR
                self.found.append(Candidate(score, at, found[0], "iban", "iban", found[1]))
                return True
        return False

    def _unit(self, first: int, last: int) -> None:
        spans, text = self._chain.spans, self._text
        start, end = spans[first][0], spans[last - 1][1]
        if end - start > _LONGEST:
            return
        groups = tuple(self._sizes[first:last])
        if self._digits:
            self._window(first, last, whole=True)
            return
        value = compact(text[start:end])
        if self._judged(start, end, value, groups, whole=True) >= 0 or value.isdigit():
            return
        # Read from paper, a 0 is often an O, and a 1 an l: believed where a word says what it is.
        clear = value.translate(_MISREAD)
        if clear.isdigit() and self._rules.known.of(clear) is not None:
            count = len(self.found)
            self._judged(start, end, clear, groups, whole=False)
            if len(self.found) > count and self.found[-1].score < _SCORE_NEAR:
                self.found.pop()
            return
        # Words that are glued to a number: NIP5260001246, 85010112345zamieszkały.
        for run in _DIGITS.finditer(text, start, end):
            if run.end() - run.start() > _SHORTEST and self._bounded(run.start(), run.end()):
                sizes = tuple(map(len, _GROUP.findall(run[0])))
                self._judged(run.start(), run.end(), compact(run[0]), sizes, whole=True)

    def _bounded(self, start: int, end: int) -> bool:
        """Whether what is glued to it, on either side, is a word."""
        text, left, right = self._text, start, end
        while left and _letter(text[left - 1]) and start - left < _LONGEST:
            left -= 1
        while right < len(text) and _letter(text[right]) and right - end < _LONGEST:
            right += 1
        if (left and _digit(text[left - 1])) or (right < len(text) and _digit(text[right])):
            return False
        words = [word for word in (text[left:start], text[end:right]) if word]
        return all(lettered(word) or self._rules.labels.of(word.lower()) for word in words)

    def _window(self, first: int, last: int, *, whole: bool) -> int:
        spans = self._chain.spans
        start, end = spans[first][0], spans[last - 1][1]
        if end - start > _LONGEST:
            return -1
        text, sizes = self._text, self._sizes
        # Of digits, their number says whether any rule may know them.
        if (
            self._digits
            and not self._rules.known.counts(sum(sizes[first:last]))
            and text[start] != "0"
            and text[start - 1 : start] != "+"
        ):
            return -1
        return self._judged(start, end, compact(text[start:end]), tuple(sizes[first:last]), whole=whole)

    def _judged(self, start: int, end: int, value: str, groups: tuple[int, ...], *, whole: bool) -> int:
        """Keeps what the value is by the best supported rule that it passes; the score, or -1."""
        text, rules = self._text, self._rules
        before = text[start - 1] if start else ""
        if before == "+" and value.isdigit():
            return self._abroad(start - 1, end, value, _SCORE_SURE + len(value))
        entry = rules.known.of(value)
        if entry is None:
            return self._abroad(start, end, value[2:], _SCORE_AROUND) if value[:2] == "00" else -1
        if before == ":" and _TIME_BEFORE.search(text, max(0, start - 2), start + 3):
            return -1
        if groups[-1] <= 2 and text[end : end + 1] == ":" and _TIME_AFTER.match(text, end):
            return -1
        if entry.prefixes and (found := entry.prefixed(value)):
            return self._kept(_SCORE_NEAR + _SCORE_AROUND, start, end, found[0], found[1])
        rows = entry.groups.get(groups)
        if self._marks.until < end + REACH:
            self._marks.read(start, end)
        near, around, against = self._marks.beside(start, end)
        best, score = (
            self._labelled(entry, value, groups, near, around) if around & entry.mask else (None, -1)
        )
        if best is None:
            extra = _SCORE_GROUPS
            if rows is None and whole and entry.alone:
                rows, extra = entry.alone, 0
                if against or self._amount(start, end, groups):
                    rows = [rule for rule in rows if rule.alone is Alone.SURE]
            for rule in rows or ():
                if rule.check(value):
                    best, score = rule, rule.alone + extra
                    break
        if best is None:
            return self._abroad(start, end, value[2:], _SCORE_AROUND) if value[:2] == "00" else -1
        return self._kept(score, start, end, best, value)

    def _kept(self, score: int, start: int, end: int, rule: Rule, value: str) -> int:
        # A bracket within belongs to it with its other half: (415) 555-2671, A123456(7).
        text = self._text
        opened, closed = text.find("(", start, end), text.find(")", start, end)
        if closed >= 0 and opened < 0 and text[start - 1 : start] == "(":
            start -= 1
        elif opened >= 0 and closed < opened and text[end : end + 1] == ")":
            end += 1
        self.found.append(Candidate(score, start, end, rule.kind, rule.name, value))
        self._best = max(self._best, score)
        return score

    def _labelled(
        self, entry: Entry, value: str, groups: tuple[int, ...], near: int, around: int
    ) -> tuple[Rule | None, int]:
        """The rule that the nearest label speaks for, or any around; and how well it is supported."""
        best, best_score = None, -1
        bits = around & entry.mask
        while bits:
            bit = bits & -bits
            bits ^= bit
            if not bit & near and near == AGAINST:
                continue
            for rule in entry.labelled[bit]:
                score = rule.alone + (_SCORE_NEAR if bit & near else _SCORE_AROUND)
                if groups in rule.groups:
                    score += _SCORE_GROUPS
                if score > best_score and (bit & near or rule.name != "phone") and rule.check(value):
                    best, best_score = rule, score
        return best, best_score

    def _abroad(self, start: int, end: int, value: str, score: int) -> int:
        """Keeps a telephone number with its country's code."""
        if not (self._rules.phones and value.isdigit() and international(value)):
            return -1
        self.found.append(Candidate(score, start, end, "phone", "phone.international", f"+{value}"))
        return score

    def _amount(self, start: int, end: int, groups: tuple[int, ...]) -> bool:
        """Whether it is written as money is, or as a decimal fraction."""
        text = self._text
        if _FRACTION.match(text, end) or text[start - 1 : start] in ("$", "€", "£", "¥", "#"):
            return True
        return len(groups) == 2 and groups[0] < 4 and "." in text[start:end]


def _spoken_for(score: int) -> bool:
    """Whether more than one thing speaks for a value: a label alone speaks for any piece of it, too."""
    return score >= _SCORE_GROUPS and score not in (_SCORE_AROUND, _SCORE_NEAR)


def _letter(each: str) -> bool:
    """Of an alphabet whose words stand apart."""
    return each < "\u0e00" and each.isalpha()


def _digit(each: str) -> bool:
    return each.isascii() and each.isdigit()


def _alphanumeric(each: str) -> bool:
    return each.isascii() and each.isalnum()
