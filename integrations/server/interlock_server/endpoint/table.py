"""Which routes the endpoint has: a line each."""

from interlock_server.dialects import Dialect
from interlock_server.dialects.chat import ChatDialect
from interlock_server.endpoint.calls import answering
from interlock_server.endpoint.routes import READS, Route
from interlock_server.endpoint.status import Readiness

CHAT = ChatDialect()

# In which dialect calls are answered at which path.
CALLS: tuple[tuple[str, Dialect], ...] = (("/v1/chat/completions", CHAT),)


def routes_of(readiness: Readiness) -> list[Route]:
    """Those of the endpoint itself; what is served beside it has tables of its own."""
    return [
        Route(path="/healthz", methods=READS, public=True, handler=readiness.healthz),
        Route(path="/readyz", methods=READS, public=True, handler=readiness.readyz),
        *(Route(path=path, dialect=dialect, handler=answering(dialect)) for path, dialect in CALLS),
    ]
