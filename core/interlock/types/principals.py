"""Who asks, and what they may."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from interlock.types.models import Deployment
from interlock.types.request import Constraints
from interlock.types.windows import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What may be used in a calendar window in UTC; None is no limit. `per` is minute, hour, day or month.

    Attributes:
        usd: US dollars.
        tokens: input and output together.
        requests: attempts that are sent.
    """

    per: Period
    usd: float | None = None
    tokens: int | None = None
    requests: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Whoever a request is made for. Everything here only tightens what the configuration says.

    Attributes:
        id: for records, budgets and logs; no part of the secret.
        name: for people.
        constraints: every request is held to them.
        models: cards, deployments and ensembles that may be asked for and may answer; None for all.
        tasks: of which requests may be; None for all.
        limits: what may be used.
        expires: in seconds since the epoch; None for never.
        sees: whether the endpoint's pages may be looked at.
        approves: whether approvals may be given on them.
        epoch: another one as soon as their secrets are others; no part of those. Who has shown one of them
            before is not believed any more then.
        metadata: kept with every record.
    """

    id: str
    name: str = ""
    constraints: Constraints = field(default_factory=Constraints)
    models: frozenset[str] | None = None
    tasks: frozenset[str] | None = None
    limits: tuple[Limit, ...] = ()
    expires: float | None = None
    sees: bool = False
    approves: bool = False
    epoch: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)

    def may_ask(self, name: str) -> bool:
        """Whether a card, a deployment or an ensemble of that id may be asked for."""
        return self.models is None or name in self.models

    def may_have(self, deployment: Deployment) -> bool:
        """Whether a deployment may answer: by its own id, or by its card's."""
        models = self.models
        return models is None or deployment.id in models or deployment.card.id in models
