"""What a rule is: a shape, a check, and how much it needs beside them to be believed."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from interlock_privacy.detection.folding import UNSEEN

__all__ = ["ELSEWHERE", "Alone", "Rule", "rule"]

# Near a number of which nothing is checked: no letters that its country and its neighbours do not write.
ELSEWHERE = r"\A[^ąćęłńśźżřěůďťňőűğışșţțăœåøæđ\u0370-\u052f]*\Z"


_PARTS = re.compile(r"(\d+)([nac])")


class Alone(IntEnum):
    """When a value that passes its rule's check is believed although no word beside it says what it is."""

    LABELLED = 0  # never: too many numbers pass by chance
    GROUPED = 1  # when it is written in the groups that its issuer writes it in
    PLAIN = 2  # always, unless a word beside it says that it is something else, such as an order number
    SURE = 3  # always


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One kind of number of one country.

    `shapes` are those of the value without separators, 9 for a digit, A for a letter, ? for either. `groups`
    are the lengths in which its issuer writes it. `labels` are words that say what it is, in lower case; one
    that ends in * is the beginning of words, and of several with + between them the last counts where the
    others stand before it. `prefix` may stand before it and says the same, as a country does before its VAT
    numbers. `named`: only a label directly before it counts, or one directly behind, since its check proves
    little. Without a label, nothing but `marks` stands between its groups, which are its issuer's if
    that writes any, and what stands near it matches the expression `beside`.
    """

    name: str
    kind: str
    shapes: tuple[str, ...]
    check: Callable[[str], bool]
    labels: tuple[str, ...]
    alone: Alone = Alone.LABELLED
    groups: tuple[tuple[int, ...], ...] = ()
    prefix: tuple[str, ...] = ()
    named: bool = False
    marks: str = f" -.{UNSEEN}"
    beside: str = ""

    @property
    def country(self) -> str:
        """Two letters, or nothing where the rule is no country's."""
        first = self.name.partition(".")[0]
        return first if len(first) == 2 else ""


def rule(  # noqa: PLR0917 - the columns of a table, whose rows are many
    name: str,
    kind: str,
    shapes: str,
    check: Callable[[str], bool],
    labels: str,
    alone: Alone = Alone.LABELLED,
    groups: str = "",
    prefix: str = "",
    *,
    named: bool = False,
    marks: str = " -.",
    beside: str = "",
) -> Rule:
    """A rule from words: `shapes` "11" is eleven digits, "2a6n" two letters and six, `groups` "3-3-4"."""
    return Rule(
        name=name,
        kind=kind,
        shapes=tuple(_shape(each) for each in shapes.split()),
        check=check,
        labels=tuple(labels.split()),
        alone=alone,
        groups=tuple(tuple(int(each) for each in one.split("-")) for one in groups.split()),
        prefix=tuple(prefix.split()),
        named=named,
        marks=f"{marks}{UNSEEN}",
        beside=beside,
    )


def _shape(short: str) -> str:
    """Of 2a6n, AA999999, as the registry of IBANs writes it: n a digit, a a letter, c either; 11 is 11n."""
    if short.isdigit():
        return "9" * int(short)
    return "".join({"n": "9", "a": "A", "c": "?"}[kind] * int(count) for count, kind in _PARTS.findall(short))
