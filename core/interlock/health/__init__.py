"""How well each deployment has been doing lately. Pure state behind a plain lock, with an injected clock."""

from interlock.health.book import HealthBook
from interlock.health.pages import HealthPolicy, Standing, Verdict
from interlock.health.retries import RetryBudget, RetryPolicy
from interlock.health.settings import RefusedSettings, without

__all__ = [
    "HealthBook",
    "HealthPolicy",
    "RefusedSettings",
    "RetryBudget",
    "RetryPolicy",
    "Standing",
    "Verdict",
    "without",
]
