"""What a worker can do, as a short hash: workers with the same one take tasks from the same queue."""

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from interlock import InterlockError
from interlock_dbos.jobs.kinds import kinds

if TYPE_CHECKING:
    from interlock import Router

# Rules that say that a deployment cannot be asked from here, whatever is asked.
_CANNOT: Final = frozenset({"provider_installed", "credentials"})


def abilities(router: "Router") -> str:
    """Of the configuration, the deployments that can be asked from here, and the kinds that are installed."""
    usable = sorted(set(router.deployments) - _unusable(router))
    facts = repr((router.digest, usable, sorted(kinds())))
    return sha256(facts.encode("utf-8", "replace")).hexdigest()[:16]


def _unusable(router: "Router") -> set[str]:
    """The ids of deployments whose vendor's plugin or key is missing."""
    try:
        facts = router.decide("Hello").facts
    except InterlockError:
        return set()
    return set() if facts is None else {name for name, rule in facts.rules.items() if rule in _CANNOT}
