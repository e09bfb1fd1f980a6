"""Cascades: who of their steps a request may ask, and what it may spend on the way up."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from interlock.engine.attempting.attempts import Attempts
from interlock.engine.attempting.budgeting import Tariff
from interlock.engine.call import CallState
from interlock.engine.checks import Checks
from interlock.engine.ensembles import WiredMember
from interlock.engine.steps import steps_of
from interlock.protocols import Arbiter, Steps, Strategy, StrategyCall
from interlock.types.cascades import Cascade, CascadeStep
from interlock.types.decisions import Candidate, Check, Decision, Outcome
from interlock.types.escalations import Bound, CascadeFacts, SignalName, StepFacts
from interlock.types.request import Settings

OTHERWISE = "default"
"""The cascade of every task that has none of its own."""

# Dollars. Sums of small costs may lack the last digit.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeRules:
    """A cascade as the configuration has it; see `CascadeConfig`. Without `steps` it goes by price."""

    name: str
    steps: tuple[WiredMember, ...]
    signal: SignalName
    threshold: float | None
    absent: Literal["escalate", "accept"]
    rejected: Literal["fail", "hand_over"]
    max_cost: float | None
    max_steps: int | None
    calibrated: bool = False
    verifier: tuple[WiredMember, ...] = ()
    arbiter: Arbiter | None = None


class Cascades:
    """The cascades of one router, by task. `strategy` asks their steps, `plain` is for where none is left."""

    def __init__(
        self,
        cascades: Mapping[str, CascadeRules],
        attempts: Attempts,
        checks: Checks,
        *,
        strategy: Strategy,
        plain: Strategy,
    ) -> None:
        self._cascades = cascades
        self._attempts = attempts
        self._checks = checks
        self._strategy = strategy
        self._plain = plain

    def of(self, task: str) -> CascadeRules | None:
        """The cascade of a task, if it has one."""
        return self._cascades.get(task) or self._cascades.get(OTHERWISE)

    def planned(self, rules: CascadeRules, decision: Decision, settings: Settings) -> tuple[CascadeStep, ...]:
        """A step for each that is configured, with who of the shortlist may answer for it."""
        if not rules.steps:
            return self._by_price(decision, settings)
        return tuple(
            CascadeStep(
                number=number,
                name=member.name,
                candidates=_allowed(member, decision),
                excluded=_excluded(member, decision),
            )
            for number, member in enumerate(rules.steps, 1)
        )

    def estimate(self, deployment: str, decision: Decision, settings: Settings) -> float | None:
        """US dollars that one attempt may take, as budgets reckon; None when no price is known."""
        tariff = Tariff.of(self._attempts.deployment(deployment))
        return tariff.estimate(decision.input_tokens, settings)[1]

    def steps(self, state: CallState, rules: CascadeRules, call: StrategyCall) -> Steps:
        """The strategy of a call whose task has a cascade."""
        settings = state.request.settings
        steps = self.planned(rules, state.decision, settings)
        if not any(each.candidates for each in steps):
            return steps_of(self._plain, call)
        known = {each.name for each in steps if each.candidates}
        state.draft.cascade = CascadeFacts(
            cascade=rules.name,
            signal=rules.signal,
            steps=tuple(StepFacts(number=each.number, name=each.name, why=excluded(each)) for each in steps),
            calibrated=rules.calibrated and len(known) == len({each.name for each in steps}),
        )
        state.sealed_alike = rules.signal in ("agreement", "verifier")
        if rules.arbiter is not None:
            state.check = self._check(state, rules, rules.arbiter, call)
        loop = asyncio.get_running_loop()
        cascade = Cascade(
            steps=steps,
            signal=rules.signal,
            threshold=rules.threshold,
            absent=rules.absent,
            rejected=rules.rejected,
            max_steps=rules.max_steps,
            affords=lambda deployments: self._affords(state, rules.max_cost, deployments),
            left=lambda: state.due - loop.time(),
            note=lambda facts: _note(state, facts),
            bounded=lambda bound: _bounded(state, bound),
        )
        return steps_of(self._strategy, replace(call, cascade=cascade))

    def _check(
        self, state: CallState, rules: CascadeRules, arbiter: Arbiter, call: StrategyCall
    ) -> Callable[[Check], Awaitable[Outcome]]:
        """What verifies an answer, as long as the call may cost as much."""
        allowed = (_allowed(each, state.decision) for each in rules.verifier)
        judges = tuple(each for each in allowed if each)
        check = self._checks.of(state, arbiter, judges, call.random)

        async def affordable(step: Check) -> Outcome:
            if self._affords(state, rules.max_cost, [judge[0].deployment for judge in judges]):
                return await check(step)
            _bounded(state, "max_cost")
            return Outcome(attempt=step.outcome.attempt)

        return affordable

    def _affords(self, state: CallState, most: float | None, deployments: Collection[str]) -> bool:
        """Whether one more attempt at each keeps to the most. A price that nobody knows cannot be counted."""
        if most is None:
            return True
        spent = 0.0
        for attempt in state.draft.attempts:
            estimated = self.estimate(attempt.deployment, state.decision, state.request.settings)
            spent += (estimated or 0.0) if attempt.cost is None else attempt.cost
        for deployment in deployments:
            estimated = self.estimate(deployment, state.decision, state.request.settings)
            if estimated is None:
                return False
            spent += estimated
        return spent <= most + _ROUNDING

    def _by_price(self, decision: Decision, settings: Settings) -> tuple[CascadeStep, ...]:
        """Models that are cheaper than the one that ranks first, cheapest first, and then that one."""
        models: dict[str, list[Candidate]] = {}
        for each in decision.shortlist:
            models.setdefault(each.model, []).append(each)
        if not models:
            return ()
        prices = {
            model: min(
                (
                    price
                    for each in candidates
                    if (price := self.estimate(each.deployment, decision, settings)) is not None
                ),
                default=None,
            )
            for model, candidates in models.items()
        }
        best = next(iter(models))
        most = prices[best]
        known = [(price, model) for model, price in prices.items() if price is not None and model != best]
        cheaper = [model for price, model in sorted(known, key=_price) if most is not None and price < most]
        return tuple(
            CascadeStep(number=number, name=model, candidates=tuple(models[model]))
            for number, model in enumerate((*cheaper, best), 1)
        )


def excluded(step: CascadeStep) -> str:
    """Why nobody may be asked for a step, in words; empty where somebody may."""
    if step.candidates:
        return ""
    return "; ".join(dict.fromkeys(step.excluded.values())) or "the request leaves it out"


def _price(known: tuple[float, str]) -> float:
    return known[0]


def _allowed(member: WiredMember, decision: Decision) -> tuple[Candidate, ...]:
    return tuple(each for each in decision.shortlist if each.deployment in member.deployments)


def _excluded(member: WiredMember, decision: Decision) -> dict[str, str]:
    if not member.deployments:
        return {member.name: "no deployment of the configuration serves it"}
    return {id_: rule for id_, rule in decision.excluded.items() if id_ in member.deployments}


def _note(state: CallState, facts: StepFacts) -> None:
    cascade = state.draft.cascade
    if cascade is not None:
        steps = tuple(facts if each.number == facts.number else each for each in cascade.steps)
        state.draft.cascade = replace(cascade, steps=steps)


def _bounded(state: CallState, bound: Bound) -> None:
    if state.draft.cascade is not None:
        state.draft.cascade = replace(state.draft.cascade, bound=bound)
