"""Which routes the endpoint has: a line each."""

from interlock_server.dialects import Dialect
from interlock_server.dialects.chat import CHAT
from interlock_server.dialects.embeddings import EMBEDDINGS
from interlock_server.dialects.messages import COUNTING, MESSAGES
from interlock_server.dialects.responses import RESPONSES
from interlock_server.endpoint.calls import answering, counting
from interlock_server.endpoint.embedding import embedding
from interlock_server.endpoint.models import list_models, show_model
from interlock_server.endpoint.routes import READS, Route
from interlock_server.endpoint.status import Readiness

# In which dialect calls are answered at which path.
CALLS: tuple[tuple[str, Dialect], ...] = (
    ("/v1/chat/completions", CHAT),
    ("/v1/messages", MESSAGES),
    ("/v1/responses", RESPONSES),
)


def routes_of(readiness: Readiness) -> list[Route]:
    """Those of the endpoint itself; what is served beside it has tables of its own."""
    return [
        Route(path="/healthz", methods=READS, public=True, handler=readiness.healthz),
        Route(path="/readyz", methods=READS, public=True, handler=readiness.readyz),
        Route(path="/v1/models", methods=READS, dialect=CHAT, handler=list_models),
        Route(path="/v1/models/", methods=READS, below=True, dialect=CHAT, handler=show_model),
        Route(path="/v1/messages/count_tokens", dialect=COUNTING, handler=counting(COUNTING)),
        Route(path="/v1/embeddings", dialect=EMBEDDINGS, handler=embedding(EMBEDDINGS)),
        *(Route(path=path, dialect=dialect, handler=answering(dialect)) for path, dialect in CALLS),
    ]
