"""Whether a value is believed: by the rules that it passes, and by what stands beside it."""

import re

from interlock_privacy.detection.candidate import Candidate
from interlock_privacy.detection.context import AGAINST, REACH, Labels, Nearby
from interlock_privacy.detection.known import Entry, Known
from interlock_privacy.detection.numbering import international
from interlock_privacy.detection.rules import Alone, Rule

__all__ = ["SCORE_NEAR", "SCORE_SURE", "Judge", "spoken_for"]

_FRACTION = re.compile(r",[0-9]{1,2}(?![0-9])|[ ]?(?:%|€|\$|zł|USD|EUR|PLN|元)")
_TIME_AFTER = re.compile(r":[0-9]{2}(?![0-9])")
_TIME_BEFORE = re.compile(r"[0-9]:[0-9]{2}(?![0-9])")
_SCORE_GROUPS, _SCORE_AROUND, SCORE_NEAR, SCORE_SURE = 5, 10, 20, 40


class Judge:
    """Keeps in `found` what is believed of one text; `best` is the best score since it was set to -1."""

    __slots__ = ("_known", "_phones", "_text", "best", "found", "marks")

    def __init__(self, text: str, known: Known, labels: Labels, *, phones: bool) -> None:
        self._text, self._known, self._phones = text, known, phones
        self.marks = Nearby(labels, text)
        self.best = -1
        self.found: list[Candidate] = []

    def judged(self, start: int, end: int, value: str, groups: tuple[int, ...], *, whole: bool) -> int:
        """Keeps what the value is by the best supported rule that it passes; the score, or -1."""
        text = self._text
        before = text[start - 1] if start else ""
        if before == "+" and value.isdigit():
            return self._abroad(start - 1, end, value, SCORE_SURE + len(value))
        entry = self._known.of(value)
        if entry is None:
            return self._abroad(start, end, value[2:], _SCORE_AROUND) if value[:2] == "00" else -1
        return self.weighed(
            start, end, value, groups, entry=entry, rows=entry.groups.get(groups), whole=whole
        )

    def weighed(
        self,
        start: int,
        end: int,
        value: str,
        groups: tuple[int, ...],
        *,
        entry: Entry,
        rows: list[Rule] | None,
        whole: bool,
    ) -> int:
        """The same of a value that some rule knows."""
        text = self._text
        before = text[start - 1] if start else ""
        if before == ":" and _TIME_BEFORE.search(text, max(0, start - 2), start + 3):
            return -1
        if groups[-1] <= 2 and text[end : end + 1] == ":" and _TIME_AFTER.match(text, end):
            return -1
        if entry.prefixes and (found := entry.prefixed(value)):
            return self._kept(SCORE_NEAR + _SCORE_AROUND, start, end, found[0], found[1])
        if self.marks.until < end + REACH:
            self.marks.read(start, end)
        near, around, against = self.marks.beside(start, end)
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
        self.best = max(self.best, score)
        return score

    def _labelled(
        self, entry: Entry, value: str, groups: tuple[int, ...], near: int, around: int
    ) -> tuple[Rule | None, int]:
        """The rule that the nearest label speaks for, or any around; and how well it is supported."""
        # A label that is near outweighs all others.
        best = self._passed(entry, near & entry.mask, value, groups, SCORE_NEAR)
        if best[0] is None and near != AGAINST:
            best = self._passed(entry, around & ~near & entry.mask, value, groups, _SCORE_AROUND)
        return best

    @staticmethod
    def _passed(
        entry: Entry, bits: int, value: str, groups: tuple[int, ...], support: int
    ) -> tuple[Rule | None, int]:
        """The best rule of those labels that the value passes."""
        best, best_score = None, -1
        while bits:
            bit = bits & -bits
            bits ^= bit
            for rule in entry.labelled[bit]:
                score = rule.alone + support + (_SCORE_GROUPS if groups in rule.groups else 0)
                if (
                    score > best_score
                    and (support == SCORE_NEAR or rule.name != "phone")
                    and rule.check(value)
                ):
                    best, best_score = rule, score
        return best, best_score

    def _abroad(self, start: int, end: int, value: str, score: int) -> int:
        """Keeps a telephone number with its country's code."""
        if not (self._phones and value.isdigit() and international(value)):
            return -1
        self.found.append(Candidate(score, start, end, "phone", "phone.international", f"+{value}"))
        return score

    def _amount(self, start: int, end: int, groups: tuple[int, ...]) -> bool:
        """Whether it is written as money is, or as a decimal fraction."""
        text = self._text
        if _FRACTION.match(text, end) or text[start - 1 : start] in ("$", "€", "£", "¥", "#"):
            return True
        return len(groups) == 2 and groups[0] < 4 and "." in text[start:end]


def spoken_for(score: int) -> bool:
    """Whether more than one thing speaks for a value: a label alone speaks for any piece of it, too."""
    return score >= _SCORE_GROUPS and score not in (_SCORE_AROUND, SCORE_NEAR)
