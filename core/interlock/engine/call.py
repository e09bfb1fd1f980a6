"""A call under way."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any

from interlock.engine.progress import Progress
from interlock.engine.traces import CallTrace
from interlock.errors import BudgetExceeded, OutputInvalid, TotalTimeout
from interlock.fold import Fold
from interlock.health.breaker import Wait
from interlock.limits.line import Ticket
from interlock.protocols import Steps
from interlock.records.draft import RecordDraft
from interlock.types.decisions import (
    Arbitration,
    Attempt,
    AttemptRole,
    Check,
    Decision,
    Outcome,
    Treatment,
)
from interlock.types.ensembles import Panel
from interlock.types.logs import LogEntry
from interlock.types.messages import Message
from interlock.types.models import Deployment
from interlock.types.records import Record
from interlock.types.request import Constraints, Request
from interlock.types.response import Answer, PanelResult, Response
from interlock.types.sensed import Sensed


def _nothing_more() -> Steps:
    return None
    yield


_FREE = Constraints()
_NOTHING_MORE = _nothing_more()


@dataclass(slots=True)
class AttemptState:
    """What one attempt has to itself, so that attempts that go on at once do not mix.

    `answer` is the accepted one, `parsed` its structured output. `fold` holds what a stream has said so far.
    `id` is the attempt's in the record, `parent` that of the attempt that it hedges. `lost` says why a race
    had no more use for the attempt, and is set before it is cancelled. `waited` is seconds in a queue.
    `prefix` is what the answer goes on from: the text of a stream that broke. `treatment` is how the request
    goes, `bound` what it must keep to, `pinned` the place in which its vendor is told to keep it, if any.
    `ticket` is what it was let through a line with.
    """

    id: int | None = None
    parent: int | None = None
    answer: Answer | None = None
    parsed: Any = None
    fold: Fold | None = None
    lost: str | None = None
    waited: float = 0.0
    prefix: str = ""
    treatment: Treatment = "as_is"
    bound: Constraints = _FREE
    pinned: str | None = None
    ticket: Ticket | None = None


@dataclass(slots=True)
class CallState:
    """What one call carries from its decision to its response.

    `asked` is the request as the caller gave it, `kept_to` the constraints that it came with, and `marks` its
    metadata, in a copy that no plugin is given.
    `given` is what is asked of models, `request` what guardrails made of it, and `guarded` that they have.
    `unsealed` says that one that rewrites was passed over, `opened` that some deployment was sent `given`
    where it differs. `kept` is what each guardrail keeps aside, by its name. `ask` asks a model on the call's
    behalf, in a role.
    `steps` is the strategy under way, `outcome` what it is told next. `due` is the loop's time at which the
    call must have ended, `total` the seconds that it was given. `misfits` holds the last output that did not
    fit, for each panel member, deployment and treatment.
    `panel` holds the members that were asked for, `arbitrate` makes one answer of theirs and leaves `result`,
    `progress` is told of each that ends where a stream is to tell of it; `role` is that of what is asked on
    the way. `short_of` says which budget keeps the request from those that nothing else
    excludes, if the router has budgets; `wait_of` says of a deployment at a task what it waits for, if its
    health closes it to attempts. `unlogged` goes into the log with what is written there next. `sensed` is
    what guardrails have found in `asked`, where a policy needs to know. `check` says how sure one may be of
    an answer, where a cascade has a verifier, and `sealed_alike` that all are asked in the same words.
    `keeping` is done when the store has the record, where the call waits for that.
    """

    asked: Request
    kept_to: Constraints
    given: Request
    request: Request
    decision: Decision
    draft: RecordDraft
    due: float
    total: float
    kept: Mapping[str, Any] = field(default_factory=dict)
    guarded: bool = False
    unsealed: bool = False
    opened: bool = False
    steps: Steps = field(init=False)
    outcome: Outcome | None = None
    misfits: dict[tuple[str | None, str, Treatment], OutputInvalid] = field(default_factory=dict)
    panel: Panel | None = None
    arbitrate: Callable[[Arbitration], Awaitable[Outcome]] | None = None
    result: PanelResult | None = None
    progress: Progress | None = None
    role: AttemptRole | None = None
    short_of: Callable[[Request, Decision, Mapping[str, str]], BudgetExceeded | None] | None = None
    wait_of: Callable[[str, str], Wait | None] | None = None
    ask: Callable[["CallState", Request, AttemptRole], Awaitable[Answer]] | None = None
    trace: CallTrace | None = None
    unlogged: list[LogEntry] = field(default_factory=list)
    sensed: Sensed | None = None
    check: Callable[[Check], Awaitable[Outcome]] | None = None
    sealed_alike: bool = False
    marks: Mapping[str, str] = field(default_factory=dict)
    keeping: Future[None] | None = None

    @property
    def judged(self) -> Request:
        """The request as rules and budgets are asked about it: by the metadata that it came with."""
        asked = self.asked
        return asked if asked.metadata == self.marks else replace(asked, metadata=self.marks)

    def treated(self, treatment: Treatment) -> Request:
        """The request as it may go."""
        return self.given if treatment == "as_is" else self.request

    @property
    def is_sealed(self) -> bool:
        """Whether guardrails have made another request of what is asked."""
        return self.request is not self.given

    def is_open(self, progress: AttemptState) -> bool:
        """Whether an attempt says what guardrails have kept from others."""
        return progress.treatment == "as_is" and self.is_sealed

    def over(self) -> None:
        """Let go of every error. An error holds the frames that it was raised through, and those hold the
        call: only the garbage collector could free them, and pausing for it costs other calls time.
        """
        self.steps, self.outcome, self.arbitrate, self.check = _NOTHING_MORE, None, None, None
        self.misfits.clear()
        self.draft.failures.clear()

    @property
    def answered(self) -> tuple[Attempt, Answer, Any]:
        """Who has answered, what, and the structured output; once a run has ended without an error."""
        outcome = self.outcome
        if outcome is None or outcome.answer is None:
            raise AssertionError("a run that ends without an error has an answer")
        return outcome.attempt, outcome.answer, outcome.parsed

    async def pause(self, seconds: float) -> None:
        """Wait, at most until the call is due, and then in vain: TotalTimeout."""
        now = asyncio.get_running_loop().time()
        if now + seconds >= self.due:
            await asyncio.sleep(max(0.0, self.due - now))
            raise self.too_late()
        await asyncio.sleep(seconds)

    def too_late(self) -> TotalTimeout:
        return TotalTimeout(f"the call was not finished within {self.total:g} s (timeouts.total)")

    def response(self, deployment: Deployment, answer: Answer, parsed: Any, record: Record) -> Response:
        refused = answer.finish_reason == "refusal"
        return Response(
            text=answer.text or (answer.refusal if refused else ""),
            reasoning=answer.reasoning,
            tool_calls=answer.tool_calls,
            parsed=parsed,
            finish_reason=answer.finish_reason,
            usage=answer.usage,
            cost=record.cost,
            model=deployment.card.id,
            served_model=answer.served_model,
            deployment=deployment.id,
            message=Message("assistant", answer.parts),
            record=record,
            extra=answer.extra,
            panel=self.result,
        )
