"""Who traces a call, and from where.

A span is current only while something is awaited in it. Held current across a `yield` it would become the
parent of whatever the consumer of a stream does next.
"""

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from interlock.engine.attempting.recorder import AttemptScope
from interlock.engine.traces import AttemptTrace, CallTrace
from interlock.errors import InterlockError
from interlock.telemetry import Telemetry
from interlock.telemetry.names import EXECUTE_TOOL
from interlock.types.health import Transition
from interlock.types.messages import ToolCall
from interlock.types.records import AttemptRecord, Record
from interlock.types.response import Chunk

if TYPE_CHECKING:
    from opentelemetry.context import Context

    from interlock.telemetry.live import Live

_STATES = {"closed": 0, "half-open": 1, "open": 2}
_SILENT: AbstractContextManager[None] = nullcontext()
Chunks = Callable[[CallTrace | None], AsyncGenerator[Chunk]]


class Tracing:
    """Traces the calls of one router. While no provider is set up, a call pays for one look."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    def call(self) -> AbstractContextManager[CallTrace | None]:
        """Encloses a plain call, whose span is current inside."""
        live = self._telemetry.live()
        return _SILENT if live is None else CallTrace(live, live.current(), streamed=False)

    def stream(self, chunks: Chunks) -> AsyncGenerator[Chunk]:
        """A streamed call. The parent is what is current here; the span begins with the first step."""
        live = self._telemetry.live()
        return chunks(None) if live is None else _streamed(live, live.kept(), chunks)

    @contextmanager
    def tool(self, call: ToolCall, record: Record | None) -> Iterator[None]:
        """Encloses the run of a tool: a span under the request whose answer asked for it."""
        live = self._telemetry.live()
        if live is None:
            yield
            return
        names = live.names
        attributes = {names.operation: EXECUTE_TOOL, names.tool: call.name, names.tool_call: call.id}
        parent = live.below(record.trace) if record is not None else live.current()
        span = live.start(f"{EXECUTE_TOOL} {call.name}", attributes | {names.tool_type: "function"}, parent)
        token = live.attach(live.under(span, parent))
        failed: str | None = None
        try:
            yield
        except BaseException as error:
            failed = type(error).__name__
            raise
        finally:
            live.detach(token)
            if span is not None:
                live.end(span, {names.error_type: failed} if failed else {}, failed)

    def moved(self, move: Transition) -> None:
        """A breaker has moved; the health book tells."""
        live = self._telemetry.live()
        if live is not None:
            labels = {live.names.deployment: move.deployment}
            if move.task is not None:
                labels[live.names.task] = move.task
            live.measure("breaker", _STATES[move.after], labels)


async def _streamed(live: "Live", parent: "Context", make: Chunks) -> AsyncGenerator[Chunk]:
    trace = CallTrace(live, parent, streamed=True)
    chunks = make(trace)
    step = live.around(trace.context, chunks.__anext__)
    failure: BaseException | None = None
    try:
        while True:
            try:
                chunk = await step()
            except StopAsyncIteration:
                break
            yield chunk
    except BaseException as error:
        failure = error
        raise
    finally:
        try:
            await live.around(trace.context, chunks.aclose)()
        finally:
            trace.close(failure)


class TracingObserver:
    """Gives each attempt of a traced call its span. The first observer: what others refuse has one."""

    def began(self, scope: AttemptScope) -> None:
        trace = scope.state.trace
        if trace is not None:
            scope.trace = AttemptTrace(
                trace, scope.call.deployment, scope.attempt.role, scope.call, streamed=scope.streamed
            )

    def ended(self, scope: AttemptScope, failure: InterlockError | None, record: AttemptRecord) -> None:  # noqa: ARG002 - as an observer
        if scope.trace is not None:
            told = not scope.state.is_open(scope.progress)
            scope.trace.end(record, scope.answer, told=told)
