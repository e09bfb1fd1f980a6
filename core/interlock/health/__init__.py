"""How well each deployment has been doing lately. Pure state behind a plain lock, with an injected clock."""

from interlock.health.misplacements import Misplacements
from interlock.health.retries import RetryBudget, RetryPolicy
from interlock.health.settings import RefusedSettings, without
from interlock.health.task_health import Grade, HealthPolicy, Standing
from interlock.health.tracker import GOOD, HealthTracker

__all__ = [
    "GOOD",
    "Grade",
    "HealthPolicy",
    "HealthTracker",
    "Misplacements",
    "RefusedSettings",
    "RetryBudget",
    "RetryPolicy",
    "Standing",
    "without",
]
