"""How well each deployment has been doing lately. Pure state behind a plain lock, with an injected clock."""

from interlock.health.book import HealthBook, HealthPolicy, Standing, Verdict

__all__ = ["HealthBook", "HealthPolicy", "Standing", "Verdict"]
