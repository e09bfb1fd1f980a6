"""Who asks, and what they may."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from interlock import Constraints, Deployment
from interlock.types.windows import Period

KEY = "server.key"
"""The metadata name under which a request carries the id of whoever asks; clients cannot set it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What may be used in a calendar window in UTC; None is no limit. `per` is minute, hour, day or month."""

    per: Period
    usd: float | None = None
    tokens: int | None = None
    requests: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Whoever a request is made for. Everything here only tightens what the configuration says.

    Attributes:
        id: for records, budgets and logs; no part of the secret.
        models: cards, deployments and ensembles that may be asked for and may answer; None for all.
        tasks: of which requests may be; None for all.
        expires: in seconds since the epoch; None for never.
        sees: whether the pages may be looked at.
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


class Identities(Protocol):
    """Says who presents a secret. Looks at memory alone: `principal` neither waits nor asks anybody."""

    @property
    def required(self) -> bool:
        """Whether anybody must present one."""
        ...

    def principal(self, secret: str | None) -> Principal | None:
        """Whose secret that is; None for one that nobody has, that has expired or that was revoked.

        Raises:
            StoreError: nobody can tell now. The client may come again; it is not told that it is a stranger.
        """
        ...

    def by_id(self, id_: str) -> Principal | None:
        """Whoever has that id and may still ask; None for nobody, for expired keys and for revoked ones.

        Raises:
            StoreError: nobody can tell now.
        """
        ...
