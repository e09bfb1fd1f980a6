"""The record of a call that goes on."""

from collections.abc import Sequence
from operator import attrgetter
from time import perf_counter, time

from interlock.errors import InterlockError, ProviderError
from interlock.records.costs import cost_of
from interlock.types.decisions import AttemptRole, Decision, Treatment
from interlock.types.escalations import CascadeFacts
from interlock.types.members import INLINE
from interlock.types.models import Deployment, Price
from interlock.types.panels import PanelVerdict
from interlock.types.random_ids import timed_id
from interlock.types.records import AttemptRecord, CallUnderWay, ErrorRecord, GuardrailRecord, Record
from interlock.types.request import Request
from interlock.types.response import Usage


class Cancelled(InterlockError):
    """The attempt was cancelled: nothing is wrong with it, or with whom it asked. It is raised to nobody."""


class RecordDraft:
    """A call's record while the call goes on.

    `failures` holds each deployment's last one, until it answers, in the order in which they were tried;
    `trying` the deployment of each attempt that goes on, by the attempt's id.
    """

    __slots__ = (
        "_attempts", "_numbers", "_request", "_started", "_streamed", "_ticks", "cascade", "decision",
        "failures", "guardrails", "id", "rescue", "trace", "trying", "verdict",
    )  # fmt: skip

    def __init__(self, decision: Decision, request: Request, *, streamed: bool) -> None:
        self._started = time()
        self.id = timed_id(self._started)
        self.decision = decision
        self._request = request
        self._streamed = streamed
        self._ticks = perf_counter()
        self._attempts: list[AttemptRecord] = []
        self._numbers = 0
        self.failures: dict[str, ProviderError] = {}
        self.trying: dict[int, str] = {}
        self.guardrails: list[GuardrailRecord] = []
        self.rescue: str | None = None
        self.trace: str | None = None
        self.verdict: PanelVerdict | None = None
        self.cascade: CascadeFacts | None = None

    @property
    def attempts(self) -> tuple[AttemptRecord, ...]:
        """In the order in which they began; of a race, the one that ended first was written first."""
        return tuple(sorted(self._attempts, key=_id_of))

    @property
    def cost(self) -> float | None:
        """US dollars of every attempt; None when an attempt's cost is unknown."""
        total: float = 0
        for attempt in self._attempts:
            if attempt.cost is None:
                return None
            total += attempt.cost
        return total

    def has_tried(self, deployment: str) -> bool:
        """Whether an attempt there has ended."""
        return bool(self._attempts) and any(each.deployment == deployment for each in self._attempts)

    def number(self) -> int:
        """The id of an attempt that begins."""
        self._numbers += 1
        return self._numbers - 1

    def attempt(
        self,
        number: int,
        deployment: Deployment,
        role: AttemptRole,
        *,
        ticks: float,
        error: InterlockError | None = None,
        usage: Usage = Usage(),  # noqa: B008 - frozen
        served_model: str | None = None,
        substituted: bool = False,
        price: Price | None = None,
        first_token: float | None = None,
        parent: int | None = None,
        waited: float = 0.0,
        treatment: Treatment = "as_is",
        adjusted: Sequence[str] = (),
        member: str | None = None,
        pinned: str | None = None,
        evidenced: str | None = None,
        incident: str | None = None,
        finish_reason: str | None = None,
    ) -> AttemptRecord:
        """Write down an attempt that began at `ticks` of perf_counter and has just ended, in an answer or in
        `error`.
        """
        now = perf_counter()
        cancelled = error.message if isinstance(error, Cancelled) else None
        billed = error is None or usage.output_tokens is not None
        record = AttemptRecord(
            id=number,
            deployment=deployment.id,
            model=deployment.card.id,
            role=role,
            parent=parent,
            started=self._started + (ticks - self._ticks),
            latency=now - ticks,
            error=None if error is None or cancelled else error_record(error),
            usage=usage,
            cost=cost_of(usage, price) if billed else 0.0,
            served_model=served_model,
            substituted=substituted,
            first_token=first_token,
            waited=waited,
            adjusted=tuple(adjusted),
            cancelled=cancelled,
            member=member,
            treatment=treatment,
            region=deployment.region,
            pinned=pinned,
            evidenced=evidenced,
            incident=incident,
            finish_reason=finish_reason,
        )
        self._attempts.append(record)
        self.trying.pop(number, None)
        if isinstance(error, ProviderError):
            self.failures[deployment.id] = error
        elif error is None and self.failures:
            self.failures.pop(deployment.id, None)
        return record

    def finish(self, deployment: Deployment | None = None, error: BaseException | None = None) -> Record:
        """The record of a call that has ended. What is no Exception is its caller's leaving."""
        ended = None if error is None else type(error).__name__
        failed = isinstance(error, Exception)
        cascade = self.cascade
        if cascade is not None:
            cascade = cascade.ended(deployment.id if deployment else None)
        return Record(
            id=self.id,
            started=self._started,
            latency=perf_counter() - self._ticks,
            decision=self.decision,
            attempts=self.attempts,
            deployment=deployment.id if deployment else None,
            model=deployment.card.id if deployment else None,
            cost=self.cost,
            error=ended if failed else None,
            rescue=self.rescue,
            streamed=self._streamed,
            metadata=self._request.metadata,
            trace=self.trace,
            cancelled=None if failed else ended,
            run=self._request.run,
            step=self._request.step,
            guardrails=tuple(self.guardrails),
            ensemble=self._ensemble,
            verdict=self.verdict,
            cascade=cascade,
        )

    def under_way(self) -> CallUnderWay:
        """The call as it is now. Safe while it goes on in another thread."""
        return CallUnderWay(
            id=self.id,
            started=self._started,
            task=self.decision.task,
            trying=tuple(self.trying.values()),
            attempts=len(self._attempts),
            streamed=self._streamed,
            metadata=self._request.metadata,
            run=self._request.run,
            step=self._request.step,
            ensemble=self._ensemble,
        )

    @property
    def _ensemble(self) -> str | None:
        ensemble = self._request.ensemble
        return ensemble if ensemble is None or isinstance(ensemble, str) else INLINE


_id_of = attrgetter("id")


def error_record(error: InterlockError) -> ErrorRecord:
    if isinstance(error, ProviderError):
        return ErrorRecord(
            kind=type(error).__name__,
            message=error.message,
            status=error.status,
            code=error.code,
            request_id=error.request_id,
            quoted=error.vendor_message is not None,
        )
    return ErrorRecord(kind=type(error).__name__, message=error.message)
