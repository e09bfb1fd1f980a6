"""OpenTelemetry's SDK in memory, set up as a user does it, and taken away again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


class Watched:
    """What was exported. `tracer` is the caller's own."""

    def __init__(self, exporter: InMemorySpanExporter, reader: InMemoryMetricReader, provider: Any) -> None:
        self._exporter = exporter
        self._reader = reader
        self.tracer = provider.get_tracer("a caller")

    @property
    def spans(self) -> list[ReadableSpan]:
        """In the order of their beginnings."""
        return sorted(self._exporter.get_finished_spans(), key=lambda span: span.start_time or 0)

    def clear(self) -> None:
        """Forget the spans so far."""
        self._exporter.clear()

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.spans if span.name == name]

    def only(self, name: str) -> ReadableSpan:
        (span,) = self.named(name)
        return span

    @property
    def tree(self) -> list[str]:
        """The spans' names, indented under their parents; one line without indent for each root."""
        spans = self.spans
        ids = {span.context.span_id for span in spans}
        lines: list[str] = []

        def add(span: ReadableSpan, depth: int) -> None:
            lines.append("  " * depth + span.name)
            for other in spans:
                if other.parent is not None and other.parent.span_id == span.context.span_id:
                    add(other, depth + 1)

        for span in spans:
            if span.parent is None or span.parent.span_id not in ids:
                add(span, 0)
        return lines

    @property
    def points(self) -> dict[str, list[Any]]:
        """Data points by the metric's name."""
        data = self._reader.get_metrics_data()
        return {
            metric.name: list(metric.data.data_points)
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }


@contextmanager
def watched(**options: Any) -> Iterator[Watched]:
    """`options` are the tracer provider's."""
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    traces, meters = TracerProvider(**options), MeterProvider([reader])
    traces.add_span_processor(SimpleSpanProcessor(exporter))
    inner = metrics._internal
    before = trace._TRACER_PROVIDER, inner._METER_PROVIDER
    # The API lets a provider be set once a process; tests want one each.
    trace._TRACER_PROVIDER, inner._METER_PROVIDER = traces, meters
    try:
        yield Watched(exporter, reader, traces)
    finally:
        trace._TRACER_PROVIDER, inner._METER_PROVIDER = before
        traces.shutdown()
        meters.shutdown()
