"""Where a deployment stands in an order."""

from dataclasses import dataclass

from interlock.types.decisions import Candidate
from interlock.types.models import Deployment


@dataclass(frozen=True, slots=True)
class Place:
    """A deployment's place in an order. `row` is the row that names it, empty for the rest; `rank` 0 is a
    primary.
    """

    deployment: Deployment
    row: str
    rank: int
    candidate: Candidate
