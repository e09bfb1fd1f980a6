"""What spreads a router's load: shares, places, and what vendors announce."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from interlock.assembly.limits import limiting_of
from interlock.assembly.offers import Offers
from interlock.config import Config, LoadConfig
from interlock.engine.attempting.concurrency import AllowanceObserver, ConcurrencyLimits
from interlock.engine.attempting.lines import LineObserver, Lines
from interlock.engine.attempting.recorder import AttemptObserver
from interlock.engine.bridge import Bridge
from interlock.engine.limiting import Limiting
from interlock.health.allowances import Allowances
from interlock.health.load import Load, Percentiles
from interlock.http.announced import announced, seconds_to
from interlock.types.models import Deployment

Observe = Callable[[str, Mapping[str, str]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """What is None was not asked for."""

    load: Load | None
    concurrency: ConcurrencyLimits | None
    allowances: Allowances | None
    limiting: Limiting | None

    @property
    def observers(self) -> list[AttemptObserver]:
        found: list[AttemptObserver] = []
        if self.allowances is not None:
            found.append(AllowanceObserver(self.allowances))
        if self.limiting is not None and self.limiting.counts_tokens:
            found.append(LineObserver(self.limiting))
        return found

    @property
    def observe(self) -> Observe | None:
        """What hears the headers of every reply."""
        return None if self.allowances is None else self.allowances.hear


def spread(
    config: Config,
    offers: Offers,
    deployments: Mapping[str, Deployment],
    latencies: Percentiles,
    clock: Callable[[], float],
    *,
    bridge: Bridge,
) -> Spread:
    """Raises ConfigError for a queue before no limit, and for limits that cannot be kept to."""
    limiting = limiting_of(config, offers, deployments, bridge)
    asked = config.load
    weights = {item.id: item.weight for item in config.deployments if item.weight is not None}
    lined = frozenset() if limiting is None else limiting.names
    limits = {
        item.id: item.max_concurrency
        for item in config.deployments
        if item.max_concurrency is not None and item.id not in lined
    }
    limited = bool(limits or lined) or asked.max_concurrency is not None
    if not limited:
        for key in ("queue", "queue_timeout"):
            if getattr(asked, key) != LoadConfig.model_fields[key].default:
                what = "nothing waits, since nothing is limited; set load.max_concurrency, or a deployment's."
                raise config.error(f"load.{key}", what)
    balance = asked.balance or ("weighted" if weights else "none")
    load = None
    if balance != "none":
        models = {name: deployment.model for name, deployment in deployments.items()}
        load = Load(balance, models=models, weights=weights, latencies=latencies)
    concurrency = None
    if limited or load is not None:
        concurrency = ConcurrencyLimits(
            deployments=deployments,
            limits=limits,
            limit=asked.max_concurrency,
            queue=asked.queue,
            timeout=asked.queue_timeout,
            load=load,
            lines=None if limiting is None else Lines(limiting, deployments, asked.queue_timeout),
        )
    return Spread(
        load=load,
        concurrency=concurrency,
        allowances=Allowances(clock, announced, seconds_to) if asked.announced else None,
        limiting=limiting,
    )
