"""What plugins implement. Hooks offer these objects, the engine uses them.

Each protocol carries `api = 1` and its methods take one argument object, so that both can grow: a later
version
adds fields to the argument and never changes a signature.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from interlock.types.content import ContentRules
from interlock.types.decisions import Attempt, Candidate, Classification, Outcome, Race
from interlock.types.health import HealthNews, HealthSync, ShareCall
from interlock.types.messages import Message, ToolCall, ToolResult
from interlock.types.models import Deployment
from interlock.types.permit import Permit
from interlock.types.records import Record
from interlock.types.request import Constraints, Request, ToolSpec
from interlock.types.response import Answer, Delta, Response
from interlock.types.stores import PruneCall, RecordQuery, StoreCall
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
    """A hard rule. `check` returns None, or a sentence that says why the deployment is excluded.

    One that reads no more of a request than its model, constraints, `settings.max_tokens`, needs and tokens
    may say `replays = True`: it is asked again when records are replayed.
    """

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


def _granted(deployment: str) -> bool:  # noqa: ARG001 - nobody keeps count
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyCall:
    """What a strategy has to go by.

    Attributes:
        retries: per deployment.
        random: returns a float in [0, 1), for jitter.
        request: as it will be sent; None where the strategy is asked about no request in particular.
        streamed: the answer is wanted in steps.
        content: what follows an answer that cannot be used.
        may_retry: asked, last of all, before a deployment is tried once more; True grants one retry, and
            otherwise it is time for the next deployment.
    """

    shortlist: tuple[Candidate, ...]
    retries: int
    random: "RandomSource"
    request: Request | None = None
    streamed: bool = False
    content: ContentRules = ContentRules()
    may_retry: Callable[[str], bool] = _granted


class RandomSource(Protocol):
    def __call__(self) -> float: ...


@runtime_checkable
class Strategy(Protocol):
    """The order of attempts, as a pure generator: yields what to try and is sent how it ended.

    An answer to an `Attempt`, or to a `Race` for the first success, is the call's answer, and the strategy is
    not resumed. A race whose attempts are all awaited sends one Outcome with all of theirs in `outcomes`. The
    strategy goes on from there, and by returning one of them hands over its answer. A strategy that returns
    nothing has given up.
    """

    api: int
    name: str

    def run(self, call: StrategyCall) -> Generator[Attempt | Race, Outcome, Outcome | None]: ...


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
    """Keeps records and gives them back. Nothing blocks the event loop; failures are `StoreError`s.

    A record that is put again, by its id, is kept once: what was not confirmed is put a second time. A store
    that was made before a fork is never used after it.
    """

    api: int
    name: str

    async def put(self, records: Sequence[Record]) -> None:
        """Keep them. When it returns they outlive the process."""

    async def find(self, query: RecordQuery) -> Sequence[Record]: ...

    async def get(self, key: str) -> Record | None:
        """The record whose id that is."""

    async def prune(self, call: PruneCall) -> int:
        """Remove some of the oldest of what may go, quickly; how many. None are left when it is 0."""

    async def aclose(self) -> None:
        """Let go of everything. May be called twice."""


@runtime_checkable
class StoreKind(Protocol):
    """A kind of place for records, chosen by the scheme of the configuration's URL.

    `open` does no I/O. It raises StoreError, without the URL, for one that it cannot use.
    """

    api: int
    name: str
    schemes: tuple[str, ...]

    def open(self, call: StoreCall) -> RecordStore: ...


@runtime_checkable
class SharedHealth(Protocol):
    """Where processes tell each other how deployments are doing. Used by one event loop at a time.

    What it is told are names, counts and durations; it adds nothing of its own.
    """

    api: int

    async def sync(self, call: HealthSync) -> Sequence[HealthNews]:
        """Tell what happened here, hear what others told since the last time: in one round trip.

        Of several that ask for the turn to probe a page, one is given it, and keeps it by asking again: until
        another asks after the lease, or for as long as its probe is under way.

        Raises:
            StoreError: what it was to tell may be lost. It may be called again.
        """
        ...

    async def aclose(self) -> None:
        """Let go of everything. May be called twice."""
        ...


@runtime_checkable
class SharedHealthKind(Protocol):
    """A way of sharing health between processes, chosen by the scheme of the configuration's URL.

    `open` does no I/O: it is connected when it is first used. It raises StoreError for a URL that it cannot
    use, without repeating it.
    """

    api: int
    name: str
    schemes: tuple[str, ...]

    def open(self, call: ShareCall) -> SharedHealth: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Responded:
    """What the observer of a finished call sees: the record, and the response when there was one."""

    record: Record
    response: Response | None = None
