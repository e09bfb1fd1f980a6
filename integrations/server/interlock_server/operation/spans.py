"""A span for each request, below the one that the client names."""

import sys
from collections.abc import Iterable
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from interlock.logs import redact
from interlock_server.facts import Facts
from interlock_server.operation.service import Scope

if TYPE_CHECKING:
    from opentelemetry.trace import Span

_SILENT: Final = frozenset({"ProxyTracerProvider", "NoOpTracerProvider"})
_SCHEMA: Final = "https://opentelemetry.io/schemas/1.41.0"
_CARRIED: Final = {b"traceparent": "traceparent", b"tracestate": "tracestate"}
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"})
_BROKEN: Final = 500


class Spans:
    """Makes them where somebody has set up a provider of OpenTelemetry; where not, nothing is loaded."""

    def __init__(self) -> None:
        self._provider: Any = None
        self._tracer: Any = None

    def begin(self, scope: Scope) -> "RequestSpan | None":
        """The span of a request, which is current until it ends."""
        tracing: Any = sys.modules.get("opentelemetry.trace")
        if tracing is None:
            return None
        provider = tracing.get_tracer_provider()
        if provider is not self._provider:
            self._provider = provider
            silent = type(provider).__name__ in _SILENT
            self._tracer = (
                None
                if silent
                else provider.get_tracer("interlock_server", version("interlock-server"), schema_url=_SCHEMA)
            )
        return None if self._tracer is None else RequestSpan(self._tracer, scope)


class RequestSpan:
    """One that has begun."""

    def __init__(self, tracer: Any, scope: Scope) -> None:
        from opentelemetry import context, trace  # noqa: PLC0415 - loaded by whoever has set up a provider
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - as above
            TraceContextTextMapPropagator,
        )

        above = TraceContextTextMapPropagator().extract(_carried(scope["headers"]), context.Context())
        self._method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
        self._span: Span = tracer.start_span(
            self._method,
            above,
            trace.SpanKind.SERVER,
            _asked(scope, self._method),
            record_exception=False,
            set_status_on_exception=False,
        )
        self._contexts = context
        self._token = context.attach(trace.set_span_in_context(self._span, above))

    def end(self, facts: Facts, status: int, *, whole: bool) -> None:
        """End it with what the request came to."""
        from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415 - as above

        self._contexts.detach(self._token)
        span = self._span
        if span.is_recording():
            if facts.route is not None:
                span.update_name(f"{self._method} {facts.route}")
                span.set_attribute("http.route", facts.route)
            span.set_attribute("http.response.status_code", status)
            for name, value in _known(facts):
                span.set_attribute(f"interlock.{name}", value)
            if status >= _BROKEN or not (whole or facts.left):
                span.set_attribute("error.type", facts.code or str(status))
                span.set_status(Status(StatusCode.ERROR))
        span.end()


def _carried(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {_CARRIED[name]: value.decode("latin-1") for name, value in headers if name in _CARRIED}


def _asked(scope: Scope, method: str) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "http.request.method": method,
        # Somebody may have put a key there. What follows the path is told of nobody.
        "url.path": redact(scope["path"]),
        "url.scheme": scope["scheme"],
        "network.protocol.version": scope["http_version"],
    }
    if scope.get("server"):
        attributes["server.address"], attributes["server.port"] = scope["server"]
    return attributes


def _known(facts: Facts) -> Iterable[tuple[str, str]]:
    named = (
        ("server.key", facts.key),
        ("server.request", facts.request),
        ("record", facts.record),
        ("deployment", facts.deployment),
    )
    return ((name, value) for name, value in named if value is not None)
