"""The configuration's ensembles, with whoever they name."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from interlock.assembly.naming import strategy_named
from interlock.assembly.offers import Offers
from interlock.assembly.options import arbiter_for
from interlock.catalog.names import Names
from interlock.config import Config, EnsembleConfig
from interlock.engine.ensembles import Ensemble, Member
from interlock.plugins.claims import way_out
from interlock.protocols import Arbiter
from interlock.types.arbiters import ARBITERS
from interlock.types.names import nearest


@dataclass
class EnsembleMaker:
    """Makes a router's ensembles.

    `bare` are the arbiters as they are offered, before options, and `known` the options of another router's
    ensembles, by name. `options` are those of the ensembles that were made and have any.
    """

    config: Config
    names: Names
    offers: Offers
    _: KW_ONLY
    bare: Mapping[str, Arbiter]
    environ: Mapping[str, str]
    known: Mapping[str, Any]
    options: dict[str, Any] = field(default_factory=dict)

    def make(self) -> dict[str, Ensemble]:
        """By name. Raises ConfigError when nobody offers an arbiter or a strategy, or one lacks its model."""
        return {name: self._ensemble(name, each) for name, each in self.config.ensembles.items()}

    def _ensemble(self, name: str, given: EnsembleConfig) -> Ensemble:
        key = f"ensembles.{name}"
        arbiter = self._arbiter(name, given, f"{key}.mode")
        if arbiter.asks and not given.arbiter:
            what = f"is missing: {given.mode} asks a model, and this says which."
            raise self.config.error(f"{key}.arbiter", what)
        if given.arbiter and not arbiter.asks:
            what = f"{given.mode} asks no model; leave this out, or say by `mode` what is to ask it."
            raise self.config.error(f"{key}.arbiter", what)
        return Ensemble(
            name=name,
            members=tuple(self._member(member.model, member.weight) for member in given.members),
            arbiter=arbiter,
            judges=tuple(map(self._member, given.arbiter)),
            strategy=strategy_named(self.config, self.offers, given.strategy, f"{key}.strategy"),
            quorum=given.quorum,
            deadline=given.deadline,
        )

    def _member(self, name: str, weight: float = 1.0) -> Member:
        return Member(name=name, deployments=self.names.listed(name) or frozenset(), weight=weight)

    def _arbiter(self, ensemble: str, given: EnsembleConfig, key: str) -> Arbiter:
        offers, name = self.offers, given.mode
        if given.options and (bare := self.bare.get(name)) is not None:
            made, self.options[ensemble] = arbiter_for(
                self.config, bare, ensemble, self.environ, self.known.get(ensemble)
            )
            return made
        known = list(offers.arbiters)
        if name in offers.arbiters:
            return offers.arbiters[name]
        if why := offers.quarrel("arbiters", name):
            raise self.config.error(key, f"{why}.")
        what = f"no arbiter is called {name!r}; there are {', '.join(known)}"
        if owner := ARBITERS.get(name):
            way = way_out(owner, offers.installed.get(owner))
            raise self.config.error(key, f"{what}; {name} needs {owner}: {way}.")
        near = nearest(name, [*known, *ARBITERS])
        way = "" if near else "; `interlock plugins` says what each plugin offers"
        raise self.config.error(key, f"{what}{way}.", near)
