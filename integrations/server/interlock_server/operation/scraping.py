"""The route `/metrics`."""

from collections.abc import Callable
from typing import Final

from interlock_server.endpoint import READS, Exchange, Route
from interlock_server.operation.metrics import CONTENT_TYPE, SharedMetrics, exposition
from interlock_server.problems import Problem, Rejected

PATH: Final = "/metrics"


def metrics_route(metrics: SharedMetrics, *, public: bool, before: Callable[[], None]) -> Route:
    """For anybody where it is `public`, else for whoever may see the pages. `before` each look, what is not
    counted as it happens is brought up to date.
    """

    async def scrape(exchange: Exchange) -> None:
        principal = exchange.principal
        if not public and principal is not None and not principal.sees:
            told = "this key may not see the numbers: it needs `sees`"
            raise Rejected(Problem(status=403, code="forbidden", message=told))
        before()
        body = exposition(metrics.all()).encode()
        length = str(len(body)).encode()
        said = [(b"content-type", CONTENT_TYPE.encode()), (b"content-length", length)]
        await exchange.begin(200, said, body)

    return Route(path=PATH, methods=READS, public=public, handler=scrape)
