"""What one router tells OpenTelemetry, and under which names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from interlock.telemetry.names import AttributeNames, Metric, metrics_of, wants_newest

_CONTENT = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
_ON_SPANS = frozenset({"true", "1", "span_only", "span_and_event"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TelemetrySettings:
    """`router` is its name, as spans show it; `tokens` says whether spans have their usage where backends add
    it up; `content`, whether prompts and answers stand on them.
    """

    router: str
    tokens: bool
    names: AttributeNames
    metrics: Mapping[str, Metric]
    content: bool

    @classmethod
    def wanted(cls, router: str, environ: Mapping[str, str], *, tokens: bool) -> Self:
        """As the environment asks for: version of the conventions, content."""
        return cls(
            router=router,
            tokens=tokens,
            names=AttributeNames.wanted(environ),
            metrics=metrics_of(newest=wants_newest(environ)),
            content=environ.get(_CONTENT, "").strip().lower() in _ON_SPANS,
        )
