"""Whether a value is believed: by the rules that it passes, and by what stands beside it."""

import re
import string
from functools import cache

from interlock_privacy.detection.calls import Voice, coded, said, voice
from interlock_privacy.detection.candidate import Candidate, candidate
from interlock_privacy.detection.context import AGAINST, Labels
from interlock_privacy.detection.known import SCORE_GROUPS, Known, Written
from interlock_privacy.detection.nearby import REACH, Nearby
from interlock_privacy.detection.numbering import international
from interlock_privacy.detection.rules import ELSEWHERE, Alone, Rule
from interlock_privacy.detection.support import booked, called, denied, filler, pieced, spoken

__all__ = ["SCORE_NEAR", "SCORE_SURE", "Judge", "spoken_for"]

# What behind a number makes it an amount; most words do not begin as any of it does.
_FRACTION = re.compile(
    r",[0-9]{1,2}(?![0-9])"
    r"|(?=[ ]?[%€$£¥₽zUEGCPKFekl元円원fргrđर])"
    r"[ ]?(?:%|[€$£¥₽]|zł|USD|EUR|GBP|CHF|PLN|Kč|Ft\b|kr\b|元|円|원|[Ee]uro|kron|koron|lei\b|"
    r"forint|złot|руб|грн|гривен|lira|rupiah|đồng|रुपये)"
)
# A value's own characters: all others stand between its groups.
_OWN = f"{string.digits}{string.ascii_letters}()"
_TIME_AFTER = re.compile(r":[0-9]{2}(?![0-9])")
_TIME_BEFORE = re.compile(r"[0-9]:[0-9]{2}(?![0-9])")
# Before a number, what says by itself what it is.
_SIGNS = frozenset("+:")
# Signs between a value and its label that leave no room for anything else.
_CLOSE = 2
# Python 3.11 looks a member of an enumeration up at ten times the cost of a name.
_PLAIN, _SURE = Alone.PLAIN, Alone.SURE
_DENIED, _SILENT, _LOOSE, _SAID = Voice.DENIED, Voice.SILENT, Voice.LOOSE, Voice.SAID
_SCORE_AROUND, SCORE_NEAR, _PROVEN, SCORE_SURE = 10, 20, 24, 40


class Judge:
    """Keeps in `found` what is believed of one text.

    `best` is the best score in the run that was begun, `left` and `right` what stands beside that.
    """

    __slots__ = (
        "_ascii",
        "_begin",
        "_brackets",
        "_edged",
        "_end",
        "_known",
        "_nearest",
        "_phones",
        "_text",
        "best",
        "found",
        "left",
        "marks",
        "right",
    )

    def __init__(self, text: str, known: Known, labels: Labels, *, phones: bool) -> None:
        self._text, self._known, self._phones = text, known, phones
        self.marks = Nearby(labels, text)
        self.found: list[Candidate] = []
        self._begin, self._end, self._nearest = 0, 0, 0
        self._brackets = self._edged = False
        self._ascii = text.isascii()
        self.best, self.left, self.right = -1, "", ""

    def begin(self, begin: int, end: int, *, brackets: bool) -> None:
        """Values are now of the run from there to there; `brackets` says whether it has any within."""
        text = self._text
        self._begin, self._end, self.best = begin, end, -1
        self.left, self.right = left, right = text[begin - 1] if begin else "", text[end : end + 1]
        self._edged = left in _SIGNS or right == ":"
        self._brackets = brackets
        self.marks.read(begin, end)

    def judged(  # noqa: PLR0917 - what a plan has of a window, once for each
        self,
        start: int,
        end: int,
        value: str,
        groups: tuple[int, ...],
        written: Written | None,
        whole: bool,
    ) -> int:
        """Keeps what the value is by the best supported rule that it passes; the score, or -1.

        `written` is what is known of its shape in such groups.
        """
        # What says what it is stands beside the run: no run has a colon within.
        if self._edged:
            text = self._text
            if start == self._begin:
                if self.left == "+" and value.isdigit():
                    return self._abroad(start - 1, end, value, SCORE_SURE + len(value))
                if self.left == ":" and _TIME_BEFORE.search(text, max(0, start - 2), start + 3):
                    return -1 if written else self._from_home(start, end, value)
            if (
                self.right == ":"
                and written is not None
                and end == self._end
                and groups[-1] <= 2
                and _TIME_AFTER.match(text, end)
            ):
                return -1
        if written is None:
            return self._from_home(start, end, value) if value[:2] == "00" else -1
        if (
            written.prefixes
            and (found := written.entry.prefixed(value))
            and not (pieced(self._text, start, end) or denied(self._text, self.marks, start, found[0].kind))
        ):
            return self._kept(SCORE_NEAR + _SCORE_AROUND, start, end, found[0], found[1])
        heard = None
        # Few labels are those of any rule that such a value may pass.
        if self.marks.around & written.mask:
            near, around, self._nearest = self.marks.beside(start, end)
            if around & written.mask:
                best, score, heard = self._named(start, end, value, groups, written, near, around)
                if best is not None:
                    return self._kept(score, start, end, best, value)
        official = written.official
        for rule in official or (written.alone if whole else ()):
            if not rule.check(value):
                continue
            if (
                rule.alone is not _SURE
                and not official
                and (self._against(start) or self._amount(start, end, groups))
            ):
                continue
            if rule.kind == "phone":
                heard = self._voice(start, end) if heard is None else heard
                if not _rings(self._text, start, end, heard, written=True):
                    continue
            elif rule.alone is not _SURE and not self._stands(start, end, value, groups, rule):
                continue
            # What is proven outweighs a label that speaks for a piece of it.
            extra = _PROVEN if rule.alone is _SURE else SCORE_GROUPS if official else 0
            return self._kept(rule.alone + extra, start, end, rule, value)
        return self._from_home(start, end, value) if value[:2] == "00" else -1

    def _from_home(self, start: int, end: int, value: str) -> int:
        """Keeps a number that is dialled with 00 before the country."""
        if value[:2] != "00" or not (self._phones and value.isdigit() and international(value[2:])):
            return -1
        heard = self._voice(start, end)
        if not _rings(self._text, start, end, heard, written=True):
            return -1
        # More than the same number without its country.
        score = _SCORE_AROUND if heard is _SILENT else SCORE_NEAR
        return self._abroad(start, end, value[2:], score + 1 + SCORE_GROUPS + 1)

    def _against(self, start: int) -> bool:
        """Whether a label before a value says that it is another thing."""
        return self.marks.around & AGAINST != 0 and self.marks.against(start)

    def _voice(self, start: int, end: int) -> Voice:
        """What the labels beside a number say of its being a telephone number."""
        return voice(self._text, self.marks, start, end, *self._known.called)

    def _kept(self, score: int, start: int, end: int, rule: Rule, value: str) -> int:
        # A bracket within belongs to it with its other half: (415) 555-2671, A123456(7).
        if self._brackets:
            text = self._text
            opened, closed = text.find("(", start, end), text.find(")", start, end)
            if closed >= 0 and opened < 0 and text[start - 1 : start] == "(":
                start -= 1
            elif opened >= 0 and closed < opened and text[end : end + 1] == ")":
                end += 1
        self.found.append(candidate((score, start, end, rule.kind, rule.name, value)))
        self.best = max(self.best, score)
        return score

    def _named(  # noqa: PLR0917 - what is known of a window
        self,
        start: int,
        end: int,
        value: str,
        groups: tuple[int, ...],
        written: Written,
        near: int,
        around: int,
    ) -> tuple[Rule | None, int, Voice | None]:
        """The rule that labels speak for, how well it is supported, and what those for telephones say."""
        heard, mask, (calls, any_word) = None, written.mask, self._known.called
        if around & mask & calls:
            if near & calls and self.marks.last(self._nearest, start):
                heard = said(self._text, self._nearest, start)
            else:
                heard = self._voice(start, end)
            near, around = _heard(heard, near, around, calls)
        best, score = self._labelled(start, end, value, written, mask, near, around)
        if best is not None and best.kind == "phone":
            heard = self._voice(start, end) if heard is None else heard
            if not _rings(self._text, start, end, heard, written=groups in best.groups):
                mask &= ~(calls | any_word)
                best, score = self._labelled(start, end, value, written, mask, near, around)
        return best, score, heard

    def _labelled(  # noqa: PLR0917 - the same
        self, start: int, end: int, value: str, written: Written, mask: int, near: int, around: int
    ) -> tuple[Rule | None, int]:
        """The rule that the nearest label speaks for, or any around; and how well it is supported."""
        # A label that is near outweighs all others.
        if bits := near & mask:
            for score, rule, bit in written.near(bits):
                if rule.check(value) and (
                    rule.alone >= _PLAIN or self._meant(start, end, rule, bit, SCORE_NEAR)
                ):
                    return rule, score + SCORE_NEAR
        # Over a table, the name of another column may stand nearer.
        if (bits := around & ~near & mask) and (near != AGAINST or "\n" in self._text[self._nearest : start]):
            for score, rule, bit in written.around(bits):
                if rule.check(value) and (
                    rule.alone >= _PLAIN or self._meant(start, end, rule, bit, _SCORE_AROUND)
                ):
                    return rule, score + _SCORE_AROUND
        return None, -1

    def _meant(self, start: int, end: int, rule: Rule, bit: int, support: int) -> bool:
        """Whether a label of that bit speaks of this value, as far as the rule needs one."""
        if rule.kind == "phone":
            return True
        text, nearest = self._text, self._nearest
        if _FRACTION.match(text, end):
            return False
        if text[start].islower() and filler(text, start):
            return False
        if (
            support == SCORE_NEAR
            and start - nearest <= _CLOSE
            and text[nearest - 1] < "\u0e00"
            and text[nearest] != "\n"
        ):
            return True
        return (called if rule.named else spoken)(self._text, self.marks, start, end, bit)

    def _fits(self, start: int, end: int, wanted: str) -> bool:
        """Whether what stands near a value matches an expression."""
        if self._ascii:
            return wanted == ELSEWHERE
        return re.search(wanted, self._text[max(0, start - REACH) : end + REACH]) is not None

    def _stands(self, start: int, end: int, value: str, groups: tuple[int, ...], rule: Rule) -> bool:
        """Whether a value that no label speaks for may be what its rule says."""
        text = self._text
        if pieced(text, start, end) or _FRACTION.match(text, end):
            return False
        if end - start > len(value):
            if len(groups) > 1 and rule.groups and groups not in rule.groups and rule.kind != "card":
                return False
            if not _written_with(rule.marks).issuperset(text[start:end]):
                return False
        if rule.beside and not self._fits(start, end, rule.beside):
            return False
        return not denied(text, self.marks, start, rule.kind)

    def _abroad(self, start: int, end: int, value: str, score: int) -> int:
        """Keeps a telephone number with its country's code."""
        if not (self._phones and value.isdigit() and international(value)):
            return -1
        self.found.append(candidate((score, start, end, "phone", "phone.international", f"+{value}")))
        return score

    def _amount(self, start: int, end: int, groups: tuple[int, ...]) -> bool:
        """Whether it is written as money is, or as a decimal fraction."""
        text = self._text
        if _FRACTION.match(text, end) or text[start - 1 : start] in ("$", "€", "£", "¥", "#"):
            return True
        return len(groups) == 2 and groups[0] < 4 and "." in text[start:end]


@cache
def _written_with(marks: str) -> frozenset[str]:
    """The characters of a value between whose groups are those marks."""
    return frozenset(_OWN + marks)


def _heard(heard: Voice, near: int, around: int, calls: int) -> tuple[int, int]:
    """The labels that count, once it is known what those for telephones say."""
    if heard is _SAID:
        return (near & ~AGAINST) | calls, around
    near &= ~calls
    if heard > _SILENT:
        return near & ~AGAINST, around
    return near, around & ~calls


def _rings(text: str, start: int, end: int, heard: Voice, *, written: bool) -> bool:
    """Whether it may be a telephone number; `written` in groups in which some country writes its own."""
    if heard is _SAID or heard is _LOOSE:
        return True
    if heard is _DENIED or not (written or heard is _SILENT) or coded(text, start, end):
        return False
    return heard is not _SILENT or not booked(text, start, end)


def spoken_for(score: int) -> bool:
    """Whether more than one thing speaks for a value: a label alone speaks for any piece of it, too."""
    return score >= SCORE_GROUPS and score not in (_SCORE_AROUND, SCORE_NEAR)
