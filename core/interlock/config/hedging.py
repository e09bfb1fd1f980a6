"""The section `hedge`: late duplicates of calls that take long."""

from typing import Annotated

from pydantic import Field

from interlock.config.schema import Part, Seconds, Share
from interlock.strategies.hedge import HedgePolicy


class HedgeConfig(Part):
    """`percentile` is a share of answers, `budget` one of calls; `at_least` and `after` are in seconds."""

    percentile: Annotated[float, Field(gt=0, lt=1)] = 0.95
    budget: Share = 0.05
    at_least: Seconds = 0.5
    after: Seconds | None = None
    tools: bool = False

    def policy(self) -> HedgePolicy:
        return HedgePolicy(**dict(self))
