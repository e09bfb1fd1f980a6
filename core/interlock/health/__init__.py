"""How well each deployment has been doing lately. Pure state behind a plain lock, with an injected clock."""

from interlock.health.book import HealthBook
from interlock.health.pages import HealthPolicy, Standing, Verdict
from interlock.health.retries import RetryBudget, RetryPolicy

__all__ = ["HealthBook", "HealthPolicy", "RetryBudget", "RetryPolicy", "Standing", "Verdict"]
