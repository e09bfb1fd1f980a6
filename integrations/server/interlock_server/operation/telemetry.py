"""OpenTelemetry's SDK, set up as its own variables say, where nobody has done so."""

import os
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Final

from interlock import ConfigError

_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_ATTRIBUTES: Final = "OTEL_RESOURCE_ATTRIBUTES"
_NEEDED: Final = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")


def set_up(environ: Mapping[str, str] = os.environ) -> bool:
    """Send traces where OTEL_EXPORTER_OTLP_ENDPOINT says; whether it says anything. Its SDK reads the other
    variables of its own, and sends what waits when the process ends.

    Raises:
        ConfigError: the SDK is not installed.
    """
    named = next((each for each in _ENDPOINTS if environ.get(each, "").strip()), None)
    if named is None or environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    if not all(map(_found, _NEEDED)):
        what = "this is set, and what sends traces is not installed: pip install opentelemetry-sdk "
        raise ConfigError(f"{what}opentelemetry-exporter-otlp-proto-http", key=named, source="environment")
    from opentelemetry import trace  # noqa: PLC0415 - whoever sends no traces pays nothing
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - as above
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - as above

    if type(trace.get_tracer_provider()).__name__ != "ProxyTracerProvider":
        return True  # as `opentelemetry-instrument` does it
    named_itself = environ.get("OTEL_SERVICE_NAME") or "service.name=" in environ.get(_ATTRIBUTES, "")
    resource = Resource.create(None if named_itself else {"service.name": "interlock"})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return True


def _found(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False
