"""Which rule excludes a deployment, and which rules are not about the request."""

from dataclasses import dataclass

# Rules that say that a deployment cannot serve anybody now; every other rule is about the request.
UNAVAILABLE = frozenset({"provider_installed", "credentials", "health"})


@dataclass(frozen=True, slots=True)
class Exclusion:
    rule: str
    sentence: str
