"""How well each deployment has been doing lately. Pure state behind a plain lock, with an injected clock."""

from interlock.health.retries import RetryBudget, RetryPolicy
from interlock.health.settings import RefusedSettings, without
from interlock.health.task_health import HealthPolicy, Standing, Verdict
from interlock.health.tracker import HealthTracker

__all__ = [
    "HealthPolicy",
    "HealthTracker",
    "RefusedSettings",
    "RetryBudget",
    "RetryPolicy",
    "Standing",
    "Verdict",
    "without",
]
