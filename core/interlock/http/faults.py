"""What went wrong on a connection, in words that hold a host and a reason and nothing that was sent."""

import os
import socket
import ssl
from collections.abc import Iterator
from typing import TypeVar

from interlock.errors import ConnectionFailed, ConnectTimeout, InvalidRequest, ProtocolError

E = TypeVar("E", ConnectionFailed, ConnectTimeout)


def no_connection(host: str, error: BaseException) -> ConnectionFailed:
    return _unsent(ConnectionFailed(f"no connection to {host}: {_reason(error)}"))


def no_proxy(host: str, error: BaseException) -> ConnectionFailed:
    return _unsent(ConnectionFailed(f"no connection to the proxy on the way to {host}: {_reason(error)}"))


def refused_by_proxy(host: str, status: int | None) -> ConnectionFailed:
    answer = "refused" if status is None else f"answered {status}"
    return _unsent(ConnectionFailed(f"the proxy {answer} on the way to {host}"))


def too_slow(host: str, seconds: float) -> ConnectTimeout:
    return _unsent(ConnectTimeout(f"{host} accepted no connection within {seconds:g} s"))


def too_late(host: str) -> ConnectTimeout:
    return _unsent(ConnectTimeout(f"nothing was sent to {host}: the time for it was over"))


def ending(host: str) -> ConnectionFailed:
    words = "the interpreter is ending and looks up no names"
    return _unsent(ConnectionFailed(f"no connection to {host}: {words}"))


def lost(host: str) -> ConnectionFailed:
    return ConnectionFailed(f"{host} closed the connection before it answered")


def malformed(host: str) -> ProtocolError:
    return ProtocolError(f"{host} answered with something that is not HTTP")


def unasked(host: str) -> ProtocolError:
    return ProtocolError(f"{host} sent what cannot be the answer to this request")


def cut_short(host: str) -> ProtocolError:
    return ProtocolError(f"{host} cut the answer short")


def unsendable(what: str) -> InvalidRequest:
    return InvalidRequest(f"the request cannot be sent: {what}")


def _unsent(error: E) -> E:
    error.unsent = True
    return error


def _reason(error: BaseException) -> str:
    chain = tuple(_chain(error))
    # aiohttp's classes of TLS errors derive from ssl's without filling in their attributes.
    for link in chain:
        if isinstance(link, ssl.SSLCertVerificationError) and (why := getattr(link, "verify_message", "")):
            return f"its certificate is not trusted ({why})"
        if isinstance(link, socket.gaierror):
            return "its name does not resolve"
    for link in chain:
        if isinstance(link, ssl.SSLError) and (why := getattr(link, "reason", "")):
            return f"TLS failed ({why.replace('_', ' ').lower()})"
    for link in chain:
        if isinstance(link, OSError) and link.errno and not isinstance(link, ssl.SSLError):
            return os.strerror(link.errno).lower()
    secure = any(isinstance(link, ssl.SSLError) for link in chain)
    return "TLS failed" if secure else "it accepts no connection"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it stems from; aiohttp keeps that in attributes as well."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        link = waiting.pop(0)
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        waiting += [getattr(link, "_os_error", None), getattr(link, "_certificate_error", None)]
        waiting += [link.__cause__, link.__context__]
