"""The rules of numbers, by what can be looked up: a value's shape, its groups, its prefix."""

import random
import re
import string
from collections.abc import Iterable
from typing import TypeAlias

from interlock_privacy.detection.context import FIRST, HAN
from interlock_privacy.detection.rules import Alone, Rule
from interlock_privacy.detection.things import CALLS

__all__ = ["SCORE_GROUPS", "Entry", "Known", "Written"]

# Shapes of which letters and digits are known, not values.
_MOST_REMEMBERED = 4096

# What it is worth to be written in the groups of its issuer.
SCORE_GROUPS = 5
# Labels that stand together, of which the rules are listed.
_MOST_TOGETHER = 256

_PERSONS = frozenset(("national_id", "tax_id", "health_id", "company_id", "id_card"))
# How many values by chance a check is tried with.
_TRIED = 40
_SIGNS = {"9": string.digits, "A": string.ascii_uppercase}

Rows: TypeAlias = list[tuple[Rule, int]]
# Rules, each between how well it is supported and the bit of its labels.
Ranked: TypeAlias = list[tuple[int, Rule, int]]

_SHAPE = bytes.maketrans((string.digits + string.ascii_uppercase).encode(), b"9" * 10 + b"A" * 26)


class Written:
    """What is known of values of one shape in certain groups.

    `official` are the rules that need no label for being written so, `alone` those that need none anyway;
    `mask` has the bits of the labels of all rules.
    """

    __slots__ = ("_around", "_near", "alone", "entry", "mask", "official", "prefixes")

    def __init__(self, entry: "Entry", groups: tuple[int, ...]) -> None:
        self.entry, self.alone, self.prefixes = entry, entry.alone, entry.prefixes
        self.official = entry.groups.get(groups, ())
        self.mask = sum(entry.labelled)
        # Of those that are supported alike, the first that is listed counts.
        self._near: dict[int, Ranked] = {
            bit: sorted(((_score(rule, groups), rule, bit) for rule in rules), key=_best)
            for bit, rules in entry.labelled.items()
        }
        self._around = {
            bit: [each for each in rules if each[1].name != "phone"] for bit, rules in self._near.items()
        }

    def near(self, bits: int) -> Ranked:
        """The rules that have labels with those bits, the best supported first."""
        return self._near.get(bits) or _together(self._near, bits)

    def around(self, bits: int) -> Ranked:
        """The same where the labels are further away: then not any number may be a telephone number."""
        return self._around.get(bits) or _together(self._around, bits)


def _score(rule: Rule, groups: tuple[int, ...]) -> int:
    return int(rule.alone) + (SCORE_GROUPS if groups in rule.groups else 0)


def _best(each: tuple[int, Rule, int]) -> int:
    return -each[0]


def _together(ranked: dict[int, Ranked], bits: int) -> Ranked:
    rules, rest = [], bits
    while rest:
        bit = rest & -rest
        rest ^= bit
        rules += ranked[bit]
    rules.sort(key=_best)
    if len(ranked) < _MOST_TOGETHER:
        ranked[bits] = rules
    return rules


class Entry:
    """What is known of one shape.

    `labelled` are its rules by the bit of their labels; `alone` are the rules that need no label, `groups`
    those that need none where the value is written in certain groups.
    """

    __slots__ = (
        "_official",
        "_persons",
        "_rows",
        "_shape",
        "_written",
        "alone",
        "groups",
        "labelled",
        "prefixes",
    )

    def __init__(self, shape: str, rows: Rows, prefixes: list[tuple[str, Rule]], *, declared: bool) -> None:
        self._shape, self._rows = shape, rows
        self._persons: dict[str, list[Rule]] = {}
        self.prefixes = prefixes
        # What is believed most easily first: then the first that passes is the best.
        rows = sorted(rows, key=lambda row: -row[0].alone)
        self.alone = [rule for rule, _ in rows if rule.alone >= Alone.PLAIN]
        self.groups: dict[tuple[int, ...], list[Rule]] = {}
        self.labelled: dict[int, list[Rule]] = {}
        for rule, bit in rows:
            self.labelled.setdefault(bit, []).append(rule)
            for groups in rule.groups if declared or rule.alone >= Alone.GROUPED else ():
                self.groups.setdefault(groups, []).append(rule)
        # Made when they are first asked for; all groups that no rule has are alike.
        self._written: dict[tuple[int, ...], Written] = {}
        self._official = frozenset(groups for rule, _ in rows for groups in rule.groups)

    def written(self, groups: tuple[int, ...]) -> Written:
        """What is known of values that are written so."""
        groups = groups if groups in self._official else ()
        known = self._written.get(groups)
        if known is None:
            known = self._written[groups] = Written(self, groups)
        return known

    def persons(self, kind: str) -> list[Rule]:
        """The rules of people's and companies' numbers whose check tells most values from chance.

        The best is first: of that kind, then the best proven. Read where a phrase claims a value of the
        shape, and seldom: made when it is first asked for.
        """
        try:
            return self._persons[kind]
        except KeyError:
            pass
        rng = random.Random(self._shape)
        tried = ["".join(rng.choice(_SIGNS[each]) for each in self._shape) for _ in range(_TRIED)]
        rules = [
            rule
            for rule, _ in self._rows
            if rule.kind in _PERSONS and sum(map(rule.check, tried)) * 2 < _TRIED
        ]
        self._persons[kind] = sorted(rules, key=lambda rule: (rule.kind != kind, -rule.alone))
        return self._persons[kind]

    def prefixed(self, value: str) -> tuple[Rule, str] | None:
        """The rule whose prefix the value begins with, and the rest of it, if that passes."""
        for prefix, rule in self.prefixes:
            if value.startswith(prefix) and rule.check(value[len(prefix) :]):
                return rule, value[len(prefix) :]
        return None


class Known:
    """Every rule. `words` are labels with their bits; `groups` those of any rule, by the first two sizes and
    by how many they are.
    """

    def __init__(self, rules: Iterable[Rule], *, declared: bool) -> None:
        self._declared = declared
        self.words: list[tuple[str, int]] = []
        self._remembered: dict[str, Entry | None] = {}
        self.groups: dict[tuple[int, ...], dict[int, set[tuple[int, ...]]]] = {}
        self._rows: dict[str, Rows] = {}
        self._loose: dict[int, list[tuple[re.Pattern[str], Rule, int]]] = {}
        self._prefixed: dict[str, list[tuple[str, Rule]]] = {}
        bits: dict[tuple[str, ...], int] = {}
        for rule in rules:
            bit = bits.setdefault(rule.labels, FIRST << len(bits))
            self.words += [(label, bit) for label in rule.labels]
            for shape in rule.shapes:
                if "?" in shape:
                    self._loose.setdefault(len(shape), []).append((_pattern(shape), rule, bit))
                else:
                    self._rows.setdefault(shape, []).append((rule, bit))
                for prefix in rule.prefix:
                    self._prefixed.setdefault("A" * len(prefix) + shape, []).append((prefix, rule))
            for groups in rule.groups:
                if len(groups) > 1:
                    self.groups.setdefault(groups[:2], {}).setdefault(len(groups), set()).add(groups)
        # The bits of words for telephones, and of any word in Chinese characters.
        self.called = bits.get(tuple(CALLS.split()), 0), bits.get((HAN,), 0)
        self._strict = {
            shape: Entry(shape, self._rows.get(shape, []), self._prefixed.get(shape, []), declared=declared)
            for shape in {*self._rows, *self._prefixed}
        }
        self._digits = {len(shape): entry for shape, entry in self._strict.items() if shape.isdigit()}
        # How many letters such values begin with, and how long they are.
        self.begun = {(len(shape) - len(shape.lstrip("A")), len(shape)) for shape in self._strict}
        self.begun |= {(letters, size) for size in self._loose for letters in range(1, size)}

    def counts(self, digits: int) -> bool:
        """Whether any value has so many digits and nothing else."""
        return digits in self._digits

    def of(self, value: str) -> Entry | None:
        """What is known of the shape of a value without separators; nothing is None."""
        if value.isdigit():
            return self._digits.get(len(value))
        shape = value.encode().translate(_SHAPE).decode()
        if len(shape) not in self._loose:
            return self._strict.get(shape)
        try:
            return self._remembered[shape]  # once: another thread may forget everything at any moment
        except KeyError:
            pass
        rows = list(self._rows.get(shape, ()))
        rows += [(rule, bit) for form, rule, bit in self._loose[len(shape)] if form.fullmatch(value)]
        prefixed = self._prefixed.get(shape, [])
        known = Entry(shape, rows, prefixed, declared=self._declared) if rows or prefixed else None
        if len(self._remembered) >= _MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[shape] = known
        return known


def _pattern(shape: str) -> re.Pattern[str]:
    """A shape with characters that may be either, as an expression."""
    return re.compile("".join({"9": "[0-9]", "A": "[A-Z]", "?": "[0-9A-Z]"}[each] for each in shape))
