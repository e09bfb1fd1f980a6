"""The catalog's ensembles in one router: made when somebody asks for one, and what it lacks until then."""

from collections.abc import Mapping

from interlock.assembly.ensembles import EnsembleMaker
from interlock.catalog.ensembles import load_ensembles
from interlock.engine.ensembles import WiredEnsemble
from interlock.errors import RequestError
from interlock.plugins.claims import way_out
from interlock.types.arbiters import ARBITERS
from interlock.types.members import Ensemble


class EnsembleBook:
    """Every ensemble that a request may name: the configuration's, and the catalog's that have no namesake
    there.
    """

    def __init__(self, maker: EnsembleMaker) -> None:
        self._maker = maker
        self._wired = maker.configured()

    def find(self, name: str) -> WiredEnsemble | None:
        """None for a name that no ensemble has.

        Raises:
            RequestError: it is one of the catalog's, and this router lacks what it needs.
        """
        found = self._wired.get(name)
        if found is not None:
            return found
        shipped = load_ensembles().get(name)
        if shipped is None:
            return None
        if lacking := self._lacking(shipped):
            told = "; ".join(f"{each}: {way}" for each, way in lacking.items())
            what = f"the ensemble {name!r} lacks something here. {told}."
            raise RequestError(what, key="ensemble")
        self._wired[name] = made = self._maker.wired(name, shipped, f"ensembles.{name}")
        return made

    def inline(self, ensemble: Ensemble) -> WiredEnsemble:
        """A request's own. Raises RequestError for a name that is none, or options that do not fit."""
        return self._maker.inline(ensemble)

    def all(self) -> Mapping[str, Ensemble]:
        """The configuration's first."""
        own = {name: each.ensemble() for name, each in self._maker.config.ensembles.items()}
        return own | {name: each for name, each in load_ensembles().items() if name not in own}

    def near(self) -> list[str]:
        """The configuration's, and those of the catalog that lack nothing."""
        config = self._maker.config
        return [name for name in self.all() if name in config.ensembles or not self.lacking(name)]

    def lacking(self, name: str) -> dict[str, str]:
        """What an ensemble cannot be asked without, each with what to do about it: its arbiter, and models of
        which no deployment is ready.
        """
        return self._lacking(self.all()[name])

    def _lacking(self, ensemble: Ensemble) -> dict[str, str]:
        offers, mode = self._maker.offers, ensemble.mode
        found = {}
        if mode not in offers.arbiters and not (ensemble.options and mode in self._maker.bare):
            owner = ARBITERS.get(mode, mode)
            found[mode] = offers.quarrel("arbiters", mode) or way_out(owner, offers.installed.get(owner))
        for name in (*(each.model for each in ensemble.members), *ensemble.arbiter):
            if way := self._unserved(name):
                found[name] = way
        return found

    def _unserved(self, name: str) -> str:
        """What keeps every deployment of a model from being asked, whatever the request."""
        deployments = self._maker.names.deployments
        found = [deployments[id_] for id_ in sorted(self._maker.names.listed(name) or ())]
        if not found:
            return "add a deployment of it"
        hints = []
        for each in found:
            credential = each.credential
            if each.provider not in self._maker.offers.providers:
                hints.append(credential.hint or self._maker.offers.absent(each.provider, None))
            elif credential.needed and credential.secret is None:
                hints.append(credential.hint or "its key is missing")
            else:
                return ""
        return hints[0]
