"""What OpenTelemetry is told: names in one table, spans and metrics made of facts, never of content.

Nothing here loads OpenTelemetry before somebody else has: without a provider there is nobody to tell.
"""

from interlock.telemetry.names import AttributeNames, Metric, metrics_of
from interlock.telemetry.switch import Telemetry

__all__ = ["AttributeNames", "Metric", "Telemetry", "metrics_of"]
