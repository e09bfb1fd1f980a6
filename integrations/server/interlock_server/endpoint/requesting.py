"""From what a body asks for to the request that the router is given."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from interlock import Request, RequestError
from interlock.types.request import Options
from interlock.types.verbatim import Verbatim
from interlock_server.dialects import Asked, Dialect
from interlock_server.endpoint.exchange import Exchange
from interlock_server.principals import KEY

_OWN = "interlock"
_RESERVED = "server."
_ANY = ("", "auto")
_NAMED = frozenset({"task", "ensemble"})


def request_of(
    exchange: Exchange, dialect: Dialect, body: Mapping[str, Any], data: bytes
) -> tuple[Asked, Request]:
    """What a body asks for, and the request that follows under the key's constraints, with the names that
    records find it by. `data` is the body as it came.

    Raises:
        RequestError: the body asks for something in a way that cannot be read.
        Rejected: it names a model that is none for whoever asks.
    """
    asked = dialect.read(body)
    options: dict[str, Any] = dict(asked.options)
    options["verbatim"] = Verbatim(dialect=dialect.name, body=data, said=body)
    exchange.served.names.check(options, exchange.principal, _OWN)
    options |= _meant(exchange, asked)
    options["metadata"] = _marked(exchange, dialect, options.get("metadata") or {})
    if options.get("rescue") == "restart":
        what = "no dialect tells a client to discard what it was sent; use hold, replay, continue or raise"
        raise RequestError(what, key=f"{_OWN}.rescue")
    if options.get("rescue") is None and exchange.served.router.rescue == "restart":
        options["rescue"] = "replay"
    return asked, _within(exchange, Request(asked.messages, **options))


def _meant(exchange: Exchange, asked: Asked) -> Options:
    """What the model's name stands for. The body's own task or ensemble may say it too, and nothing else."""
    if asked.model in _ANY:
        return Options()
    meant = exchange.served.names.meaning(asked.model, exchange.principal)
    exchange.facts.asked = asked.model
    for field, value in meant.items():
        if field in _NAMED and asked.options.get(field, value) != value:
            raise RequestError(f"the model {asked.model!r} stands for another {field}", key=f"{_OWN}.{field}")
    return meant


def _marked(exchange: Exchange, dialect: Dialect, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The client's metadata, and what records say of where a request came from."""
    for name in metadata:
        if str(name).startswith(_RESERVED):
            raise RequestError(f"names that begin with {_RESERVED} are the server's", key=f"metadata.{name}")
    marks = {"server.request": exchange.facts.request or "", "server.dialect": dialect.name}
    principal = exchange.principal
    return (
        {**metadata, **marks}
        if principal is None
        else {**metadata, **principal.metadata, **marks, KEY: principal.id}
    )


def _within(exchange: Exchange, request: Request) -> Request:
    if exchange.principal is None or exchange.principal.constraints.is_free:
        return request
    try:
        constraints = exchange.principal.constraints.tightened(request.constraints)
    except RequestError as error:
        raise RequestError(error.message, key=f"{_OWN}.{error.key}", suggestion=error.suggestion) from None
    return replace(request, constraints=constraints)
