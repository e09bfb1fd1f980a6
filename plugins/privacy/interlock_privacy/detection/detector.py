"""The door to detection."""

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches

from interlock_privacy.findings import Finding

__all__ = ["KINDS", "RULES", "Detector"]

KINDS: Mapping[str, str] = {
    "email": "An e-mail address.",
    "card": "The number of a payment card.",
}
RULES: tuple[str, ...] = ("email", "card")

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_CARD = re.compile(r"(?<![A-Za-z0-9])\d{4}([ -]?)\d{4}\1\d{4}\1\d{4}(?![A-Za-z0-9])")


class Detector:
    """Finds the values of certain kinds and countries: all of them where nothing is said.

    Raises ValueError for a kind or a country that no rule knows. Holds no state: any threads may share one.
    """

    def __init__(
        self, kinds: Collection[str] | None = None, countries: Collection[str] | None = None
    ) -> None:
        for kind in kinds or ():
            if kind not in KINDS:
                near = get_close_matches(kind, KINDS, n=1)
                raise ValueError(f"unknown kind {kind!r}" + (f": did you mean {near[0]!r}?" if near else ""))
        self.kinds = frozenset(KINDS if kinds is None else kinds)
        self.countries = countries

    def find(self, text: str) -> list[Finding]:
        """What is in the text, in its order; no two overlap."""
        found = [
            Finding(kind="email", rule="email", start=at.start(), end=at.end(), value=at[0].lower())
            for at in _EMAIL.finditer(text)
        ] + [
            Finding(kind="card", rule="card", start=at.start(), end=at.end(), value=re.sub(r"\D", "", at[0]))
            for at in _CARD.finditer(text)
        ]
        return sorted((each for each in found if each.kind in self.kinds), key=lambda each: each.start)
