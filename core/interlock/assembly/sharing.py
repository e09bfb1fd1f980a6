"""From the configuration's `health.shared` to what shares health between processes."""

from collections.abc import Iterable
from functools import partial
from hashlib import sha256
from pathlib import Path

from interlock.assembly.offers import Offers
from interlock.assembly.schemes import kind_at, tried
from interlock.config import Config
from interlock.engine.attempting.health import ASIDE
from interlock.engine.bridge import Bridge
from interlock.engine.sharing import Sharing
from interlock.health import HealthTracker
from interlock.types.health import HEALTH_SHARES, ShareCall
from interlock.types.models import Deployment

_KEY = "health.shared"


def health_sharing(
    config: Config,
    offers: Offers,
    deployments: Iterable[Deployment],
    *,
    tasks: Iterable[str],
    book: HealthTracker,
    bridge: Bridge,
    fresh: bool = True,
) -> Sharing | None:
    """What shares health, if the configuration says where. It has not begun. `fresh` as `Sharing` has it.

    Raises:
        ConfigError: no installed plugin knows the scheme, or its plugin cannot use the URL. Neither shows it.
    """
    address = config.health.shared
    if address is None:
        return None
    scheme = config.health.scheme
    kind = kind_at(
        config,
        _KEY,
        scheme,
        "shares health through",
        why=offers.quarrel("health_schemes", scheme),
        kinds=offers.health_schemes,
        shipped=HEALTH_SHARES,
    )
    url = f"{scheme}://{address.reveal().partition('://')[2]}"
    call = ShareCall(url=url, folder=config.folder or Path())
    opening = tried(config, _KEY, partial(kind.open, call))
    names = {deployment.id: shared_name(deployment) for deployment in deployments}
    return Sharing(opening, book, bridge, names, {*tasks, *ASIDE}, fresh=fresh)


def shared_name(deployment: Deployment) -> str:
    """The same in every process that has this deployment at this address, and without anything secret."""
    place = (deployment.provider, deployment.base_url, deployment.region, deployment.name)
    return f"{deployment.id}@{sha256(repr(place).encode()).hexdigest()[:8]}"
