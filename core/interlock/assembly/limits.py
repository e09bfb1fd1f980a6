"""From the limits of deployments and providers to what keeps to them, by itself or with other processes."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from time import monotonic

from interlock.assembly.offers import Offers
from interlock.assembly.schemes import kind_at, tried
from interlock.assembly.sharing import shared_name
from interlock.config import Config
from interlock.engine.bridge import Bridge
from interlock.engine.limiting import Limiting
from interlock.protocols import SharedLimits
from interlock.types.limits import LIMITS, LimitsPlace, SharedLimit
from interlock.types.models import Deployment
from interlock.types.names import nearest

_KEY = "limits.shared"


def limiting_of(
    config: Config, offers: Offers, deployments: Mapping[str, Deployment], bridge: Bridge
) -> Limiting | None:
    """What keeps to the limits of deployments and providers; None where the limiters of one process will do:
    nothing is shared, and there are neither rates nor limits of providers.

    Raises:
        ConfigError: no deployment is of a provider that is limited; no installed plugin knows the scheme, or
            its plugin cannot use the URL, which is not shown.
    """
    opening = limits_opener(config, offers)
    providers = config.limits.providers
    served = {deployment.provider for deployment in deployments.values()}
    for name in providers:
        if name not in served:
            what = f"no deployment is of the provider {name!r}."
            raise config.error(["limits", "providers", name], what, nearest(name, sorted(served)))
    of_providers = {name: part.limit(f"provider:{name}") for name, part in providers.items()}
    own = {}
    for item in config.deployments:
        rates = tuple(each.rate() for each in item.rate_limit)
        if rates or (item.max_concurrency and (opening is not None or item.provider in of_providers)):
            name = f"deployment:{shared_name(deployments[item.id])}"
            own[item.id] = SharedLimit(name=name, places=item.max_concurrency, rates=rates)
    lines: dict[str, tuple[SharedLimit, ...]] = {}
    for name, deployment in deployments.items():
        limits = [own.get(name), of_providers.get(deployment.provider)]
        if found := tuple(limit for limit in limits if limit is not None):
            lines[name] = found
    if not lines:
        return None
    # A whole provider has a line of its own, for whoever asks it beside these deployments.
    lines |= {f"provider:{name}": (limit,) for name, limit in of_providers.items()}
    grace = config.limits.grace if config.limits.down == "grace" else None
    return Limiting(lines, bridge, queue=config.load.queue, open_=opening, grace=grace, clock=monotonic)


def limits_opener(config: Config, offers: Offers) -> Callable[[], SharedLimits] | None:
    """Opens the configured place of limits, each time anew; None when none is configured.

    Raises:
        ConfigError: as `limiting_of`.
    """
    place = config.limits
    if place.shared is None:
        return None
    kind = kind_at(
        config,
        _KEY,
        place.scheme,
        "keeps limits in",
        why=offers.quarrel("limit_schemes", place.scheme),
        kinds=offers.limit_schemes,
        shipped=LIMITS,
    )
    call = LimitsPlace(url=place.url, folder=config.folder or Path())
    return tried(config, _KEY, partial(kind.open, call))
