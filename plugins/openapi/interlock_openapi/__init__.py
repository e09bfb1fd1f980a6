"""Tools out of OpenAPI documents: every operation of an API, found by a model's words where they are many.

A document says where each value goes; what an operation does outside follows from its method and its name,
and the policy of the configuration's `tools` goes before that. Requests go to the connector's own address
alone.
"""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.protocols import ConnectorKind
from interlock_openapi.kind import OpenApi
from interlock_openapi.options import OpenApiOptions, Picked

__all__ = ["OpenApi", "OpenApiOptions", "Picked"]


@hookimpl
def interlock_connectors() -> Iterable[ConnectorKind]:
    return [OpenApi()]
