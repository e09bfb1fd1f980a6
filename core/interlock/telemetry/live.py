"""The one module that imports OpenTelemetry's API; loaded once somebody has set up a provider."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from importlib.metadata import version
from typing import Any, TypeVar

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.metrics import MeterProvider
from opentelemetry.trace import (
    NonRecordingSpan,
    NoOpTracer,
    Span,
    SpanKind,
    Status,
    StatusCode,
    TracerProvider,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from interlock.telemetry.names import Metric
from interlock.telemetry.settings import TelemetrySettings

_SCOPE = "interlock"
# In a context: the span there counts the tokens of what is asked below it.
_COUNTED = "interlock.tokens_counted"
_COUNTING = ("chat", "generate_content", "text_completion")
_W3C = TraceContextTextMapPropagator()
_SCHEMA = "https://opentelemetry.io/schemas/1.41.0"

T = TypeVar("T")
Attributes = Mapping[str, Any]


class Live:
    """A provider's tracer and instruments, for one router. Either may be missing."""

    def __init__(
        self, settings: TelemetrySettings, traces: TracerProvider | None, meters: MeterProvider | None
    ) -> None:
        self.settings = settings
        self.names = settings.names
        scope = (_SCOPE, version("interlock"))
        tracer = None if traces is None else traces.get_tracer(*scope, schema_url=_SCHEMA)
        self._tracer = None if isinstance(tracer, NoOpTracer) else tracer
        self._add: dict[str, Callable[..., None]] = {}
        if meters is not None:
            meter = meters.get_meter(*scope, schema_url=_SCHEMA)
            self._add = {key: _instrument(meter, metric) for key, metric in settings.metrics.items()}
        self.measures = bool(self._add)
        self.places: dict[str, dict[str, Any]] = {}

    def start(
        self, name: str, attributes: Attributes, parent: Context | None, *, client: bool = False
    ) -> Span | None:
        """A span that has begun and is not current; None when nobody takes traces."""
        if self._tracer is None:
            return None
        kind = SpanKind.CLIENT if client else SpanKind.INTERNAL
        # The facts are told by hand: an exception's message and trace may quote the prompt.
        return self._tracer.start_span(
            name, parent, kind, attributes, record_exception=False, set_status_on_exception=False
        )

    def measure(self, key: str, value: float, attributes: Attributes, context: Context | None = None) -> None:
        """Add to one of the names table's metrics, if this version of the conventions has it."""
        add = self._add.get(key)
        if add is not None:
            add(value, attributes, context)

    def current(self) -> Context:
        """The caller's context, to be a parent now."""
        return contexts.get_current()

    def kept(self) -> Context:
        """The caller's context, to be a parent when the caller has returned.

        The span in it is replaced by its identity: what OpenInference's instrumentor makes current is a
        stand-in, which stands for another span once the call that it was made for is over.
        """
        context = contexts.get_current()
        if self.counted(context):
            context = contexts.set_value(_COUNTED, True, context)
        identity = trace.get_current_span(context).get_span_context()
        if self._tracer is None or not identity.is_valid:
            return context
        return trace.set_span_in_context(NonRecordingSpan(identity), context)

    def counted(self, context: Context) -> bool:
        """Whether the span in a context is that of a model, which has the tokens itself."""
        if contexts.get_value(_COUNTED, context):
            return True
        facts = getattr(trace.get_current_span(context), "attributes", None) or {}
        return facts.get("gen_ai.operation.name") in _COUNTING

    def under(self, span: Span | None, parent: Context) -> Context:
        """The context in which `span` is current; the parent's own without a span."""
        return parent if span is None else trace.set_span_in_context(span, parent)

    def attach(self, context: Context) -> Any:
        """Make a context current; what is returned undoes it, in the same task."""
        return contexts.attach(context)

    def detach(self, token: Any) -> None:
        contexts.detach(token)

    def around(
        self, context: Context, step: Callable[..., Awaitable[T]]
    ) -> Callable[..., Coroutine[Any, Any, T]]:
        """`step`, each time awaited in `context`; nothing of it stays behind when it has returned."""

        async def carried(*arguments: Any) -> T:
            token = contexts.attach(context)
            try:
                return await step(*arguments)
            finally:
                contexts.detach(token)

        return carried

    def traceparent(self, context: Context | None = None) -> Mapping[str, str]:
        """The W3C headers for the context's span, by default the current one; without baggage."""
        headers: dict[str, str] = {}
        _W3C.inject(headers, context)
        return headers

    def below(self, traceparent: str | None) -> Context:
        """The current context, under the span that a traceparent names, if it names one."""
        return _W3C.extract({"traceparent": traceparent or ""}, contexts.get_current())

    def end(self, span: Span, attributes: Attributes, failure: str | None = None) -> None:
        """End a span; `failure` says in a word or two why it counts as failed."""
        if span.is_recording():
            span.set_attributes(attributes)
            if failure is not None:
                span.set_status(Status(StatusCode.ERROR, failure))
        span.end()


def _instrument(meter: Any, metric: Metric) -> Callable[..., None]:
    text = metric.what[0].upper() + metric.what[1:] + "."
    if metric.kind == "histogram":
        histogram = meter.create_histogram(
            metric.name, metric.unit, text, explicit_bucket_boundaries_advisory=list(metric.buckets)
        )
        return histogram.record  # type: ignore[no-any-return]  # the meter is Any
    if metric.kind == "gauge":
        return meter.create_gauge(metric.name, metric.unit, text).set  # type: ignore[no-any-return]  # see above
    return meter.create_counter(metric.name, metric.unit, text).add  # type: ignore[no-any-return]  # see above
