"""Numbers that have a rule: looks at each chain of groups for values of a length that some rule knows."""

import re
from collections.abc import Iterable

from interlock_privacy.detection.candidate import Candidate
from interlock_privacy.detection.chains import LINE, TIGHT, Chain, chain, lettered, letters_before, places
from interlock_privacy.detection.context import REACH, Labels
from interlock_privacy.detection.folding import compact
from interlock_privacy.detection.ibans import iban
from interlock_privacy.detection.judge import SCORE_NEAR, SCORE_SURE, Judge, spoken_for
from interlock_privacy.detection.known import Known
from interlock_privacy.detection.labelled import begins, claimed
from interlock_privacy.detection.plans import FORM, NO_DIGITS, Plan, Plans
from interlock_privacy.detection.rules import Rule
from interlock_privacy.detection.windows import ALL, MOST_GROUPS, PART, SHORTEST, UNIT, windows, with_letters

__all__ = ["Numbers"]

_GROUP = re.compile(r"[0-9A-Za-z]+")
_DIGITS = re.compile(r"[0-9]+(?:[\-./]{1,2}[0-9]+)*+")
_MISREAD = str.maketrans("OQLI", "0011")
# Characters of the longest value that is looked for, spelt out digit by digit.
_LONGEST = 80
# No number of a person has fewer.
_FEWEST_DIGITS = 3


class Numbers:
    """The rules of numbers, and what is asked for besides: IBANs, international telephone numbers.

    `declared`: the countries were named, so that groups alone are enough.
    """

    def __init__(self, rules: Iterable[Rule], *, ibans: bool, phones: bool, declared: bool) -> None:
        self.ibans, self.phones = ibans, phones
        self.known = Known(rules, declared=declared)
        self.plans = Plans(self.known)
        self.labels = Labels(self.known.words, begins)

    def find(self, text: str) -> list[Candidate]:
        """Every value of every chain; they may overlap."""
        judge = Judge(text, self.known, self.labels, phones=self.phones)
        search = _Search(text, self, judge)
        for last, start, end in places(text):
            search.look(last, start, end)
        return judge.found


class _Search:
    """One text."""

    __slots__ = ("_chain", "_digits", "_judge", "_rules", "_sizes", "_text")

    def __init__(self, text: str, rules: Numbers, judge: Judge) -> None:
        self._text, self._rules, self._judge = text, rules, judge
        self._chain = Chain([], [], 0, 0)
        self._sizes: list[int] = []
        # Whether the chain has no letters.
        self._digits = False

    def look(self, last: int, start: int, end: int) -> None:
        """Keeps the values of the next chain; the one before it ended at `last`."""
        text, judge = self._text, self._judge
        found, count = judge.found, len(judge.found)
        judge.best = -1
        letters = letters_before(text, last, start)
        begin = letters[0][0] if letters else start
        written = text[begin:end].encode("ascii", "replace")
        plan = self._rules.plans.of(written.translate(FORM))
        if plan is None or (plan.letters and self._rules.ibans and self._begins(plan, letters, end)):
            read = chain(text, letters, start, end)
            if read is None:
                return
            self._read(read)
            start, size = read.spans[read.before][0], sum(self._sizes)
            digits = sum(map(str.isdigit, text[start:end]))
        else:
            self._planned(plan, begin, written.translate(None, NO_DIGITS).decode())
            start, size, digits = begin + plan.start, plan.size, plan.digits
        if size < SHORTEST:
            return
        marks = judge.marks
        if marks.until < start + REACH:
            marks.read(start, start)
        phrases = marks.phrases(start)
        if phrases and digits >= _FEWEST_DIGITS:
            found[count:] = claimed(text, phrases, start, self._rules.known, found[count:])

    def _begins(self, plan: Plan, letters: list[tuple[int, int]], end: int) -> bool:
        """Whether an IBAN begins with some of the letters around digits."""
        for start, stop in letters:
            if stop - start > 1 and iban(self._text, start) is not None:
                return True
        return plan.after > 1 and iban(self._text, end - plan.after) is not None

    def _planned(self, plan: Plan, begin: int, digits: str) -> None:
        """Looks at the windows that were remembered: the value of each is a piece of the digits."""
        text, judge = self._text, self._judge
        # What comes from abroad may have a length that no rule knows.
        abroad = "00" in digits or text[begin - 1 : begin] == "+"
        for at, to, first, last, groups, way, entry, rows in plan.every if abroad else plan.known:
            start, end, value, whole = begin + at, begin + to, digits[first:last], way != PART
            if abroad or entry is None:
                score = judge.judged(start, end, value, groups, whole=whole)
            else:
                score = judge.weighed(start, end, value, groups, entry=entry, rows=rows, whole=whole)
            if way == ALL and spoken_for(score):
                break
        if plan.lettered and (plan.after or not spoken_for(judge.best)):
            for at, to, groups, entry in plan.lettered:
                start, end = begin + at, begin + to
                value, rows = compact(text[start:end]), entry.groups.get(groups)
                judge.weighed(start, end, value, groups, entry=entry, rows=rows, whole=True)

    def _read(self, chain: Chain) -> None:
        spans, gaps, before, after = self._chain = chain
        self._sizes = sizes = [stop - start for start, stop in spans]
        first, last = before, len(spans) - after
        start, end = spans[0][0], spans[-1][1]
        self._digits = not (before or after) and compact(self._text[start:end]).isdigit()
        if self._rules.ibans and not self._digits and self._accounts():
            # What is an account is nothing else; the rest of such a chain is looked at group by group.
            for place in range(len(spans)):
                if spans[place][0] >= self._judge.found[-1].end and sizes[place] >= SHORTEST:
                    self._unit(place, place + 1)
            return
        while first < last:
            close = first + 1
            while close < last and gaps[close] != LINE:
                close += 1
            self._line(first, close)
            if close < last:
                self._wrapped(first, close, last)
            first = close
        # Letters before and after may belong to the value: BE 0403…, 12345678-Z, AB 12 34 56 C.
        if (before or after) and len(spans) <= MOST_GROUPS and (after or not spoken_for(self._judge.best)):
            for begin, end in with_letters(sizes, gaps, before, last, self._rules.known.begun):
                self._window(begin, end, whole=True)

    def _line(self, first: int, last: int) -> None:
        spans, gaps, _, _ = self._chain
        for begin, end, way in windows(spans, gaps, first, last, self._rules.known.groups):
            if way == UNIT:
                self._unit(begin, end)
            else:
                score = self._window(begin, end, whole=way == ALL)
                if way == ALL and spoken_for(score):
                    return

    def _wrapped(self, first: int, close: int, last: int) -> None:
        """A value that a line's end divides: what the line ends with, and what the next begins with."""
        gaps, spans = self._chain.gaps, self._chain.spans
        begin, end = close - 1, close + 1
        while begin > first and gaps[begin] == TIGHT:
            begin -= 1
        while end < last and gaps[end] == TIGHT:
            end += 1
        if spans[end - 1][1] - spans[begin][0] > SHORTEST:
            self._window(begin, end, whole=False)
        if begin > first and close - first <= MOST_GROUPS:
            self._window(first, end, whole=False)
        part = end
        while end < last and gaps[end] != LINE:
            end += 1
        if (end > part or begin > first) and end - first <= MOST_GROUPS:
            self._window(first, end, whole=False)

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
                score = SCORE_SURE + SCORE_NEAR
                self._judge.found.append(Candidate(score, at, found[0], "iban", "iban", found[1]))
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
        if self._judge.judged(start, end, value, groups, whole=True) >= 0 or value.isdigit():
            return
        # Read from paper, a 0 is often an O, and a 1 an l: believed where a word says what it is.
        clear = value.translate(_MISREAD)
        if clear.isdigit() and self._rules.known.of(clear) is not None:
            count = len(self._judge.found)
            self._judge.judged(start, end, clear, groups, whole=False)
            if len(self._judge.found) > count and self._judge.found[-1].score < SCORE_NEAR:
                self._judge.found.pop()
            return
        # Words that are glued to a number: NIP5260001246, 85010112345zamieszkały.
        for run in _DIGITS.finditer(text, start, end):
            if run.end() - run.start() > SHORTEST and self._bounded(run.start(), run.end()):
                sizes = tuple(map(len, _GROUP.findall(run[0])))
                self._judge.judged(run.start(), run.end(), compact(run[0]), sizes, whole=True)

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
        return self._judge.judged(start, end, compact(text[start:end]), tuple(sizes[first:last]), whole=whole)


def _letter(each: str) -> bool:
    """Of an alphabet whose words stand apart."""
    return each < "\u0e00" and each.isalpha()


def _digit(each: str) -> bool:
    return each.isascii() and each.isdigit()


def _alphanumeric(each: str) -> bool:
    return each.isascii() and each.isalnum()
