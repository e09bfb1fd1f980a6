"""What happened, for explaining, accounting and replaying. No prompt, no answer, no key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from interlock.types.decisions import AttemptRole, Decision, Treatment
from interlock.types.escalations import CascadeFacts
from interlock.types.frozen import quick_init
from interlock.types.panels import PanelVerdict
from interlock.types.response import Usage

LEFT = "left by the caller"
EVALUATION = "evaluation"
"""The key of a call's metadata by which those that an evaluation makes are known."""
RESENT = "sent twice: the kept connection was closed as it was written to"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRecord:
    """A failure's facts; `kind` is the error's class name.

    `quoted` says that the message holds the vendor's own words, which may quote the prompt: such a message
    does not leave the process.
    """

    kind: str
    message: str
    status: int | None = None
    code: str | None = None
    request_id: str | None = None
    quoted: bool = False

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """One attempt. `started` is seconds since the epoch; `latency` seconds, and `first_token` those until a
    stream's first step; `cost` US dollars, None when no price is known.

    `id` is unique within the record; `parent` is the id of the attempt that caused this one, if any.
    `substituted` says that `served_model` is another model than the deployment's; `cost` is then at that
    one's price.
    `waited` is seconds in a queue before it began.
    `adjusted` says which settings were left out or sent in another way, as `temperature: left out; …`, and
    whether the request was sent twice (`RESENT`).
    `cancelled` says why nobody waited for its answer any more, which is no error: `left by the caller`, or
    as `lost the race to b`.
    `member` is the label of the panel's member that it was made for, or the number of the cascade's step.
    `treatment` says how the request went: as the caller gave it, or sealed by guardrails.
    `finish_reason` is how the answer ended, also of one that was not accepted; None where there was none.
    `region` is where the deployment is declared to process, `pinned` the place in which its vendor was told
    to keep the request, where it had to be; `evidenced` where the vendor says that it did, None where it says
    nothing. `incident` says in a sentence how that breaks the request's residency, or its denial of laws.
    """

    id: int
    deployment: str
    model: str
    role: AttemptRole = "answer"
    parent: int | None = None
    started: float = 0.0
    latency: float = 0.0
    error: ErrorRecord | None = None
    usage: Usage = field(default_factory=Usage)
    cost: float | None = None
    served_model: str | None = None
    first_token: float | None = None
    substituted: bool = False
    waited: float = 0.0
    adjusted: tuple[str, ...] = ()
    cancelled: str | None = None
    member: str | None = None
    treatment: Treatment = "as_is"
    region: str = ""
    pinned: str | None = None
    evidenced: str | None = None
    incident: str | None = None
    finish_reason: str | None = None

    @property
    def outcome(self) -> Literal["answer", "error", "left", "lost"]:
        """How it ended; `left` by the caller, `lost` when its race was over."""
        if self.cancelled is None:
            return "answer" if self.error is None else "error"
        return "left" if self.cancelled == LEFT else "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailRecord:
    """What one guardrail thought of one phase of what passed. No word of it.

    `action` is its verdict's, or `skipped` where it failed and was passed over, or `failed` where the call
    ended with it; `error` is then the class name of what went wrong. `role` says whose request it was, the
    call's own (`answer`) or one that a classifier, an arbiter or a guardrail made on the way; `attempt` is
    the id of the attempt whose answer it was; `score` is 0 to 1, how sure the guardrail was.
    """

    guardrail: str
    phase: str
    action: str
    category: str | None = None
    score: float | None = None
    error: str | None = None
    role: AttemptRole = "answer"
    attempt: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallUnderWay:
    """A call that has not ended, as it is now. `started` is seconds since the epoch, `id` what its record's
    will be.

    `trying` names the deployments that are being asked, several in a race; `attempts` is how many attempts
    have ended. `metadata`, `run`, `step` and `ensemble` are the request's, as its record will have them.
    """

    id: str
    started: float
    task: str
    trying: tuple[str, ...] = ()
    attempts: int = 0
    streamed: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)
    run: str | None = None
    step: str | None = None
    ensemble: str | None = None


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A finished call. `started` is seconds since the epoch; `latency` seconds; `cost` US dollars of all
    attempts.

    `error` is the class name of what the caller was given instead of an answer, if so; `cancelled`, of what
    ended a call that its caller left before there was one, as CancelledError, or GeneratorExit for a stream.
    `trace` is the W3C traceparent of the call's span, when it was traced. `run` and `step` are the request's.
    `guardrails` are in the order in which they spoke.
    `ensemble` is the one that was asked for, and `verdict` what its panel came to, unless that was an error.
    `cascade` says what became of the steps of one, if the task has one.
    """

    id: str
    started: float
    latency: float
    decision: Decision
    attempts: tuple[AttemptRecord, ...] = ()
    deployment: str | None = None
    model: str | None = None
    cost: float | None = None
    error: str | None = None
    rescue: str | None = None
    streamed: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)
    trace: str | None = None
    cancelled: str | None = None
    run: str | None = None
    step: str | None = None
    guardrails: tuple[GuardrailRecord, ...] = ()
    ensemble: str | None = None
    verdict: PanelVerdict | None = None
    cascade: CascadeFacts | None = None

    @property
    def is_traffic(self) -> bool:
        """Whether it was somebody's own call, and none of an evaluation."""
        return EVALUATION not in self.metadata

    @property
    def outcome(self) -> Literal["answer", "error", "left"]:
        """How it ended; `left` by the caller, which is no error."""
        if self.cancelled is not None:
            return "left"
        return "answer" if self.error is None else "error"
