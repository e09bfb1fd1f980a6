"""Budgets around attempts: the rule that decisions ask, and the observer that reserves and settles."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from interlock.budgets.books import Sourced
from interlock.budgets.ledger import Ledger, Reservation
from interlock.budgets.shortfalls import Shortfall
from interlock.classifiers.tokens import estimate_request_tokens
from interlock.engine.attempting.budget_sources import BudgetSources, Untold
from interlock.engine.attempting.recorder import AttemptScope
from interlock.errors import BudgetExceeded, InterlockError, NoLongerAllowed
from interlock.protocols import API, BudgetSource, ConstraintCall, SurveyCall
from interlock.types.budgets import Spending
from interlock.types.decisions import Decision
from interlock.types.models import Deployment, Price, Tier
from interlock.types.records import AttemptRecord
from interlock.types.request import Request, Settings

ANSWER_TOKENS = 4_096
"""How long an answer is taken to become at most when the request sets no `max_tokens`."""

_MILLION = 1_000_000
_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """What one attempt at a deployment may take: US dollars for a million tokens, None when nobody knows,
    and in tokens the longest answer to a request that sets no bound, and to any; None without such a bound.
    """

    price: Price | None
    longest: int
    most: int | None = None

    @classmethod
    def of(cls, deployment: Deployment) -> "Tariff":
        longest = min(deployment.card.max_output or ANSWER_TOKENS, ANSWER_TOKENS)
        return cls(price=deployment.rates, longest=longest, most=deployment.card.max_output)

    @classmethod
    def dearest(cls, tariffs: Iterable["Tariff"]) -> "Tariff":
        """One that no attempt exceeds, at whichever deployment and of whatever length."""
        each = list(tariffs)
        rates: list[Price | Tier] = []
        for price in (tariff.price for tariff in each if tariff.price):
            rates += (price, *price.tiers)
        bounds = [tariff.most for tariff in each]
        whole = Price(
            input=max((rate.input for rate in rates), default=0.0),
            output=max((rate.output for rate in rates), default=0.0),
        )
        return cls(
            price=whole if all(tariff.price for tariff in each) else None,
            longest=max((tariff.longest for tariff in each), default=0),
            most=None if None in bounds else max(filter(None, bounds), default=None),
        )

    def estimate(self, input_tokens: int, settings: Settings) -> tuple[int, float | None]:
        """Tokens, and US dollars; None when no price is known."""
        answer = settings.max_tokens
        if answer is None:
            answer = self.longest + (settings.reasoning_tokens or 0)
        answer = max(0, answer if self.most is None else min(answer, self.most))
        if self.price is None:
            return input_tokens + answer, None
        rates = self.price.of(input_tokens)
        return input_tokens + answer, (input_tokens * rates.input + answer * rates.output) / _MILLION


class Budgeting:
    """The rule `budget` and the observer of one router, over one ledger."""

    api = API
    name = "budget"
    fixed = False
    reserves = True

    def __init__(
        self,
        ledger: Ledger,
        deployments: Mapping[str, Deployment],
        sources: Sequence[BudgetSource] = (),
    ) -> None:
        self.ledger = ledger
        self._sources = BudgetSources(sources)
        self._deployments = deployments
        self._tariffs = {id_: Tariff.of(deployment) for id_, deployment in deployments.items()}
        self._dearest = Tariff.dearest(self._tariffs.values())
        self._open: dict[AttemptScope, Reservation] = {}

    def snapshot(self) -> tuple[Spending, ...]:
        """What is spent in the present windows; see `Ledger.snapshot`."""
        return self.ledger.snapshot()

    async def spent(self, request: Request | None) -> tuple[Spending, ...]:
        """The accounts that a request falls under, those of a source that does not say left out; without a
        request, as `snapshot`.

        Raises:
            StoreError: they are counted elsewhere, and cannot be asked about.
        """
        if request is None:
            return self.snapshot()
        try:
            sourced = self._sources.of(request)
        except Untold:
            sourced = ()
        return self.ledger.spending(request.metadata or _NOTHING, sourced)

    def idle(self, call: SurveyCall) -> bool:
        """Whether there is room in every budget for the dearest deployment, and so for any."""
        tokens, usd = self._dearest.estimate(call.input_tokens, call.request.settings)
        try:
            sourced = self._sources.of(call.request)
        except Untold:
            return False
        return self.ledger.ample(call.request.metadata or _NOTHING, tokens, usd, sourced)

    def check(self, call: ConstraintCall) -> str | None:
        try:
            shortfall = self._shortfall(call.request, call.deployment.id, call.input_tokens)
        except Untold as error:
            return str(error)
        return None if shortfall is None else shortfall.sentence

    def began(self, scope: AttemptScope) -> None:
        """Reserves what this attempt may take."""
        deployment, judged = scope.call.deployment.id, scope.state.judged
        tokens, usd = self._taking(scope)
        sourced = self._told(scope, judged)
        found = self.ledger.reserve(deployment, judged.metadata or _NOTHING, tokens, usd, sourced)
        if isinstance(found, Shortfall):
            raise no_longer(deployment, found.sentence)
        self._open[scope] = found

    def ended(self, scope: AttemptScope, failure: InterlockError | None, record: AttemptRecord) -> None:
        """Settles at what the record says. An answer whose cost nobody knows keeps its reservation."""
        reservation = self._open.pop(scope)
        if isinstance(failure, NoLongerAllowed):
            self.ledger.release(reservation)
        else:
            self.ledger.settle(reservation, used_tokens(failure, record), record.cost)

    def nowhere(
        self, asked: Request, decision: Decision, excluded: Mapping[str, str]
    ) -> BudgetExceeded | None:
        """The error when some deployment is kept from the request by a budget alone. Those that the decision
        allowed were forbidden when their attempt was to begin.
        """
        rules = decision.facts.rules if decision.facts else {}
        try:
            short = [
                found
                for name in excluded
                if (name not in decision.excluded or rules.get(name) == self.name)
                and (found := self._shortfall(asked, name, decision.input_tokens, firm=True))
            ]
        except Untold:
            return None
        if not short and not any(self._forbade(name, decision, why) for name, why in excluded.items()):
            return None
        soonest = min((found.resets_at for found in short if found.resets_at is not None), default=None)
        return BudgetExceeded(
            "no deployment may serve this request within its budgets",
            excluded=excluded,
            resets_at=soonest,
            # Where what stood in the way has been given back since, it may be asked again at once.
            retry_after=0.0
            if not short
            else None
            if soonest is None
            else max(0.0, soonest - self.ledger.now()),
        )

    def _forbade(self, name: str, decision: Decision, why: str) -> bool:
        """Whether this rule kept a deployment from a request, in the decision or when it was to be sent."""
        if name in decision.excluded:
            return decision.facts is not None and decision.facts.rules.get(name) == self.name
        return why.startswith(no_longer(name, "budget ").message)

    def _taking(self, scope: AttemptScope) -> tuple[int, float | None]:
        """Tokens and US dollars that an attempt may take. A request that a guardrail, a repair or a
        classifier wrote differs in length from the one that was decided on.
        """
        request, asked = scope.call.request, scope.state.asked
        tokens = scope.state.decision.input_tokens if request is asked else estimate_request_tokens(request)
        return self._tariff(scope.call.deployment.id).estimate(tokens, request.settings)

    def _told(self, scope: AttemptScope, judged: Request) -> Sourced:
        """Raises NoLongerAllowed."""
        try:
            return self._sources.of(judged)
        except Untold as error:
            raise no_longer(scope.call.deployment.id, str(error)) from None

    def _tariff(self, deployment: str) -> Tariff:
        """Of a deployment that requests have added too."""
        return self._tariffs.get(deployment) or Tariff.of(self._deployments[deployment])

    def _shortfall(
        self, request: Request, deployment: str, input_tokens: int, *, firm: bool = False
    ) -> Shortfall | None:
        """Raises Untold."""
        tokens, usd = self._tariff(deployment).estimate(input_tokens, request.settings)
        sourced = self._sources.of(request)
        return self.ledger.shortfall(
            deployment, request.metadata or _NOTHING, tokens, usd, sourced, firm=firm
        )


def no_longer(deployment: str, sentence: str) -> NoLongerAllowed:
    """The error of an attempt that a budget has come to forbid."""
    return NoLongerAllowed(f"{deployment} was allowed and is no longer: {sentence}")


def used_tokens(failure: InterlockError | None, record: AttemptRecord) -> int | None:
    """What an attempt has used by its record; None for an answer of which nobody knows."""
    usage = record.usage
    counted = usage.input_tokens is not None or usage.output_tokens is not None
    return (usage.input_tokens or 0) + (usage.output_tokens or 0) if counted or failure else None
