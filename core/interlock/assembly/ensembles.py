"""The configuration's ensembles, with whoever they name."""

from interlock.assembly.naming import strategy_named
from interlock.assembly.offers import Offers
from interlock.catalog.names import Names
from interlock.config import Config, EnsembleConfig
from interlock.engine.ensembles import Ensemble, Member
from interlock.plugins.claims import way_out
from interlock.protocols import Arbiter
from interlock.types.arbiters import ARBITERS
from interlock.types.names import nearest


def ensembles(config: Config, names: Names, offers: Offers) -> dict[str, Ensemble]:
    """By name. Raises ConfigError when nobody offers an arbiter or a strategy, or one lacks its model."""
    return {name: _ensemble(config, names, offers, name, each) for name, each in config.ensembles.items()}


def _ensemble(config: Config, names: Names, offers: Offers, name: str, given: EnsembleConfig) -> Ensemble:
    key = f"ensembles.{name}"
    arbiter = _arbiter(config, offers, given.mode, f"{key}.mode")
    if arbiter.asks and given.arbiter is None:
        what = f"is missing: {given.mode} asks a model, and this says which."
        raise config.error(f"{key}.arbiter", what)
    if given.arbiter is not None and not arbiter.asks:
        what = f"{given.mode} asks no model; leave this out, or say by `mode` what is to ask it."
        raise config.error(f"{key}.arbiter", what)
    return Ensemble(
        name=name,
        members=tuple(_member(names, member) for member in given.members),
        arbiter=arbiter,
        judge=None if given.arbiter is None else _member(names, given.arbiter),
        strategy=strategy_named(config, offers, given.strategy, f"{key}.strategy"),
        quorum=given.quorum,
        deadline=given.deadline,
    )


def _member(names: Names, name: str) -> Member:
    return Member(name=name, deployments=names.listed(name) or frozenset())


def _arbiter(config: Config, offers: Offers, name: str, key: str) -> Arbiter:
    known = list(offers.arbiters)
    if name in offers.arbiters:
        return offers.arbiters[name]
    if why := offers.quarrel("arbiters", name):
        raise config.error(key, f"{why}.")
    what = f"no arbiter is called {name!r}; there are {', '.join(known)}"
    if owner := ARBITERS.get(name):
        raise config.error(
            key, f"{what}; {name} needs {owner}: {way_out(owner, offers.installed.get(owner))}."
        )
    near = nearest(name, [*known, *ARBITERS])
    way = "" if near else "; `interlock plugins` says what each plugin offers"
    raise config.error(key, f"{what}{way}.", near)
