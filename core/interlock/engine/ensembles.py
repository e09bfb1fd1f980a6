"""An ensemble as the configuration has it."""

from dataclasses import dataclass

from interlock.protocols import Arbiter, Strategy


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A model or a deployment as the configuration names it, and the deployments that are meant."""

    name: str
    deployments: frozenset[str]
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensemble:
    """`judges` are the models that an arbiter which asks is to ask; see `EnsembleConfig` for the rest."""

    name: str
    members: tuple[Member, ...]
    arbiter: Arbiter
    judges: tuple[Member, ...]
    strategy: Strategy
    quorum: int
    deadline: float | None
