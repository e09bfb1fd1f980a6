"""Whether anybody listens, asked anew for each call: an SDK may be set up after the router was made."""

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from interlock.telemetry.settings import TelemetrySettings

if TYPE_CHECKING:
    from interlock.telemetry.live import Live

_BY_VARIABLE = ("OTEL_PYTHON_TRACER_PROVIDER", "OTEL_PYTHON_METER_PROVIDER")
_SILENT = frozenset({"ProxyTracerProvider", "NoOpTracerProvider", "_ProxyMeterProvider", "NoOpMeterProvider"})


class Telemetry:
    """One router's way to OpenTelemetry's providers.

    Args:
        name: the router's, as spans show it.
        environ: read once: version of the conventions, content.
        tokens: whether spans have their usage where backends add it up.
    """

    def __init__(
        self, name: str = "interlock", environ: Mapping[str, str] = os.environ, *, tokens: bool = True
    ) -> None:
        self._settings = TelemetrySettings.wanted(name, environ, tokens=tokens)
        self._live: Live | None = None
        self._providers: tuple[object, object] = (None, None)
        if any(environ.get(variable) for variable in _BY_VARIABLE):
            # The API makes such a provider when it is first asked, so it has to be there to be asked.
            import opentelemetry.metrics  # noqa: PLC0415 - only who names a provider pays for the import
            import opentelemetry.trace  # noqa: F401, PLC0415 - see above

    def live(self) -> "Live | None":
        """Spans and metrics for one call; None when no provider is set up."""
        tracing: Any = sys.modules.get("opentelemetry.trace")
        if tracing is None:
            return None  # nobody can have set a provider without it
        metering: Any = sys.modules.get("opentelemetry.metrics")
        traces = tracing.get_tracer_provider()
        meters = None if metering is None else metering.get_meter_provider()
        if (traces, meters) != self._providers:
            self._live = self._connect(traces, meters)
            self._providers = (traces, meters)
        return self._live

    def traceparent(self) -> Mapping[str, str]:
        """Headers for what is sent inside the current span; none outside of every trace."""
        live = self.live()
        return {} if live is None else live.traceparent()

    def _connect(self, traces: Any, meters: Any) -> "Live | None":
        traces = None if type(traces).__name__ in _SILENT else traces
        meters = None if meters is None or type(meters).__name__ in _SILENT else meters
        if traces is None and meters is None:
            return None
        from interlock.telemetry.live import Live  # noqa: PLC0415 - the one module that needs OpenTelemetry

        return Live(self._settings, traces, meters)
