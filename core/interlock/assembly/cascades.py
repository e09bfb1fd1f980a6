"""The configuration's cascades, with whoever they name."""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field

from interlock.assembly.calibrating import Models, calibration_of, warn_of_uncalibrated
from interlock.assembly.ensembles import arbiter_named
from interlock.assembly.offers import Offers
from interlock.catalog.names import Names
from interlock.config import CascadeConfig, Config
from interlock.engine.attempting.attempts import Attempts
from interlock.engine.cascades import CascadeRules, Cascades
from interlock.engine.checks import Checks
from interlock.engine.ensembles import WiredMember
from interlock.protocols import Arbiter, Strategy
from interlock.strategies.cascade import CascadeStrategy
from interlock.types.calibrations import Calibration

# Of those whom a verifier asks, how many have to think an answer right.
_BELIEVED = 0.5


@dataclass
class CascadeMaker:
    """Makes a router's cascades. `calibrations` are those that they name, by cascade; those of another router
    that are `known` are not read again.
    """

    config: Config
    names: Names
    offers: Offers
    _: KW_ONLY
    known: Mapping[str, Calibration]
    calibrations: dict[str, Calibration] = field(default_factory=dict)

    def rules(self) -> dict[str, CascadeRules]:
        """By name.

        Raises:
            ConfigError: nobody offers the arbiter that is to verify, or it does not; or a calibration is of
                no use, or says that a cascade does not pay.
        """
        rules = {name: self._rules(name, each) for name, each in self.config.cascades.items()}
        warn_of_uncalibrated(list(rules.values()))
        return rules

    def _rules(self, name: str, given: CascadeConfig) -> CascadeRules:
        calibration = self.known.get(name)
        if given.calibration is not None and calibration is None:
            calibration = calibration_of(self.config, name, given, self._models(given))
        if calibration is not None:
            self.calibrations[name] = calibration
        threshold = given.threshold
        if threshold is None:
            threshold = _BELIEVED if given.signal == "verifier" else None
            threshold = threshold if calibration is None else calibration.threshold
        return CascadeRules(
            name=name,
            steps=self._members(given.steps),
            signal=given.signal,
            threshold=threshold,
            absent=given.absent,
            rejected=given.rejected,
            max_cost=given.max_cost,
            max_steps=given.max_steps,
            calibrated=calibration is not None,
            verifier=self._members(given.verifier),
            arbiter=self._arbiter(name, given) if given.signal == "verifier" else None,
        )

    def _members(self, names: Sequence[str]) -> tuple[WiredMember, ...]:
        return tuple(
            WiredMember(name=name, deployments=self.names.listed(name) or frozenset()) for name in names
        )

    def _arbiter(self, name: str, given: CascadeConfig) -> Arbiter:
        key = f"cascades.{name}.mode"
        arbiter = arbiter_named(self.config, self.offers, given.mode, key)
        if not getattr(arbiter, "verifies", False):
            able = [each for each, one in self.offers.arbiters.items() if getattr(one, "verifies", False)]
            there = f"; there is {', '.join(able)}" if able else ""
            what = f"{given.mode} compares answers, and does not verify one{there}."
            raise self.config.error(key, what)
        return arbiter

    def _models(self, given: CascadeConfig) -> Models:
        listed = self.names.deployments.listed
        return Models(
            {
                member.name: frozenset(listed[each].model for each in member.deployments if each in listed)
                for member in self._members((*given.steps, *given.verifier))
                if member.deployments
            }
        )


def cascades(
    rules: Mapping[str, CascadeRules],
    attempts: Attempts,
    checks: Checks,
    *,
    strategy: Strategy,
    last: Strategy,
) -> Cascades | None:
    """`strategy` is the one within a step, `last` the one of last steps; None where there is no cascade."""
    if not rules:
        return None
    return Cascades(rules, attempts, checks, strategy=CascadeStrategy(strategy, last), plain=last)
