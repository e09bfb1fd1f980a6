"""The section `hedge`: late duplicates of calls that take long."""

from interlock.config.schema import Part, PartShare, Seconds, Share
from interlock.strategies.hedge import HedgePolicy


class HedgeConfig(Part):
    """`percentile` is a share of answers, `budget` one of calls; `at_least` and `after` are in seconds."""

    percentile: PartShare = 0.95
    budget: Share = 0.05
    at_least: Seconds = 0.5
    after: Seconds | None = None
    tools: bool = False

    def policy(self) -> HedgePolicy:
        return HedgePolicy(**dict(self))
