"""What a router takes over from the one that was there before: of what has happened, all that still holds."""

from typing import Any, Protocol

from interlock.budgets.books import Books
from interlock.catalog.deployments import Deployments
from interlock.engine.attempting.budgeting import Budgeting
from interlock.health import HealthTracker, RetryBudget
from interlock.health.allowances import Allowances
from interlock.records.recent import RecentRecords
from interlock.types.models import Deployment


class Lived(Protocol):
    """The parts of a router that remember something."""

    @property
    def deployments(self) -> Deployments: ...
    @property
    def health(self) -> HealthTracker: ...
    @property
    def retries(self) -> RetryBudget: ...
    @property
    def allowances(self) -> Allowances | None: ...
    @property
    def budgets(self) -> Budgeting | None: ...
    @property
    def books(self) -> Books: ...
    @property
    def records(self) -> RecentRecords: ...


def inherit(heir: Lived, former: Lived) -> None:
    """Take over the accounts of budgets, the recent records, and what is known of deployments that are still
    the same. What is under way in the former goes on to count for both.
    """
    same = [
        name
        for name, deployment in heir.deployments.listed.items()
        if (before := former.deployments.get(name)) is not None and _place(before) == _place(deployment)
    ]
    if heir.budgets is not None:
        heir.budgets.ledger.join(heir.books)
    heir.health.inherit(former.health, same)
    heir.retries.inherit(former.retries, same)
    if heir.allowances is not None and former.allowances is not None:
        heir.allowances.inherit(former.allowances, same)
    heir.records.inherit(former.records)


def _place(deployment: Deployment) -> tuple[Any, ...]:
    """Who is asked, and as whom: with another key, an old refusal says nothing any more."""
    return (
        deployment.provider,
        deployment.name,
        deployment.base_url,
        deployment.region,
        deployment.credential,
        deployment.login,
        dict(deployment.headers),
        dict(deployment.extra_body),
        deployment.network,
    )
