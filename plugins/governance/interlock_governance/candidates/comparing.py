"""One deployment beside what serves a use case now."""

from dataclasses import dataclass, replace

from interlock.policies import Permission
from interlock.types.models import Deployment
from interlock_governance.candidates.candidate import Candidate
from interlock_governance.candidates.current import Current
from interlock_governance.candidates.figures import (
    Load,
    Range,
    billed,
    difference,
    month_cost,
    month_saving,
    request_cost,
    share_saved,
)
from interlock_governance.candidates.scores import ComparedScore, compared

_THOUSAND = 1000
LAWFUL = "the rules allow it, and not what serves now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What every deployment is held against.

    Attributes:
        route: the models and deployments that are the task's, best first.
        unlawful: whether the rules deny every deployment that serves it now.
    """

    task: str
    load: Load
    route: tuple[str, ...]
    current: Current | None
    unlawful: bool

    def candidate(self, deployment: Deployment, permission: Permission, lacks: str) -> Candidate:
        """`lacks` is why the deployment could not serve right now."""
        current, load, rates = self.current, self.load, deployment.rates
        price, now = billed(rates), None if current is None else billed(current.price)
        thousand = difference(request_cost(now, load), request_cost(price, load))
        share = share_saved(now, price, replace(load, longest=self._longest(deployment)))
        scores = compared(self.task, deployment.card, None if current is None else current.card)
        names = (deployment.id, deployment.model)
        gains, losses = self._told(deployment, share, scores)
        return Candidate(
            deployment=deployment.id,
            model=deployment.model,
            region=deployment.region,
            verdict="sealed" if permission.verdict == "sealed" else "allowed",
            why=permission.why,
            lacks=lacks,
            routed=next((at for at, name in enumerate(self.route, 1) if name in names), None),
            own_ground=rates is not None and price is None,
            price=price,
            month=month_cost(price, load),
            saving_month=month_saving(now, price, load),
            saving_thousand=None if thousand is None else thousand * _THOUSAND,
            saving_share=share,
            context_window=deployment.card.context_window,
            scores=scores,
            gains=gains,
            losses=losses,
        )

    def _told(
        self, deployment: Deployment, share: Range | None, scores: tuple[ComparedScore, ...]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        gains = [LAWFUL] if self.unlawful else []
        losses = []
        if share is not None and share.low > 0:
            gains.append(f"costs {percent(share)} less")
        elif share is not None and share.high < 0:
            losses.append(f"costs {percent(-share)} more")
        elif share is not None and not share.exact:
            losses.append(f"costs from {-share.low:.0%} more to {share.high:.0%} less, as its tokens are")
        for score in scores:
            if score.now is not None and score.value != score.now:
                told = f"{score.benchmark} {score.value:g}% instead of {score.now:g}%"
                (gains if score.value > score.now else losses).append(told)
        if self._too_small(deployment):
            told = f"its context window of {deployment.card.context_window:,} tokens is large enough"
            gains.append(told)
        return tuple(gains), tuple(losses)

    def _longest(self, deployment: Deployment) -> int | None:
        cards = [deployment.card, *([self.current.card] if self.current and self.current.card else [])]
        windows = [card.context_window for card in cards if card.context_window is not None]
        return min(windows, default=None)

    def _too_small(self, deployment: Deployment) -> bool:
        """Whether the window of what serves now is too small, and that of the deployment is not."""
        card = None if self.current is None else self.current.card
        tokens, window = self.load.tokens_in, deployment.card.context_window
        if card is None or card.context_window is None or tokens is None or window is None:
            return False
        return card.context_window < tokens + (self.load.tokens_out or 0) <= window


def percent(share: Range) -> str:
    """One figure, or two where they differ in whole percents."""
    low, high = f"{share.low:.0%}", f"{share.high:.0%}"
    return low if low == high else f"{low} to {high}"
