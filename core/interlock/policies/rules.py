"""A rule of a policy, as data. Names of places are codes, other names are in lower case."""

from dataclasses import dataclass
from typing import Final

CLAUSES: Final = "scc"
"""Among grounds of a transfer: standard contractual clauses, which are one to any place."""
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Permitted:
    """What is permitted; whatever differs or is not known is denied. What is empty asks for nothing.

    Attributes:
        places, storage: where a request may be processed, and where something of it may be kept.
        operators, parents: whose company may run it, and to whom that company may belong.
        laws: all jurisdictions whose law may reach the request, through its place, operator or parent.
        on_premise: only on the user's own ground.
        agreements: what must have been agreed with the operator, all of it.
        retention_days: the longest for which requests may be kept.
        training: False where requests may not be trained on.
        transfers: grounds: `adequate`, the conditions under which some places are, CLAUSES. They widen
            `places` and `storage`, and where these are empty ask that both lie in the EEA or where there is a
            ground.
    """

    places: frozenset[str] = _NONE
    storage: frozenset[str] = _NONE
    operators: frozenset[str] = _NONE
    parents: frozenset[str] = _NONE
    laws: frozenset[str] = _NONE
    on_premise: bool = False
    agreements: frozenset[str] = _NONE
    retention_days: int | None = None
    training: bool | None = None
    transfers: frozenset[str] = _NONE


ANY: Final = Permitted()
"""Permits whatever is not forbidden."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden:
    """What is forbidden; what may be it, since nobody knows, is as well. What is empty forbids nothing."""

    places: frozenset[str] = _NONE
    storage: frozenset[str] = _NONE
    operators: frozenset[str] = _NONE
    parents: frozenset[str] = _NONE
    laws: frozenset[str] = _NONE
    vendors: frozenset[str] = _NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """A request that guardrails have sealed counts as `level` for the rule.

    Attributes:
        unread: also where it holds what no guardrail can look into.
        unchanged: also where they found nothing in it to seal.
    """

    level: str
    unread: bool = False
    unchanged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of one level or of several. Without `permit` it permits nothing, and what it forbids stays so.

    `source` says on which ground it stands: a law, a contract, somebody's memo.
    """

    id: str
    levels: frozenset[str]
    source: str = ""
    permit: Permitted | None = None
    forbid: Forbidden = Forbidden()
    sealed: Sealing | None = None

    @property
    def places(self) -> bool:
        """Whether it says where a request may be processed, or whose law may not reach it there."""
        permit = self.permit
        return bool(self.forbid.laws or (permit and (permit.places or permit.transfers)))

    @property
    def permits_all(self) -> bool:
        """Whether it can deny nobody: all that it does is to permit."""
        return self.permit == ANY and self.forbid == Forbidden()

    @property
    def title(self) -> str:
        """How it is named in a sentence."""
        return f"policy {self.id} ({self.source})" if self.source else f"policy {self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a rule is written, and when its sources were read, an ISO date; empty where nobody says."""

    where: str = ""
    as_of: str = ""
