"""Deployments of models that a request asks for by their vendors' names, where only keys were given."""

import re

from interlock.assembly.deployments import DeploymentMaker
from interlock.catalog import Catalog
from interlock.catalog.families import load_families
from interlock.errors import RequestError
from interlock.types.models import Deployment, Endpoint, ModelCard
from interlock.types.providers import PROVIDERS

# Names go into bodies, headers and paths.
_NAME = re.compile(r"[A-Za-z0-9][\w.:/@+-]{0,127}", re.ASCII)
_BEHIND = re.compile(r"([\w.-]+)([:/])(.+)", re.ASCII)
_ANY_MAKER = "openrouter"  # it serves models under their makers' ids


class RequestedMaker:
    """See `interlock.catalog.names.Maker`. Ids are `provider:name`, which is what no card's id looks like."""

    def __init__(self, maker: DeploymentMaker, catalog: Catalog) -> None:
        self._maker = maker
        self._catalog = catalog
        self._families = load_families()
        self._makers = {family.provider for family in self._families.families}

    def id_of(self, name: str) -> str | None:
        if not _NAME.fullmatch(name) or ".." in name:
            return None
        behind = _BEHIND.fullmatch(name)
        if behind is not None:
            head, mark, rest = behind.groups()
            provider = self._families.provider(head.lower())
            known = provider in PROVIDERS or self._maker.facts(provider) is not None
            makers = not known or (provider in self._makers and not self._maker.has_key(provider))
            if makers and mark == "/" and self._maker.has_key(_ANY_MAKER):
                return f"{_ANY_MAKER}:{name}"
            if known:
                return self._at(provider, rest)
        if "/" in name:
            return None
        family = self._families.of(name)
        return f"{family.provider}:{name}" if family and family.provider else None

    def _at(self, provider: str, name: str) -> str | None:
        facts = self._maker.facts(provider)
        if facts is not None and facts.in_process:
            return None
        if facts is not None and (not facts.base_url or "{" in facts.base_url):
            what = f"{provider} has no one address of its own; list its models as deployments."
            raise RequestError(what, key="model")
        return f"{provider}:{name}"

    def make(self, id_: str) -> Deployment:
        provider, _, name = id_.partition(":")
        facts = self._maker.facts(provider)
        endpoint = Endpoint(provider=provider, name=name, region=facts.region if facts else "")
        return self._maker.reached(self._card(provider, name), endpoint, id_)

    def _card(self, provider: str, name: str) -> ModelCard:
        """The catalog's, or one that says no more than whose model it is."""
        for card in self._catalog.cards.values():
            if any((each.provider, each.name) == (provider, name) for each in card.endpoints):
                return card
        family = self._families.of(name)
        if family is not None:
            maker, id_ = family.maker, f"{family.id}/{name.rpartition('/')[2]}"
        else:
            id_ = name if "/" in name else f"{provider}/{name}"
            maker = id_.partition("/")[0]
        known = self._catalog.cards.get(id_)
        return known or ModelCard(id=id_, maker=maker, jurisdiction=family.jurisdiction if family else "")
