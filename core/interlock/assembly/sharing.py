"""From the configuration's `health.shared` to what shares health between processes."""

from collections.abc import Iterable
from functools import partial
from hashlib import sha256
from pathlib import Path

from interlock.assembly.offers import Offers
from interlock.config import Config
from interlock.engine.attempting.health import ASIDE
from interlock.engine.bridge import Bridge
from interlock.engine.sharing import Sharing
from interlock.errors import StoreError
from interlock.health import HealthTracker
from interlock.types.health import HEALTH_SHARES, ShareCall
from interlock.types.models import Deployment
from interlock.types.names import nearest

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
    kinds = offers.health_schemes
    if why := offers.quarrel("health_schemes", scheme):
        raise config.error(_KEY, f"{why}.")
    if scheme not in kinds:
        if scheme in HEALTH_SHARES:
            what = f"no installed plugin shares health through {scheme}; install {HEALTH_SHARES[scheme]}."
            raise config.error(_KEY, what)
        known = sorted({*kinds, *HEALTH_SHARES})
        what = f"no plugin shares health through {scheme!r}; there are {', '.join(known)}."
        raise config.error(_KEY, what, nearest(scheme, known))
    url = f"{scheme}://{address.reveal().partition('://')[2]}"
    call = ShareCall(url=url, folder=config.folder or Path())
    opening = partial(kinds[scheme].open, call)
    try:
        opening()
    except StoreError as error:
        raise config.error(_KEY, error.message) from None
    names = {deployment.id: shared_name(deployment) for deployment in deployments}
    return Sharing(opening, book, bridge, names, {*tasks, *ASIDE}, fresh=fresh)


def shared_name(deployment: Deployment) -> str:
    """The same in every process that has this deployment at this address, and without anything secret."""
    place = (deployment.provider, deployment.base_url, deployment.region, deployment.name)
    return f"{deployment.id}@{sha256(repr(place).encode()).hexdigest()[:8]}"
