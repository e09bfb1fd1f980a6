"""The trace of one call: the request's span, those of its attempts, and what is counted when they end."""

from collections.abc import Awaitable, Callable
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from interlock.protocols import ProviderCall
from interlock.telemetry.content import of_answer, of_messages
from interlock.telemetry.facts import aside, cause, of_attempt, of_call, of_error, of_place, of_record, some
from interlock.telemetry.names import CHAT, INVOKE_WORKFLOW
from interlock.types.decisions import AttemptRole
from interlock.types.models import Deployment
from interlock.types.records import AttemptRecord, Record
from interlock.types.response import Answer

if TYPE_CHECKING:
    from opentelemetry.context import Context

    from interlock.telemetry.live import Live

T = TypeVar("T")
_USAGE = (
    ("input_tokens", "input_tokens"),
    ("output_tokens", "output_tokens"),
    ("cache_read", "cache_read.input_tokens"),
    ("cache_write", "cache_write.input_tokens"),
    ("reasoning", "reasoning.output_tokens"),
)


class CallTrace:
    """The request's span, and what its attempts have in common. A context manager that makes it current."""

    __slots__ = ("_begun", "_record", "_token", "attempts", "context", "counts", "failed", "live", "span")

    def __init__(self, live: "Live", parent: "Context", *, streamed: bool) -> None:
        names, router = live.names, live.settings.router
        attributes = {names.operation: INVOKE_WORKFLOW, names.workflow: router, names.stream: streamed}
        self.live = live
        self.counts = live.settings.tokens and not live.counted(parent)
        self.span = live.start(f"{INVOKE_WORKFLOW} {router}", attributes, parent)
        self.context = live.under(self.span, parent)
        self.attempts: list[AttemptTrace] = []
        self.failed: AttemptRecord | None = None
        self._begun = perf_counter()
        self._record: Record | None = None
        self._token: Any = None

    def __enter__(self) -> Self:
        self._token = self.live.attach(self.context)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.live.detach(self._token)
        self.close(error)

    @property
    def traceparent(self) -> str | None:
        """Of the request's span; None without one."""
        return None if self.span is None else self.live.traceparent(self.context).get("traceparent")

    def finished(self, record: Record) -> None:
        """The call has its record, whether it ended in an answer or not."""
        self._record = record

    def refused(self, deployment: Deployment, record: AttemptRecord) -> None:
        """An attempt was forbidden before it began."""
        AttemptTrace(self, deployment, record.role).end(record)

    def close(self, error: BaseException | None) -> None:
        """End the span and count the call."""
        live, names, record = self.live, self.live.names, self._record
        attributes = {} if record is None else of_record(names, record)
        failure = None
        if error is None or (record is not None and record.outcome == "answer"):
            attributes[names.outcome] = "answer"
        elif isinstance(error, Exception):
            attributes[names.outcome] = "error"
            failure = attributes[names.error_type] = type(error).__name__
        else:
            attributes[names.outcome] = "left"
        if live.measures:
            labels = some(attributes, names.task, names.outcome, names.error_type)
            labels[names.operation], labels[names.workflow] = INVOKE_WORKFLOW, live.settings.router
            live.measure("call", perf_counter() - self._begun, labels, self.context)
            if record is not None:
                live.measure("decisions", 1, some(attributes, names.task, names.reason), self.context)
        if self.span is not None:
            live.end(self.span, attributes, failure)


class AttemptTrace:
    """An attempt's span. It is the parent of what its provider does, and of nothing else.

    `asked` is missing of an attempt that was forbidden before it began. `speaks` is set once a stream has
    given its first token.
    """

    __slots__ = (
        "_asked",
        "_began",
        "_call",
        "_context",
        "_ended",
        "_labels",
        "_live",
        "_outcome",
        "_role",
        "_streamed",
        "span",
        "speaks",
    )  # fmt: skip

    def __init__(
        self,
        call: CallTrace,
        deployment: Deployment,
        role: AttemptRole,
        asked: ProviderCall | None = None,
        *,
        streamed: bool = False,
    ) -> None:
        live = self._live = call.live
        attributes: dict[str, Any] = {live.names.role: role}
        if asked is not None:
            attributes = of_call(live.names, asked, role, streamed=streamed)
        place = live.places.get(deployment.id)
        if place is None:
            place = live.places[deployment.id] = of_place(live.names, deployment)
        self._call = call
        self._role, self._asked, self._streamed = role, asked, streamed
        self.speaks = False
        operation = attributes.get(live.names.operation, CHAT)
        self._labels = place if operation == CHAT else place | {live.names.operation: operation}
        self._outcome = ""
        self._began = perf_counter()
        self._ended = 0.0
        failed = call.failed
        if failed is not None and failed.deployment != deployment.id and failed.role == "answer":
            attributes[live.names.origin] = failed.deployment
            self._fell_back(failed, deployment)
            call.failed = None
        self.span = live.start(
            f"{operation} {deployment.name}",
            place | attributes,
            call.context,
            client=bool(deployment.base_url),
        )
        self._context = live.under(self.span, call.context)
        call.attempts.append(self)

    def carried(self, step: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
        """`step`, awaited with this span current, and timed when it gives the chunks of a stream."""
        if self.span is not None:
            step = self._live.around(self._context, step)
        return self._timed(step) if self._streamed and self._live.measures else step

    def _timed(self, step: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
        last = 0.0

        async def timed(*arguments: Any) -> T:
            nonlocal last
            chunk = await step(*arguments)
            now = perf_counter()
            if last:
                self._live.measure("per_chunk", now - last, self._labels, self._context)
            last = now
            return chunk

        return timed

    def end(self, record: AttemptRecord, answer: Answer | None = None, *, told: bool = True) -> None:
        """`answer` is the provider's, if it gave one. Where guardrails keep what was said from others, it is
        not `told` here either.
        """
        live, names, asked, error = self._live, self._live.names, self._asked, record.error
        attributes = of_attempt(names, record, answer)
        why = None
        self._outcome = record.outcome
        if self._outcome == "lost":
            if record.member is None:  # a member that is late has lost to nobody
                self._lost()
        elif error is not None:
            attributes |= of_error(names, error)
            why = cause(error)
            self._call.failed = record
        self._ended = perf_counter()
        attributes[names.outcome] = self._outcome
        if live.measures:
            self._measure(record, attributes)
        if self.span is None:
            return
        if not self._call.counts:
            attributes = aside(attributes)
        if told and live.settings.content and asked is not None and self.span.is_recording():
            attributes |= of_messages(names, asked.request.messages)
            if answer is not None:
                attributes |= of_answer(names, answer)
        if record.incident is not None:
            self.span.add_event(names.incident, {names.incident: record.incident})
        live.end(self.span, attributes, why)

    def _lost(self) -> None:
        """Point from the attempt that lost a race to the one that won it."""
        for other in self._call.attempts:
            if self.span is not None and other.span is not None and other._won(self._began):  # noqa: SLF001 - our own
                link = {self._live.names.link: "won the race"}
                self.span.add_link(other.span.get_span_context(), link)

    def _won(self, since: float) -> bool:
        """Whether it has answered, or begun to, at a time when an attempt begun at `since` was under way."""
        if self._asked is None or self._role in ("classifier", "guardrail"):
            return False
        speaks = self._outcome == "" and self.speaks
        return speaks or (self._outcome == "answer" and self._ended >= since)

    def _fell_back(self, failed: AttemptRecord, deployment: Deployment) -> None:
        names, kind = self._live.names, "" if failed.error is None else failed.error.kind
        labels = {names.origin: failed.deployment, names.deployment: deployment.id, names.error_type: kind}
        self._live.measure("fallbacks", 1, labels, self._call.context)

    def _measure(self, record: AttemptRecord, attributes: dict[str, Any]) -> None:
        names, usage, measure = self._live.names, record.usage, self._live.measure
        labels = self._labels | some(attributes, names.response_model, names.error_type)
        measure("duration", record.latency, labels, self._context)
        if record.first_token is not None:
            measure("first_chunk", record.first_token, labels, self._context)
        if record.cost:
            measure("cost", record.cost, labels, self._context)
        for kind, tokens in (("input", usage.input_tokens), ("output", usage.output_tokens)):
            if tokens is not None:
                measure("tokens", tokens, labels | {names.token_type: kind}, self._context)
                measure(f"operation.{kind}_tokens", tokens, labels, self._context)
        for field, kind in _USAGE:
            if tokens := getattr(usage, field):
                measure(f"usage.{kind}", tokens, labels, self._context)
