"""Ensembles with whoever they name: the configuration's, the catalog's, and a request's own."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from interlock.assembly.naming import strategy_named, unknown_model
from interlock.assembly.offers import Offers
from interlock.assembly.options import arbiter_for
from interlock.catalog.names import Names
from interlock.config import Config
from interlock.engine.ensembles import WiredEnsemble, WiredMember
from interlock.errors import ConfigError, RequestError
from interlock.plugins.claims import way_out
from interlock.protocols import Arbiter
from interlock.requests.checking import as_request
from interlock.types.arbiters import ARBITERS
from interlock.types.members import INLINE, Ensemble, Member
from interlock.types.names import nearest


@dataclass
class EnsembleMaker:
    """Makes a router's ensembles.

    `bare` are the arbiters as they are offered, before options, and `known` the options of another router's
    ensembles, by name. `options` are those of the configuration's ensembles that have any.
    """

    config: Config
    names: Names
    offers: Offers
    _: KW_ONLY
    bare: Mapping[str, Arbiter]
    environ: Mapping[str, str]
    known: Mapping[str, Any]
    options: dict[str, Any] = field(default_factory=dict)

    def configured(self) -> dict[str, WiredEnsemble]:
        """The configuration's, by name.

        Raises ConfigError when nobody offers an arbiter or a strategy, or one lacks its model.
        """
        return {
            name: self.wired(name, each.ensemble(), f"ensembles.{name}")
            for name, each in self.config.ensembles.items()
        }

    def inline(self, ensemble: Ensemble) -> WiredEnsemble:
        """A request's own. Raises RequestError for whatever would be refused of the configuration."""
        try:
            return self.wired(INLINE, ensemble, "ensemble")
        except ConfigError as error:
            raise RequestError(error.message, key=error.key, suggestion=error.suggestion) from None

    def wired(self, name: str, ensemble: Ensemble, key: str) -> WiredEnsemble:
        """Raises ConfigError, at keys below `key`."""
        arbiter = self._arbiter(name, ensemble, key)
        if arbiter.asks and not ensemble.arbiter:
            what = f"is missing: {ensemble.mode} asks a model, and this says which."
            raise self.config.error(f"{key}.arbiter", what)
        if ensemble.arbiter and not arbiter.asks:
            what = f"{ensemble.mode} asks no model; leave this out, or say by `mode` what is to ask it."
            raise self.config.error(f"{key}.arbiter", what)
        return WiredEnsemble(
            name=name,
            members=tuple(
                self._member(each, f"{key}.members.{index}") for index, each in enumerate(ensemble.members)
            ),
            arbiter=arbiter,
            judges=tuple(self._member(Member(model=each), f"{key}.arbiter") for each in ensemble.arbiter),
            strategy=strategy_named(self.config, self.offers, ensemble.strategy, f"{key}.strategy"),
            quorum=ensemble.quorum,
            deadline=ensemble.deadline,
        )

    def _member(self, member: Member, key: str) -> WiredMember:
        name = member.model
        deployments = self.names.listed(name)
        if not deployments and key.partition(".")[0] == "ensemble":
            deployments = self._asked(name, key)
        if deployments is None:
            raise unknown_model(self.config, self.names, self.offers, name, key)
        settings = None
        if member.settings:
            try:
                settings = as_request("", {"settings": member.settings}).settings
            except RequestError as error:
                where = f"{key}.{error.key or 'settings'}"
                raise self.config.error(where, f"{error.message.rstrip('.')}.", error.suggestion) from None
        return WiredMember(name=name, deployments=deployments, weight=member.weight, settings=settings)

    def _asked(self, name: str, key: str) -> frozenset[str] | None:
        """What a request may mean by a name, though nobody has listed it."""
        try:
            return self.names.asked(name)[0]
        except RequestError as error:
            if self.names.knows(name):
                raise RequestError(error.message, key=key, suggestion=error.suggestion) from None
            return None

    def _arbiter(self, ensemble: str, given: Ensemble, key: str) -> Arbiter:
        offers, name = self.offers, given.mode
        if given.options and (bare := self.bare.get(name)) is not None:
            path = [*key.split(".", 1), "options"]
            known = self.known.get(ensemble) if ensemble in self.config.ensembles else None
            made, options = arbiter_for(
                self.config, bare, given.options, path=path, environ=self.environ, known=known
            )
            if ensemble in self.config.ensembles:
                self.options[ensemble] = options
            return made
        return arbiter_named(self.config, offers, name, f"{key}.mode")


def arbiter_named(config: Config, offers: Offers, name: str, key: str) -> Arbiter:
    """Raises ConfigError about the key when nobody offers the arbiter."""
    if name in offers.arbiters:
        return offers.arbiters[name]
    if why := offers.quarrel("arbiters", name):
        raise config.error(key, f"{why}.")
    known = list(offers.arbiters)
    what = f"no arbiter is called {name!r}; there are {', '.join(known)}"
    if owner := ARBITERS.get(name):
        way = way_out(owner, offers.installed.get(owner))
        raise config.error(key, f"{what}; {name} needs {owner}: {way}.")
    near = nearest(name, [*known, *ARBITERS])
    way = "" if near else "; `interlock plugins` says what each plugin offers"
    raise config.error(key, f"{what}{way}.", near)
