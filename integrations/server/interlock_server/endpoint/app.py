"""The endpoint as an ASGI application."""

import logging
from time import time

from starlette.types import Receive, Scope, Send

from interlock_server.endpoint.arriving import check_host, principal_of, request_id
from interlock_server.endpoint.connection import connection_of
from interlock_server.endpoint.exchange import ClientLeft, Exchange
from interlock_server.endpoint.failures import INTERNAL, problem_of
from interlock_server.endpoint.live import Live
from interlock_server.endpoint.routes import Handler, Route, Routes
from interlock_server.endpoint.traffic import Traffic
from interlock_server.facts import Facts
from interlock_server.problems import Problem, Rejected

_LOG = logging.getLogger("interlock.server")


class Endpoint:
    """Serves what is live by a table of routes. It is run without a lifespan and without web sockets."""

    def __init__(self, live: Live, routes: Routes, traffic: Traffic) -> None:
        self.live, self.routes, self.traffic = live, routes, traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = dict(scope["headers"])
        facts = Facts.of(scope)
        facts.request, facts.started = request_id(headers), time()
        route = self.routes.find(scope["raw_path"])
        dialect = self.routes.dialect_at(scope["raw_path"]) if route is None else route.dialect
        served, begun = self.live.take(), self.traffic.begin(facts)
        exchange = Exchange(
            scope=scope,
            receive=receive,
            send=send,
            served=served,
            facts=facts,
            dialect=dialect or self.routes.dialect,
            headers=headers,
            connection=connection_of(scope),
        )
        # Whatever happens, an answer or nobody left to be given one.
        try:
            handler = _admitted(exchange, self.routes, route)
            await handler(exchange)
        except ClientLeft:
            facts.left = True
        except Rejected as rejected:
            await exchange.refuse(rejected.problem, rejected.headers)
        except Exception as error:  # noqa: BLE001 - it is told as a fault of the server
            await _failed(exchange, error)
        finally:
            self.traffic.end(facts, begun)
            self.live.give(served)


def _admitted(exchange: Exchange, routes: Routes, route: Route | None) -> Handler:
    """Who answers, once it is known who asks.

    Raises:
        Rejected: they may not, or there is nothing.
    """
    scope, served, facts = exchange.scope, exchange.served, exchange.facts
    if not served.identities.required:
        check_host(scope["headers"])
    if route is None or not route.public:
        # Whoever has no key is not told, either, which paths there are.
        exchange.principal = principal_of(scope["headers"], served.identities)
        facts.key = None if exchange.principal is None else exchange.principal.id
    if route is None:
        raise routes.missing(scope["raw_path"])
    facts.route = route.path
    facts.dialect = None if route.dialect is None else route.dialect.name
    if scope["method"] not in route.methods:
        methods = ", ".join(route.methods)
        told = Problem(status=405, code="method_not_allowed", message=f"this path takes {methods}")
        raise Rejected(told, [(b"allow", methods.encode())])
    if route.below:
        exchange.rest = scope["path"][len(route.path) :]
    return route.handler


async def _failed(exchange: Exchange, error: Exception) -> None:
    router, principal = exchange.served.router, exchange.principal
    problem = problem_of(error, router=router, request=exchange.request, principal=principal)
    if problem is INTERNAL:
        _LOG.error("request %s failed", exchange.facts.request, exc_info=error)
    if not exchange.started:
        await exchange.refuse(problem)
