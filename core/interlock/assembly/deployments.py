"""Deployments: out of the configuration, or out of the keys at hand."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from interlock.assembly.destinations import (
    LOCAL,
    check_address,
    check_region,
    key_at_hand,
    loopback,
    network_of,
    written_headers,
    written_key,
)
from interlock.assembly.offers import Offers
from interlock.assembly.places import CalledAt, KnownPlaces, check_words, handled
from interlock.catalog import Catalog
from interlock.config import Config, DeploymentConfig
from interlock.http import origin_of, without_login
from interlock.protocols import ProviderFacts
from interlock.types.jurisdictions import is_cloud_region, normalise
from interlock.types.models import (
    Credential,
    Deployment,
    Endpoint,
    ModelCard,
    Network,
    Timeouts,
)
from interlock.types.names import nearest
from interlock.types.providers import KEYS, PROVIDERS

GLOBAL = "global"
# Ends of addresses that documents of vendors show whole.
_METHODS = ("/chat/completions", "/v1/responses", "/v1/messages")


class DeploymentMaker:
    """Makes the deployments of one router."""

    def __init__(
        self,
        config: Config,
        catalog: Catalog,
        offers: Offers,
        environ: Mapping[str, str],
    ) -> None:
        self._config = config
        self._catalog = catalog
        self._offers = offers
        self._facts = {name: provider.facts for name, provider in offers.providers.items()}
        self._environ = environ
        self._timeouts = config.timeouts.over(Timeouts())

    def make(self) -> list[Deployment]:
        """In the order of the configuration; without one, what the keys reach, else the local model."""
        if self._config.deployments:
            return [self._configured(index, item) for index, item in enumerate(self._config.deployments)]
        return self._discovered()

    def facts(self, provider: str) -> ProviderFacts | None:
        return self._facts.get(provider)

    def _discovered(self) -> list[Deployment]:
        reached = [self.reached(card, endpoint, card.id) for card, endpoint in self._best_endpoints()]
        if any(deployment.credential.secret is not None for deployment in reached):
            return [deployment for deployment in reached if deployment.credential.needed]
        if all(deployment.provider not in self._facts for deployment in reached):
            # A key without its plugin: that is worth more words than what else is missing.
            return [each for each in reached if self.has_key(each.provider)] or reached
        return reached

    def _best_endpoints(self) -> list[tuple[ModelCard, Endpoint]]:
        """Each card's first endpoint with a key, one that is served if there is one; without a key its first
        endpoint: it shows what a key would give.
        """
        best = []
        for card in self._catalog.cards.values():
            if card.endpoints:
                keyed = [endpoint for endpoint in card.endpoints if self.has_key(endpoint.provider)]
                served = [endpoint for endpoint in keyed if endpoint.served]
                best.append((card, (served or keyed or card.endpoints)[0]))
        return best

    def has_key(self, provider: str) -> bool:
        return self._key(provider) is not None

    def _key(self, provider: str) -> str | None:
        """The variable that holds a provider's key, were its plugin installed."""
        facts = self._facts.get(provider)
        names = facts.env if facts else KEYS.get(provider, ())
        return next((name for name in names if self._environ.get(name)), None)

    def reached(self, card: ModelCard, endpoint: Endpoint, id_: str) -> Deployment:
        """A card's deployment where the environment's key reaches it, or would."""
        facts = self._facts.get(endpoint.provider)
        region = endpoint.region if facts is None or endpoint.region else facts.region
        own = _address(facts, region)
        keeps = facts is None or facts.keeps(endpoint.name)
        on_premise = bool(facts and facts.on_premise and keeps)
        address = CalledAt(provider=endpoint.provider, base_url=own, own=own, name=endpoint.name)
        usual = region if keeps or region != LOCAL else GLOBAL
        place = KnownPlaces(facts).at(address, declared="", usual=usual)
        return Deployment(
            id=id_,
            card=card,
            provider=endpoint.provider,
            region=place.region,
            handling=handled(place.handling, region=place.region, own_ground=on_premise),
            pins=place.pins,
            name=endpoint.name,
            base_url=own,
            credential=self._from_environment(endpoint.provider, facts),
            on_premise=on_premise,
            timeouts=self._timeouts,
            network=Network(environment=not on_premise),
            unserved=endpoint.unserved,
            largest_answer=self._config.content.largest_answer,
        )

    def _configured(self, index: int, item: DeploymentConfig) -> Deployment:
        key = f"deployments.{index}"
        card = self._card(item.model, f"{key}.model")
        facts = self._provider(item.provider, f"{key}.provider")
        endpoint = next((found for found in card.endpoints if found.provider == item.provider), None)
        usual = (endpoint.region if endpoint else "") or (facts.region if facts else "")
        if facts and facts.example and not (item.name or endpoint):
            raise self._config.error(
                f"{key}.name",
                f"is missing: {facts.name} has names of its own for its models, such as {facts.example}.",
            )
        name = item.name or (endpoint.name if endpoint else card.id.partition("/")[2])
        keeps = facts is None or facts.keeps(name)
        if not keeps:
            self._check_passed_on(item, name, key)
            usual = usual if usual != LOCAL else GLOBAL
        declared = item.places
        region = declared or usual
        places = KnownPlaces(facts)
        own = _address(facts, region)
        base_url, login = without_login((item.base_url or own).rstrip("/"))
        at_home = usual_address = True
        if facts and not facts.in_process:
            self._check_url(base_url, facts, region, f"{key}.base_url")
            usual_address = not item.base_url or _same_origin(base_url, own)
            at_home = usual_address or loopback(base_url)
        if facts:
            vendors = places.is_vendors(base_url)
            known = usual if at_home else GLOBAL if vendors and not places.asks_for_a_region() else ""
            check_region(self._config, declared or known, base_url, f"{key}.region")
            check_words(self._config, item, places.offers, key)
        on_premise = item.on_premise
        if on_premise is None:
            on_premise = bool(facts and facts.on_premise and at_home and keeps)
        address = CalledAt(provider=item.provider, base_url=base_url, own=own, name=name)
        place = places.at(
            address,
            declared=declared,
            usual=usual,
            deployment_type=item.deployment_type or "",
            attested=item.attested or "",
        )
        handling = item.handling.over(place.handling)
        headers = written_headers(self._config, item, key, self._environ)
        return Deployment(
            id=item.id,
            card=replace(card, context_window=item.context_window) if item.context_window else card,
            provider=item.provider,
            region=place.region,
            declared=declared,
            handling=handled(handling, region=place.region, own_ground=on_premise),
            pins=place.pins,
            name=name,
            base_url=base_url,
            credential=headers.completes(self._credential(item, facts, f"{key}.api_key")),
            on_premise=on_premise,
            headers=headers.values,
            secrets=headers.secrets,
            extra_body=item.extra_body,
            login=login,
            timeouts=item.timeouts.over(self._timeouts),
            network=replace(network_of(self._config, item, key), environment=not on_premise),
            price=item.price.price() if item.price else None,
            traits=item.traits,
            # What another server calls the model is its own affair.
            unserved=endpoint.unserved if endpoint and not item.name and usual_address else "",
            largest_answer=item.largest_answer or self._config.content.largest_answer,
            treatment=item.treatment,
        )

    def _card(self, name: str, key: str) -> ModelCard:
        card = self._catalog.find(name) or self._catalog.find(self._config.models.end(name))
        if card is None:
            if why := self._offers.quarrel("model_cards", name):
                raise self._config.error(key, f"{why}.")
            vendor = name.partition("/")[0]
            if vendor in PROVIDERS and vendor not in self._facts:
                what = f"there is no model {name!r}: {self._offers.absent(vendor, None)}."
                raise self._config.error(key, what)
            raise self._config.error(
                key,
                f"there is no model {name!r}; `interlock models` lists them, and models: adds one.",
                nearest(name, (*self._catalog.cards, *self._catalog.aliases)),
            )
        return card

    def _provider(self, name: str, key: str) -> ProviderFacts | None:
        if why := self._offers.quarrel("providers", name):
            raise self._config.error(key, f"{why}.")
        if name not in self._facts and name not in PROVIDERS:
            raise self._config.error(
                key,
                f"there is no provider {name!r}; `interlock plugins` lists those that are installed.",
                nearest(name, sorted({*self._facts, *PROVIDERS})),
            )
        return self._facts.get(name)

    def _check_url(self, base_url: str, facts: ProviderFacts, region: str, key: str) -> None:
        if not base_url and facts.base_url:
            raise self._config.error(
                key,
                f"is missing: the address of {facts.name} follows from a cloud region such as eu-central-1, "
                f"and {region!r} is none. Name one as region, or give the address.",
            )
        if not base_url:
            raise self._config.error(key, f"is missing: {facts.name} has no address of its own.")
        check_address(self._config, base_url, key)
        if "?" in base_url and not facts.takes_query:
            raise self._config.error(
                key,
                f"holds a query, behind which the paths of {facts.name} would end up. Leave it out, and say "
                "what the server wants in headers or extra_body.",
            )
        for method in _METHODS:
            if urlsplit(base_url).path.endswith(method):
                what = f"ends in {method}, which is added to it; give the root, version included."
                raise self._config.error(key, what)

    def _check_passed_on(self, item: DeploymentConfig, name: str, key: str) -> None:
        where = f"{item.provider} sends what it asks {name!r} on to a cloud of its own"
        if item.region is not None and normalise(item.region) == LOCAL:
            what = f"{where}; say where that is, or leave the region out, which is {GLOBAL}."
            raise self._config.error(f"{key}.region", what)
        if item.on_premise:
            raise self._config.error(f"{key}.on_premise", f"{where}, which is not on your own ground.")

    def _credential(self, item: DeploymentConfig, facts: ProviderFacts | None, key: str) -> Credential:
        if item.api_key is None:
            found = self._from_environment(item.provider, facts)
            if found.secret is None and (why := self._lacks(item)):
                return replace(found, needed=True, hint=why)
            return found
        found = written_key(self._config, item.api_key, key, self._environ)
        if facts is None:
            return replace(found, hint=self._offers.absent(item.provider, None))
        return found

    def _lacks(self, item: DeploymentConfig) -> str:
        """What a provider that finds credentials by itself misses; a deployment may bring its own header."""
        ask = getattr(self._offers.providers.get(item.provider), "lacks", None)
        if not callable(ask) or any(name.lower() == "authorization" for name in item.headers):
            return ""
        return str(ask(self._environ) or "")

    def _from_environment(self, provider: str, facts: ProviderFacts | None) -> Credential:
        if facts is None:
            return Credential(hint=self._offers.absent(provider, self._key(provider)))
        return key_at_hand(facts.env, self._environ, needed=facts.needs_key)


def _address(facts: ProviderFacts | None, region: str) -> str:
    """The provider's own address; empty when it has none, or none in this region."""
    address = facts.base_url if facts else ""
    if "{region}" not in address:
        return address
    return address.replace("{region}", normalise(region)) if is_cloud_region(region) else ""


def _same_origin(base_url: str, other: str) -> bool:
    return bool(other) and origin_of(base_url) == origin_of(other)
