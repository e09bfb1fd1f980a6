"""Numbers for a monitoring system, in the text form that Prometheus reads."""

from interlock_server.operation.metrics.instruments import Counter, Gauge, Histogram, Registry
from interlock_server.operation.metrics.sharing import SharedMetrics
from interlock_server.operation.metrics.text import CONTENT_TYPE, exposition

__all__ = ["CONTENT_TYPE", "Counter", "Gauge", "Histogram", "Registry", "SharedMetrics", "exposition"]
