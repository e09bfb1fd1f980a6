"""In which order deployments stand for a task, worked out once for each router."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from interlock.catalog import Catalog
from interlock.catalog.names import Names
from interlock.engine.deciding.exclusions import treatment_of
from interlock.engine.deciding.place import Place
from interlock.engine.deciding.spreading import twins
from interlock.types.decisions import Candidate
from interlock.types.models import Deployment

LONG_DOCUMENT = "long_document"
EU_REGULATED = "eu_regulated"
LOW_LATENCY = "low_latency"
_LAST = 1_000_000


@dataclass(frozen=True, slots=True)
class Order:
    """Every deployment once, best first. `primary` is the first name of the leading row; `twins` may change
    places by their load.
    """

    places: tuple[Place, ...]
    row: str
    demand: bool
    primary: str
    twins: tuple[frozenset[str], ...] = ()


class Routes:
    """The task table over the deployments at hand; `overrides` are the rows that go before the catalog's.
    `evidence` says of learned rows why their first leads. `seals` says that some guardrail rewrites requests.
    """

    def __init__(
        self,
        catalog: Catalog,
        names: Names,
        deployments: Mapping[str, Deployment],
        overrides: Mapping[str, Sequence[str]],
        *,
        evidence: Mapping[str, str] = MappingProxyType({}),
        seals: bool = False,
    ) -> None:
        self.seals = seals
        self._evidence = evidence
        self._deployments = deployments
        self._names = names
        self._rows: dict[str, tuple[str, ...]] = {task: row.models for task, row in catalog.tasks.items()}
        self._rows.update({task: tuple(names) for task, names in overrides.items()})
        self._tasks = tuple(self._rows)
        self._demands = {task for task, row in catalog.tasks.items() if row.demand}
        self._thresholds = {task: row.threshold for task, row in catalog.tasks.items()}
        self._orders: dict[tuple[str, ...], Order] = {}

    @property
    def tasks(self) -> tuple[str, ...]:
        return self._tasks

    def row(self, task: str) -> tuple[str, ...]:
        """The names that stand for a task, best first."""
        return self._rows.get(task, ())

    def ranks(self, task: str) -> Mapping[str, int]:
        """Of each deployment that a task's row names, the place of its name in the row."""
        return {place.deployment.id: place.rank for place in self.order((task,)).places if place.row == task}

    def over_threshold(self, task: str, tokens: int) -> bool:
        threshold = self._thresholds.get(task)
        return threshold is not None and tokens > threshold

    def order(self, rows: tuple[str, ...]) -> Order:
        """The rows' deployments in turn, then everything else in the order of the configuration."""
        found = self._orders.get(rows)
        if found is None:
            found = self._orders[rows] = self._make(rows)
        return found

    def _make(self, rows: tuple[str, ...]) -> Order:
        places: list[Place] = []
        seen: set[str] = set()
        for row in rows:
            for rank, name in enumerate(self._rows.get(row, ())):
                for deployment in self._named(name):
                    if deployment.id not in seen:
                        seen.add(deployment.id)
                        places.append(self._place(deployment, row, rank, *self._reasons(row, rank)))
        for deployment in self._deployments.values():
            if deployment.id not in seen:
                places.append(
                    self._place(deployment, "", len(places), f"allowed, though no row of {rows[-1]} names it")
                )
        lead = rows[0]
        names = self._rows.get(lead, ())
        primary = names[0] if names else ""
        return Order(tuple(places), lead, lead in self._demands, primary, twins(places))

    def _reasons(self, row: str, rank: int) -> tuple[str, ...]:
        if rank:
            return (f"fallback {rank} for {row}",)
        return (f"primary for {row}", *((self._evidence[row],) if row in self._evidence else ()))

    def _named(self, name: str) -> list[Deployment]:
        ids = self._names.listed(name) or ()
        return [deployment for deployment in self._deployments.values() if deployment.id in ids]

    def requested(self, deployment: Deployment) -> Place:
        """The place of a deployment that nobody listed and the request asks for by name: after all others."""
        return self._place(deployment, "", _LAST, "asked for by its vendor's name")

    def _place(self, deployment: Deployment, row: str, rank: int, *reasons: str) -> Place:
        candidate = Candidate(
            deployment=deployment.id,
            model=deployment.model,
            region=deployment.region,
            reasons=reasons,
            treatment=treatment_of(deployment, seals=self.seals),
        )
        return Place(deployment, row, rank, candidate)
