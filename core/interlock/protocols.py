"""What plugins implement. Hooks offer these objects, the engine uses them.

Each protocol carries `api = 1` and its methods take one argument object, so that both can grow: a later
version
adds fields to the argument and never changes a signature.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from interlock.types.decisions import Attempt, Candidate, Classification, Outcome, Race
from interlock.types.messages import Message, ToolCall, ToolResult
from interlock.types.models import Deployment
from interlock.types.permit import Permit
from interlock.types.records import Record
from interlock.types.request import Constraints, Request, ToolSpec
from interlock.types.response import Answer, Delta, Response
from interlock.types.wire import HttpReply, HttpRequest

API = 1


class Arriving(Protocol):
    """A reply whose head has come. Iterating gives its decompressed bytes in pieces, once."""

    status: int
    headers: Mapping[str, str]

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def read(self) -> HttpReply:
        """What is left of it, whole."""
        ...


class Sender(Protocol):
    """The one way out: `interlock.http.HttpClient`. Raises ProviderError and PermitError alone."""

    async def send(self, request: HttpRequest, permit: Permit, deployment: Deployment) -> HttpReply: ...

    def stream(
        self, request: HttpRequest, permit: Permit, deployment: Deployment
    ) -> AbstractAsyncContextManager[Arriving]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One attempt at one deployment: what a provider is given.

    `http` sends only what `permit` covers; a provider in process checks nothing and is handed the same permit
    as the proof that the engine allowed the attempt.
    """

    request: Request
    deployment: Deployment
    permit: Permit
    http: Sender


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFacts:
    """What is known of a provider before anything is called.

    Attributes:
        name: as written in the configuration's `provider`.
        env: environment variables that may hold the key, in order.
        base_url: the root, version included; empty when the user must give one, or when nothing is sent.
            `{region}` in it stands for the deployment's cloud region; without one, the user must give a root.
        region: where requests are processed unless a deployment says otherwise; empty when the user must say.
        needs_key: False for servers that commonly run without one.
        in_process: nothing leaves the process; the region is `local`.
        hint: the next step for a user who lacks the key or server, in a sentence.
    """

    name: str
    env: tuple[str, ...] = ()
    base_url: str = ""
    region: str = ""
    needs_key: bool = True
    in_process: bool = False
    on_premise: bool = False
    hint: str = ""


@runtime_checkable
class Provider(Protocol):
    """Serves deployments. Both methods raise `ProviderError` alone, and let cancellation pass.

    A provider that needs more than a key, such as weights on disk, may also have
    `missing(deployment) -> str`: the next step for the user, empty when nothing is missing.
    `interlock doctor` asks it.
    """

    api: int
    facts: ProviderFacts

    async def complete(self, call: Call) -> Answer:
        """The whole answer."""
        ...

    def stream(self, call: Call) -> AsyncIterator[Delta]:
        """The answer in steps; a `finish_reason` must come before the end, or the stream counts as cut."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifyCall:
    """`input_tokens` is an estimate over the whole request.

    `ask` is given to `refine` alone: it asks a model of the request's own shortlist, best first, and raises
    InterlockError when none answers. It is the only way for a classifier to ask one.
    """

    request: Request
    input_tokens: int
    ask: Callable[[Request], Awaitable[Answer]] | None = None


@runtime_checkable
class Classifier(Protocol):
    """Says which task a request is. `classify` is pure, takes microseconds and never does I/O."""

    api: int
    name: str

    def classify(self, call: ClassifyCall) -> Classification | None:
        """None when it has no opinion."""
        ...


@runtime_checkable
class RefiningClassifier(Classifier, Protocol):
    """A classifier that may also ask a model, in `complete` and `stream`, when the local ones are unsure."""

    async def refine(self, call: ClassifyCall, sofar: Classification) -> Classification | None:
        """An opinion, which counts when it is more confident than `sofar`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstraintCall:
    """A request and a deployment to judge.

    `constraints` are the request's, tightened by the configuration's defaults. `needs` are the capabilities
    that the request asks of a model, worked out once per request; None when nobody has.
    """

    request: Request
    constraints: Constraints
    deployment: Deployment
    provider: ProviderFacts | None
    input_tokens: int
    needs: frozenset[str] | None = None


@runtime_checkable
class Constraint(Protocol):
    """A hard rule. `check` returns None, or a sentence that says why the deployment is excluded."""

    api: int
    name: str

    def check(self, call: ConstraintCall) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyCall:
    """A request, as in `ConstraintCall`, and every deployment of the router."""

    request: Request
    constraints: Constraints
    input_tokens: int
    needs: frozenset[str]
    deployments: tuple[Deployment, ...]


@runtime_checkable
class SelectiveConstraint(Constraint, Protocol):
    """A rule that says when it need not be asked, which keeps decisions fast. It is asked before an attempt
    all the same.

    Attributes:
        fixed: what it says follows from the deployment alone, for as long as the router lives.
    """

    fixed: bool

    def idle(self, call: SurveyCall) -> bool:
        """True when it would exclude none of the deployments. Asked once a request, unless it is fixed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyCall:
    """`retries` is per deployment; `random` returns a float in [0, 1), for jitter."""

    shortlist: tuple[Candidate, ...]
    retries: int
    random: "RandomSource"


class RandomSource(Protocol):
    def __call__(self) -> float: ...


@runtime_checkable
class Strategy(Protocol):
    """The order of attempts, as a pure generator: yields what to try and is sent how it ended."""

    api: int
    name: str

    def run(self, call: StrategyCall) -> Generator[Attempt | Race, Outcome, None]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ArbitrateCall:
    """`answers` maps each panel member's deployment id to its answer."""

    request: Request
    answers: Mapping[str, Answer]
    mode: str


@runtime_checkable
class Arbiter(Protocol):
    """Chooses or synthesises one answer out of several."""

    api: int
    name: str

    async def arbitrate(self, call: ArbitrateCall) -> Answer: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardCall:
    """`restore` is what this guardrail kept aside in `before`, for `after` to put back."""

    request: Request
    answer: Answer | None = None
    restore: Any = None


@runtime_checkable
class Guardrail(Protocol):
    """Looks at what leaves and at what comes back; may rewrite either, or raise to stop the call."""

    api: int
    name: str

    def before(self, call: GuardCall) -> tuple[Sequence[Message], Any]: ...

    def after(self, call: GuardCall) -> Answer: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRun:
    """`approved` says that a person agreed to a destructive call."""

    call: ToolCall
    approved: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Tool(Protocol):
    """Something a model may ask for. `destructive` ones need approval before they run."""

    api: int
    spec: ToolSpec
    destructive: bool

    async def run(self, call: ToolRun) -> ToolResult: ...


@runtime_checkable
class Connector(Protocol):
    """A source of tools."""

    api: int
    name: str

    async def tools(self) -> Iterable[Tool]: ...


@runtime_checkable
class RecordStore(Protocol):
    """Keeps records. `put` is called off the hot path; `aclose` returns when everything is kept."""

    api: int
    name: str

    async def put(self, records: Sequence[Record]) -> None: ...

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Responded:
    """What the observer of a finished call sees: the record, and the response when there was one."""

    record: Record
    response: Response | None = None
