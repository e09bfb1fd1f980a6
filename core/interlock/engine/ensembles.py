"""An ensemble with whoever it names."""

from dataclasses import dataclass

from interlock.protocols import Arbiter, Strategy
from interlock.types.request import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class WiredMember:
    """A model or a deployment as the ensemble names it, and the deployments that are meant."""

    name: str
    deployments: frozenset[str]
    weight: float = 1.0
    settings: Settings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WiredEnsemble:
    """`judges` are the models that an arbiter which asks is to ask; see `Ensemble` for the rest."""

    name: str
    members: tuple[WiredMember, ...]
    arbiter: Arbiter
    judges: tuple[WiredMember, ...]
    strategy: Strategy
    quorum: int
    deadline: float | None
