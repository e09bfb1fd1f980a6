"""Numbers that have a rule: looks at each run of groups for values of a length that some rule knows."""

import re
from collections.abc import Iterable
from typing import TypeAlias

from interlock_privacy.detection.candidate import Candidate
from interlock_privacy.detection.chains import EXTENSIONS, backwards, lettered, letters_before, places
from interlock_privacy.detection.context import Labels
from interlock_privacy.detection.folding import compact
from interlock_privacy.detection.ibans import LENGTHS, LONGEST, iban
from interlock_privacy.detection.judge import SCORE_NEAR, SCORE_SURE, Judge, spoken_for
from interlock_privacy.detection.known import Known
from interlock_privacy.detection.labelled import OPENINGS, Claims, begins
from interlock_privacy.detection.nearby import REACH
from interlock_privacy.detection.plans import FORM, SEPARATORS, Plan, Plans, Window
from interlock_privacy.detection.rules import Rule
from interlock_privacy.detection.windows import ALL, PART, SHORTEST, UNIT

__all__ = ["Numbers"]

_GROUP = re.compile(r"[0-9A-Za-z]+")
_DIGITS = re.compile(r"[0-9]+(?:[\-./]{1,2}[0-9]+)*+")
_MISREAD = str.maketrans("OQLI", "0011")
# A word that is glued to a number; longer ones are no words.
_LONGEST_WORD = 80
# Runs of one text; how far around them is compared, which is further than anything is read; labels are nearer
# than that, with room for what is said of a phrase; and how far letters may stand before a run.
_MOST_REMEMBERED, _AROUND, _NEAR, _BEFORE = 1024, 300, REACH + 40, 16
# Characters before a run that are compared first; of how many runs one is asked whether the text repeats
# itself, and how far ahead.
_NEXT, _PROBED, _FAR = 4, 32, 20_000
# No word of any script has one.
_BREAK = re.compile(r"[\x00-@\[-`{-\x7f]")
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
        self.labels = Labels(self.known.words, begins, OPENINGS)

    def find(self, text: str) -> list[Candidate]:
        """Every value of every run; they may overlap."""
        judge = Judge(text, self.known, self.labels, phones=self.phones)
        _Search(text, self, judge).look()
        return judge.found


# Where the run before one ended, where it began, and which of what was found is its.
_Seen: TypeAlias = tuple[int, int, int, int]


class _Search:
    """One text.

    Tables and logs repeat themselves, and so do texts made to be slow: a run that stands again between the
    same words is not read again.
    """

    __slots__ = (
        "_back",
        "_begin",
        "_capitals",
        "_claims",
        "_forms",
        "_judge",
        "_remembered",
        "_rules",
        "_seen",
        "_signs",
        "_text",
    )

    def __init__(self, text: str, rules: Numbers, judge: Judge) -> None:
        self._text, self._rules, self._judge = text, rules, judge
        self._remembered = rules.plans.remembered
        # All of it at once, as capitals and as forms of runs: cheaper than one run after another.
        self._capitals = text.encode("ascii", "replace").upper()
        self._forms = self._capitals.translate(FORM)
        self._back = backwards(text)
        self._claims = Claims(text, rules.known)
        self._seen: dict[str, _Seen] = {}
        # Where the run begins, and its letters and digits.
        self._begin, self._signs = 0, ""

    def look(self) -> None:
        """Keeps the values of every run."""
        text, found, seen, repeats = self._text, self._judge.found, self._seen, False
        for number, (last, start, end) in enumerate(places(text, self._forms)):
            # Most texts do not repeat themselves: then what was read is not kept.
            if number % _PROBED == 0:
                repeats = text.find(text[start : start + 2 * _AROUND], start + 1, start + _FAR) >= 0
            if not repeats:
                self._read(last, start, end)
                continue
            written, first = text[start:end], len(found)
            before = seen.get(written)
            # Mostly other words stand before it: that is seen at once.
            if (
                before is not None
                and text[start - _NEXT : start] == text[before[1] - _NEXT : before[1]]
                and self._again(before, last, start, end)
            ):
                moved = start - before[1]
                found += [
                    each._replace(start=each.start + moved, end=each.end + moved)
                    for each in found[before[2] : before[3]]
                ]
            else:
                self._read(last, start, end)
            if len(seen) >= _MOST_REMEMBERED:
                seen.clear()
            seen[written] = last, start, first, len(found)

    def _again(self, seen: _Seen, last: int, start: int, end: int) -> bool:
        """Whether the same run stood between the same words: then it holds the same values."""
        text, moved = self._text, start - seen[1]
        low, high = start - _AROUND, end + _AROUND
        return (
            low >= moved
            and text[low:high] == text[low - moved : high - moved]
            and min(start - last, _BEFORE) == min(seen[1] - seen[0], _BEFORE)
            # No word that reaches beyond what was compared is near enough to be a label.
            and _BREAK.search(text, low, start - _NEAR) is not None
            and _BREAK.search(text, end + _NEAR, high) is not None
        )

    def _read(self, last: int, start: int, end: int) -> None:
        judge = self._judge
        found, count = judge.found, len(judge.found)
        begin = letters_before(self._back, last, start)
        form = self._forms[begin:end]
        plan = self._remembered(form) or self._rules.plans.of(form)
        if plan is None or plan.unsure:
            plan = self._sure(plan, begin, start, end)
        # No value has fewer letters and digits, but those of an IBAN may go on behind the run.
        short, accounts = plan.size < SHORTEST, plan.accounts
        if short and not accounts:
            return
        self._signs = value = self._capitals[begin:end].translate(None, SEPARATORS).decode()
        self._begin = begin
        account = bool(accounts) and self._rules.ibans and self._account(accounts)
        if short:
            return
        judge.begin(begin, end, brackets=plan.brackets)
        if account:
            # What is an account is nothing else; the rest of such a run is looked at group by group.
            self._values(
                unit
                for unit in plan.units
                if begin + unit.start >= found[-1].end and unit.last - unit.first >= SHORTEST
            )
        else:
            windows, lettered = plan.silent, plan.silent_lettered
            if judge.left == "+" or "00" in value:
                # What comes from abroad may have a length that no rule knows.
                windows, lettered = plan.every, plan.lettered
            elif judge.marks.around & plan.mask:
                windows, lettered = plan.known, plan.lettered
            self._values(windows)
            if lettered and (plan.after or not spoken_for(judge.best)):
                for at, to, head, tail, groups, _, _, _, known in lettered:
                    judge.judged(begin + at, begin + to, value[head:tail], groups, known, True)
        phrases = judge.marks.phrases(begin + plan.start)
        if phrases and plan.digits >= _FEWEST_DIGITS:
            found[count:] = self._claims.corrected(phrases, begin + plan.start, found[count:])

    def _sure(self, plan: Plan | None, begin: int, start: int, end: int) -> Plan:
        """The plan of a run whose form does not tell it: it is long, or its letters have to be read."""
        written = self._text[begin:end]
        if plan and plan.split and lettered(written[slice(*plan.glued)]):
            plan = plan.split
        if plan is None or (plan.extension[1] and written[slice(*plan.extension)] in EXTENSIONS):
            return self._rules.plans.once(written, start - begin)
        return plan

    def _values(self, windows: Iterable[Window]) -> None:
        """Keeps what some of the windows are."""
        judge, begin, signs = self._judge, self._begin, self._signs
        done = -2
        for at, to, first, last, groups, way, line, letters, written in windows:
            if line == done:
                continue
            start, end, value = begin + at, begin + to, signs[first:last]
            score = judge.judged(start, end, value, groups, written, way != PART)
            if way == ALL and spoken_for(score):
                # All of a line is one value, and nothing in it is another.
                done = line
            elif letters and way == UNIT and score < 0:
                self._glued(start, end, value, groups)

    def _account(self, accounts: Iterable[tuple[int, int, int]]) -> bool:
        """Keeps an IBAN that begins with some group of the run."""
        text, begin, signs = self._text, self._begin, self._signs
        for first, at, place in accounts:
            if signs[place : place + 2] not in LENGTHS:
                continue
            start = begin + at
            if at > first and not lettered(text[begin + first : start]):
                continue
            found = iban(text, start, signs[place : place + LONGEST])
            if found is not None and not _alphanumeric(text[found[0] : found[0] + 1]):
                score = SCORE_SURE + SCORE_NEAR
                self._judge.found.append(Candidate(score, start, found[0], "iban", "iban", found[1]))
                return True
        return False

    def _glued(self, start: int, end: int, value: str, groups: tuple[int, ...]) -> None:
        """Keeps what is misread, or glued to words, in a unit that is no value itself."""
        text, judge, known = self._text, self._judge, self._rules.known
        # Read from paper, a 0 is often an O, and a 1 an l: believed where a word says what it is.
        clear = value.translate(_MISREAD)
        if clear.isdigit() and (entry := known.of(clear)) is not None:
            count = len(judge.found)
            judge.judged(start, end, clear, groups, entry.written(groups), False)
            if len(judge.found) > count and judge.found[-1].score < SCORE_NEAR:
                judge.found.pop()
            return
        # Words that are glued to a number: NIP5260001246, 85010112345zamieszkały.
        for run in _DIGITS.finditer(text, start, end):
            if run.end() - run.start() > SHORTEST and self._bounded(run.start(), run.end()):
                sizes = tuple(map(len, _GROUP.findall(run[0])))
                value = compact(run[0])
                entry = known.of(value)
                written = entry.written(sizes) if entry else None
                judge.judged(run.start(), run.end(), value, sizes, written, True)

    def _bounded(self, start: int, end: int) -> bool:
        """Whether what is glued to it, on either side, is a word."""
        text, left, right = self._text, start, end
        while left and _letter(text[left - 1]) and start - left < _LONGEST_WORD:
            left -= 1
        while right < len(text) and _letter(text[right]) and right - end < _LONGEST_WORD:
            right += 1
        if (left and _digit(text[left - 1])) or (right < len(text) and _digit(text[right])):
            return False
        words = [word for word in (text[left:start], text[end:right]) if word]
        return all(lettered(word) or self._rules.labels.of(word.lower()) for word in words)


def _letter(each: str) -> bool:
    """Of an alphabet whose words stand apart."""
    return each < "\u0e00" and each.isalpha()


def _digit(each: str) -> bool:
    return each.isascii() and each.isdigit()


def _alphanumeric(each: str) -> bool:
    return each.isascii() and each.isalnum()
