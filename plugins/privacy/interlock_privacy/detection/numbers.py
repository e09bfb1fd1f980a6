"""Numbers that have a rule: looks at each chain of groups for values of a length that some rule knows."""

import re
from collections.abc import Iterable, Iterator

from interlock_privacy.detection.candidate import Candidate
from interlock_privacy.detection.chains import Chain, chains, compact, lettered
from interlock_privacy.detection.context import AGAINST, Labels
from interlock_privacy.detection.ibans import iban
from interlock_privacy.detection.numbering import international
from interlock_privacy.detection.rules import Alone, Rule

__all__ = ["Numbers"]

_SHAPE = str.maketrans("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", "9" * 10 + "A" * 26)
_GROUP = re.compile(r"[0-9A-Za-z]+")
_DIGITS = re.compile(r"[0-9]+(?:[\-./]{1,2}[0-9]+)*+")
_FRACTION = re.compile(r",[0-9]{1,2}(?![0-9])|[ ]?(?:%|€|\$|zł|USD|EUR|PLN|元)")
_TIME_AFTER = re.compile(r"(?<![0-9][0-9]):[0-9]{2}(?![0-9])|(?<=[^0-9][0-9]{2}):[0-9]{2}(?![0-9])")
_TIME_BEFORE = re.compile(r"[0-9]:[0-9]{2}(?![0-9])")
_MISREAD = str.maketrans("OQLI", "0011")
_LONGEST = 40
_SCORE_NEAR, _SCORE_AROUND, _SCORE_SURE = 20, 10, 40


def _pattern(shape: str) -> re.Pattern[str]:
    """A shape with characters that may be either, as an expression."""
    return re.compile("".join({"9": "[0-9]", "A": "[A-Z]", "?": "[0-9A-Z]"}[each] for each in shape))


class Numbers:
    """The rules of numbers, by what can be looked up: lengths, shapes, groups, prefixes."""

    def __init__(self, rules: Iterable[Rule], *, ibans: bool, phones: bool, declared: bool) -> None:
        self._ibans, self._phones, self._declared = ibans, phones, declared
        self._bits: dict[str, int] = {}
        self._shapes: dict[str, list[Rule]] = {}
        self._any: dict[int, list[tuple[re.Pattern[str], Rule]]] = {}
        self._prefixed: dict[str, list[Rule]] = {}
        self._groups: dict[tuple[int, ...], set[tuple[int, ...]]] = {}
        words: list[tuple[str, int]] = []
        bits: dict[tuple[str, ...], int] = {}
        for rule in rules:
            bit = bits.setdefault(rule.labels, 2 << len(bits))
            self._bits[rule.name] = bit
            words += [(label, bit) for label in rule.labels]
            words += [(prefix.lower(), bit) for prefix in rule.prefix if len(prefix) > 2]
            for shape in rule.shapes:
                if "?" in shape:
                    self._any.setdefault(len(shape), []).append((_pattern(shape), rule))
                else:
                    self._shapes.setdefault(shape, []).append(rule)
            for prefix in rule.prefix:
                self._prefixed.setdefault(prefix, []).append(rule)
            for groups in rule.groups:
                if len(groups) > 1:
                    self._groups.setdefault(groups[:2], set()).add(groups)
        self._labels = Labels(words)

    def find(self, text: str) -> Iterator[Candidate]:
        """Every value of every chain; they may overlap."""
        for chain in chains(text):
            yield from self._chain(text, chain)

    def _chain(self, text: str, chain: Chain) -> Iterator[Candidate]:
        starts, ends, opens = chain.starts, chain.ends, chain.opens
        first, last = chain.before, len(starts) - 1
        if self._ibans:
            yield from self._accounts(text, chain)
        tail = last - chain.after
        single = True
        place = first
        while place <= tail:
            close = place
            while close < tail and not opens[close + 1]:
                close += 1
            whole = place == first and close == tail
            yield from self._unit(text, starts[place], ends[close], whole=True)
            single = single and whole
            place = close + 1
        if not single:
            if ends[tail] - starts[first] <= _LONGEST * 2:
                yield from self._window(
                    text, starts[first], ends[tail], whole="\n" not in text[starts[first] : ends[tail]]
                )
            yield from self._beginnings(text, chain, tail)
            yield from self._grouped(text, chain, tail)
        # Letters before and after may belong to the value: BE 0403…, 12345678-Z, AB 12 34 56 C.
        if ends[last] - starts[first] <= _LONGEST * 2:
            for begin in range(first + 1):
                for end in range(tail, last + 1):
                    if begin < first or end > tail:
                        yield from self._window(text, starts[begin], ends[end], whole=True)

    def _accounts(self, text: str, chain: Chain) -> Iterator[Candidate]:
        for place, start in enumerate(chain.starts):
            at = start
            if not text[start : start + 2].isalpha():
                continue
            while text[at].isalpha() and at < chain.ends[place] - 1:
                at += 1
            if at - start > 2 and not lettered(text[start : at - 2]):
                continue
            at = at - 2 if text[at].isdigit() else start
            found = iban(text, at)
            if found and not (
                text[found[0] : found[0] + 1].isascii() and text[found[0] : found[0] + 1].isalnum()
            ):
                yield Candidate(_SCORE_SURE + _SCORE_NEAR, at, found[0], "iban", "iban", found[1])

    def _beginnings(self, text: str, chain: Chain, tail: int) -> Iterator[Candidate]:
        """Windows from the chain's first group, where a label or a + stands."""
        start = chain.starts[chain.before]
        for place in range(chain.before, tail):
            end = chain.ends[place]
            if end - start > _LONGEST:
                break
            if chain.opens[place + 1] and place > chain.before:
                yield from self._window(text, start, end, whole=False)

    def _grouped(self, text: str, chain: Chain, tail: int) -> Iterator[Candidate]:
        """Windows anywhere that are written in the groups of some rule."""
        sizes = [end - start for start, end in zip(chain.starts, chain.ends, strict=True)]
        for place in range(chain.before, tail):
            if not chain.opens[place]:
                continue
            for groups in self._groups.get((sizes[place], sizes[place + 1]), ()):
                close = place + len(groups) - 1
                ends = close <= tail and (close == len(sizes) - 1 or chain.opens[close + 1])
                if ends and tuple(sizes[place : close + 1]) == groups:
                    yield from self._window(text, chain.starts[place], chain.ends[close], whole=False)

    def _unit(self, text: str, start: int, end: int, *, whole: bool) -> Iterator[Candidate]:
        if end - start > _LONGEST * 2:
            return
        value = compact(text[start:end])
        if value.isdigit():
            yield from self._judged(text, start, end, value, whole=whole)
            return
        found = list(self._judged(text, start, end, value, whole=whole))
        yield from found
        if found:
            return
        # Read from paper, a 0 is often an O, and a 1 an l: believed where a word says what it is.
        clear = value.translate(_MISREAD)
        if clear.isdigit() and self._shapes.get("9" * len(clear)):
            for each in self._judged(text, start, end, clear, whole=False):
                if each.score >= _SCORE_NEAR:
                    yield each
            return
        # Words that are glued to a number: NIP5260001246, 85010112345zamieszkały.
        for run in _DIGITS.finditer(text, start, end):
            if run.end() - run.start() >= 7 and self._bounded(text, run.start(), run.end()):
                yield from self._judged(text, run.start(), run.end(), compact(run[0]), whole=whole)

    def _bounded(self, text: str, start: int, end: int) -> bool:
        """Whether what is glued to it, on either side, is a word."""
        left = right = ""
        while start and text[start - 1].isascii() and text[start - 1].isalpha() and len(left) < _LONGEST:
            start -= 1
            left = text[start] + left
        while text[end : end + 1].isascii() and text[end : end + 1].isalpha() and len(right) < _LONGEST:
            right += text[end]
            end += 1
        known = not left or self._labels.of(left.lower()) or lettered(left)
        digits = (start and text[start - 1].isascii() and text[start - 1].isdigit()) or text[
            end : end + 1
        ].isdigit()
        return (
            bool(known)
            and (not right or bool(self._labels.of(right.lower())) or lettered(right))
            and not (digits and not left)
        )

    def _window(self, text: str, start: int, end: int, *, whole: bool) -> Iterator[Candidate]:
        yield from self._judged(text, start, end, compact(text[start:end]), whole=whole)

    def _judged(self, text: str, start: int, end: int, value: str, *, whole: bool) -> Iterator[Candidate]:
        """What the value is, if it is something: the best supported of the rules that it passes."""
        if self._phones and text[start - 1 : start] == "+" and value.isdigit():
            if international(value):
                yield Candidate(
                    _SCORE_SURE + len(value), start - 1, end, "phone", "phone.international", f"+{value}"
                )
            return
        if _TIME_AFTER.match(text, end) or _TIME_BEFORE.search(text, max(0, start - 3), start + 3):
            return
        if self._phones and value.startswith("00") and value.isdigit() and international(value[2:]):
            yield Candidate(_SCORE_AROUND, start, end, "phone", "phone.international", f"+{value[2:]}")
        shape = value.translate(_SHAPE)
        plain = self._shapes.get(shape, ())
        loose = (
            [rule for form, rule in self._any.get(len(value), ()) if form.fullmatch(value)]
            if "A" in shape
            else ()
        )
        prefixed: list[tuple[Rule, str]] = []
        if shape.startswith("AA"):
            prefixed = [
                (rule, value[size:])
                for size in (2, 3)
                for rule in self._prefixed.get(value[:size], ())
                if shape[size:] in rule.shapes
            ]
        elif shape[0] == "A":
            prefixed = [
                (rule, value[1:]) for rule in self._prefixed.get(value[:1], ()) if shape[1:] in rule.shapes
            ]
        if not (plain or loose or prefixed):
            return
        for rule, rest in prefixed:
            if rule.check(rest):
                yield Candidate(_SCORE_NEAR + _SCORE_AROUND, start, end, rule.kind, rule.name, rest)
                return
        near, around, against = self._labels.beside(text, start, end)
        written = text[start:end]
        groups = tuple(map(len, _GROUP.findall(written)))
        if not against:
            against = (
                _FRACTION.match(text, end) is not None
                or text[start - 1 : start] in ("$", "€", "£", "¥", "#")
                or (len(groups) == 2 and "." in written and groups[0] < 4)
            )
        best: Candidate | None = None
        for rule in (*plain, *loose):
            bit = self._bits[rule.name]
            score = int(rule.alone)
            if bit & near:
                score += _SCORE_NEAR
            elif bit & around and near != AGAINST and rule.name != "phone":
                score += _SCORE_AROUND
            elif (rule.alone is Alone.SURE and whole) or (
                rule.alone is Alone.PLAIN and whole and not against
            ):
                pass
            elif groups not in rule.groups or (rule.alone is Alone.LABELLED and not self._declared):
                continue
            if groups in rule.groups:
                score += 5
            if (best is None or score > best.score) and rule.check(value):
                best = Candidate(score, start, end, rule.kind, rule.name, value)
        if best is not None:
            yield best
