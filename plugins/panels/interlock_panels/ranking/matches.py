"""One comparison of two."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Who was compared with whom, and who won; None where that is open."""

    one: str
    other: str
    winner: str | None = None
