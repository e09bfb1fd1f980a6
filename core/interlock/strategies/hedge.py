"""A late duplicate: when the best deployment is slower than it mostly is, the next one is asked as well."""

from dataclasses import dataclass
from typing import Literal, Protocol

from interlock.failures import Action
from interlock.protocols import Steps, Strategy, StrategyCall
from interlock.strategies.actions import action_for
from interlock.strategies.extras import ExtraCalls
from interlock.types.decisions import Attempt, Outcome, Race
from interlock.types.request import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgePolicy:
    """When a call is hedged.

    Attributes:
        percentile: the share of a deployment's answers, or first tokens, that come before a hedge is sent.
        budget: the share of all calls that may lead to a hedge.
        at_least: seconds; no measured wait is shorter.
        after: seconds to wait while too little has been measured; None sends no hedge then.
        tools: whether requests with tools, or with fields that only their vendor knows, are hedged too.
    """

    percentile: float = 0.95
    budget: float = 0.05
    at_least: float = 0.5
    after: float | None = None
    tools: bool = False


class LatencyPercentiles(Protocol):
    """What `HealthBook.latencies` is asked for."""

    def percentile(self, deployment: str, kind: Literal["answer", "first_token"], q: float) -> float | None:
        """Seconds; None with too few samples."""
        ...


class Hedge:
    """Another strategy, whose first attempt is hedged by the next deployment of the shortlist.

    Whatever follows is the other strategy's: it is told how the race's attempts ended when it asks for them,
    and so asks nobody twice whom it would not have asked twice anyway.
    """

    api = 1
    name = "hedge"

    def __init__(self, inner: Strategy, policy: HedgePolicy, latencies: LatencyPercentiles) -> None:
        self._inner = inner
        self._policy = policy
        self._latencies = latencies
        self._extras = ExtraCalls(policy.budget)

    def run(self, call: StrategyCall) -> Steps:
        self._extras.earn()
        steps = self._inner.run(call)
        ended: dict[str, Outcome] = {}
        try:
            step = next(steps)
            if isinstance(step, Attempt) and (race := self._race(call, step)) is not None:
                ended = {outcome.attempt.deployment: outcome for outcome in (yield race).outcomes}
            while True:
                known = ended.pop(step.deployment, None) if isinstance(step, Attempt) else None
                step = steps.send((yield step) if known is None else known)
        except StopIteration as end:
            chosen: Outcome | None = end.value
            return chosen

    def _race(self, call: StrategyCall, first: Attempt) -> Race | None:
        """The first attempt and its hedge; None when the call is not to be hedged."""
        if first.delay or not self._extras.left or not self._repeatable(call.request):
            return None
        others = (each.deployment for each in call.shortlist if each.deployment != first.deployment)
        second = next((other for other in others if call.is_well(other)), None)
        if second is None:
            return None
        after = self._after(first.deployment, streamed=call.streamed)
        if after is None:
            return None

        def ends(outcome: Outcome) -> bool:
            """What ends a call ends it though a hedge is under way; a hedge's failure only ends itself."""
            if outcome.error is None or outcome.attempt != first:
                return False
            return action_for(outcome.error, call.content) is Action.END

        hedge = Attempt(deployment=second, delay=after, role="hedge")
        return Race(attempts=(first, hedge), admit=self._admit, ends=ends)

    def _admit(self, hedge: Attempt, failures: tuple[Outcome, ...]) -> bool:  # noqa: ARG002 - as a race calls it
        """After a failure it would be a fallback, and whether there is one is the other strategy's to say."""
        return not failures and self._extras.spend()

    def _repeatable(self, request: Request | None) -> bool:
        """Whether asking twice does no more than asking once.

        A model's request for a tool has no effect by itself. A tool that runs at its vendor's may have one,
        and those are asked for among the tools or in fields that only the vendor knows.
        """
        if request is None:
            return False
        return self._policy.tools or not (request.tools or request.settings.extra)

    def _after(self, deployment: str, *, streamed: bool) -> float | None:
        kind: Literal["answer", "first_token"] = "first_token" if streamed else "answer"
        measured = self._latencies.percentile(deployment, kind, self._policy.percentile)
        return self._policy.after if measured is None else max(self._policy.at_least, measured)
