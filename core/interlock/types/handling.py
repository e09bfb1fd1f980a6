"""How whoever runs a destination handles what it is sent: where it is kept, whose law reaches it."""

from dataclasses import dataclass, replace
from functools import lru_cache

from interlock.types.jurisdictions import GLOBAL, touching

ANY_LAW = "any"
"""Among laws: some that nobody has named, and so perhaps each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """What is known of it. What is unknown fails the rules that ask for it.

    Attributes:
        stored: the places where something of a request may be kept, as a region has them; `global` where
            nobody has recorded it.
        operator: the jurisdiction of the company that the user has the contract with; empty when unknown.
        parent: the jurisdiction of its ultimate parent, its own where it has none; empty when unknown.
        agreements: what has been agreed with the operator: dpa, scc, baa, zdr.
        retention_days: for how long requests are kept; None when unknown.
        training: whether requests are trained on; None when unknown.
        evidence: where an answer says where it was made, a dotted path in its body; empty when nowhere.
        note: a sentence for users, such as the way to a narrower place.
        source: who says all this: the address of a page, or who promised it to the user.
        as_of: when that was read, an ISO date.
        offer: the id of the row that it comes from; empty when it comes from none.
    """

    stored: str = GLOBAL
    operator: str = ""
    parent: str = ""
    agreements: frozenset[str] = frozenset()
    retention_days: int | None = None
    training: bool | None = None
    evidence: str = ""
    note: str = ""
    source: str = ""
    as_of: str = ""
    offer: str = ""

    def laws(self, region: str, provider: str = "") -> frozenset[str]:
        """The jurisdictions whose law reaches a request: of the places in which it is processed, of the
        operator and of its parent. ANY_LAW is among them where one of the three is unknown.
        """
        return _laws(region, self.operator, self.parent, provider)

    def at(self, region: str) -> "Handling":
        """The same on the user's own ground: what is not said otherwise is where it stands."""
        return replace(
            self,
            stored=region if self.stored == GLOBAL else self.stored,
            operator=self.operator or region,
            parent=self.parent or region,
        )


UNRECORDED = Handling()
"""Nobody has said anything: it may be stored anywhere, and any law may reach it."""


@lru_cache(maxsize=1024)
def _laws(region: str, operator: str, parent: str, provider: str) -> frozenset[str]:
    reached: set[str] = set()
    for place in (region, operator, parent):
        laws = touching(place, provider)
        reached |= {ANY_LAW} if laws is None else laws
    return frozenset(reached)
