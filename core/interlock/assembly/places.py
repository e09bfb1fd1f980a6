"""Where a deployment processes what it is sent: what its vendor says goes before what its user declares."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from interlock.assembly.destinations import LOCAL, loopback
from interlock.catalog.offers import Offer, load_offers, matching
from interlock.config import Config, DeploymentConfig
from interlock.protocols import ProviderFacts
from interlock.types.handling import UNRECORDED, Handling
from interlock.types.jurisdictions import GLOBAL, lies_in, place_of
from interlock.types.names import nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Of a deployment. `region` is where it processes, `declared` what its user says."""

    region: str
    declared: str = ""
    handling: Handling = UNRECORDED
    pins: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledAt:
    """Where requests go: the provider, the root of its API, and what it calls the model there.

    `own` is the provider's own root, empty where it has none.
    """

    provider: str
    base_url: str
    own: str
    name: str


def offers_of(facts: ProviderFacts | None) -> tuple[Offer, ...]:
    """The rows of a provider. Raises ConfigError for a file that cannot be read."""
    if facts is None or not facts.offers:
        return ()
    return tuple(each for each in load_offers(facts.offers) if each.provider == facts.name)


class KnownPlaces:
    """Knows the places of one provider's deployments."""

    def __init__(self, facts: ProviderFacts | None) -> None:
        self._facts = facts
        self.offers = offers_of(facts)

    def is_vendors(self, base_url: str) -> bool:
        """Whether the vendor itself is at an address, so that its rows say what happens there."""
        host = _host(base_url)
        return bool(self.offers) and (self._is_usual(host) or any(each.is_of(host) for each in self.offers))

    def asks_for_a_region(self) -> bool:
        """Whether the vendor's rows say too little without the region that the user names."""
        return any(each.asks_for_a_region for each in self.offers)

    def at(
        self, address: CalledAt, *, declared: str, usual: str, deployment_type: str = "", attested: str = ""
    ) -> Placed:
        """`declared` is the user's word; without one, and without rows, it is the `usual` region."""
        vendors = self.is_vendors(address.base_url)
        if not vendors and (declared or not self.offers or not loopback(address.base_url)):
            said = Handling(source=attested) if attested else UNRECORDED
            return Placed(region=declared or usual, declared=declared, handling=said)
        # What listens on this machine in a vendor's name, and says no more, is taken for the vendor.
        host = _host(address.base_url if vendors else address.own)
        offer = matching(
            self.offers,
            host=host,
            usual=not vendors or self._is_usual(host),
            name=address.name,
            region=declared,
            deployment_type=deployment_type,
        )
        if offer is None:
            known = Handling(note=f"nothing is known of where {address.provider} processes there")
            return _attested(Placed(region=GLOBAL, declared=declared, handling=known), attested)
        place = Placed(
            region=offer.region(declared, address.provider),
            declared=declared,
            handling=offer.handling(declared, address.provider),
            pins=offer.pins,
        )
        return _attested(place, attested, address.provider)

    def _is_usual(self, host: str) -> bool:
        facts = self._facts
        if facts is None or not host:
            return False
        usual = _host(facts.base_url.replace("{region}", "*"))
        return fnmatchcase(host, usual) or any(fnmatchcase(host, each) for each in facts.hosts)


def _attested(place: Placed, attested: str, provider: str = "") -> Placed:
    """The place that somebody has promised the user, where that lies inside of what the vendor says."""
    if not attested or not lies_in(place.declared, place.region, provider):
        return place
    handling = replace(place.handling, source=attested, as_of="", note="")
    return replace(place, region=place.declared, handling=handling)


def handled(item_handling: Handling, *, region: str, own_ground: bool) -> Handling:
    """On the user's own ground, what is not said otherwise is where it stands."""
    return item_handling.at(region) if own_ground or region == LOCAL else item_handling


def check_words(config: Config, item: DeploymentConfig, offers: tuple[Offer, ...], key: str) -> None:
    """Raises ConfigError for a type that the provider's rows do not know, and a promise of nothing."""
    if item.attested and not item.region:
        raise config.error(
            f"{key}.attested", "says who promised the place; name the place as the deployment's region."
        )
    kind = item.deployment_type
    known = list(dict.fromkeys(each.deployment_type for each in offers if each.deployment_type))
    if kind is None or kind in known:
        return
    if not known:
        what = f"{item.provider} has no types of deployments that decide where it processes; leave it out."
        raise config.error(f"{key}.deployment_type", what)
    raise config.error(f"{key}.deployment_type", f"expected one of {', '.join(known)}.", nearest(kind, known))


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return ""


def overruled(deployment_region: str, declared: str, provider: str) -> bool:
    """Whether a deployment processes in more places than its user declares."""
    if not declared or place_of(declared, provider) == GLOBAL:
        return False
    return not lies_in(deployment_region, declared, provider)
