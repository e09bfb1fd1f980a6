"""JSON-RPC as MCP speaks it: what is sent, and what each message of a server is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock.http import json_in

# MCP's own for what a user does not want. It is none of those that say that a request was not begun: servers
# end a run that was under way with what they are answered.
DECLINED = -1
_MOST = 1_000  # messages in one batch


@dataclass(frozen=True, slots=True, kw_only=True)
class RpcError:
    """An error in place of a result. `message` is the server's own.

    `stated` is False of an error that lacks what JSON-RPC demands of one, the version and a code: APIs that
    are no MCP servers, and gateways before those that are, have errors that look like it.
    """

    code: int
    message: str = field(repr=False)
    data: Any = field(default=None, repr=False)
    stated: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answer to a request; `id` is None where the server could not tell which."""

    id: int | None
    result: Mapping[str, Any] | None = field(default=None, repr=False)
    error: RpcError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request of the server's."""

    id: int | str
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A notification of the server's."""

    method: str


Message = Answered | Asked | Told


def request(id_: int, method: str, params: Mapping[str, Any] | None) -> bytes:
    """Raises ValueError for parameters that are no JSON."""
    return _written({"jsonrpc": "2.0", "id": id_, "method": method, **_with(params)})


def notification(method: str, params: Mapping[str, Any] | None) -> bytes:
    """Raises ValueError for parameters that are no JSON."""
    return _written({"jsonrpc": "2.0", "method": method, **_with(params)})


def reply_to(asked: Asked) -> bytes:
    """What a server is answered: that we are here, or that we do nothing of the kind.

    No model is asked for it, no person, and no folder is named: `sampling`, `elicitation` and `roots` are
    offered to no server.
    """
    if asked.method == "ping":
        return _written({"jsonrpc": "2.0", "id": asked.id, "result": {}})
    error = {"code": DECLINED, "message": "this client does not do that"}
    return _written({"jsonrpc": "2.0", "id": asked.id, "error": error})


def read(data: bytes | str) -> list[Message]:
    """The messages of a line, a body or an event, in order; none where it is no JSON-RPC."""
    payload = json_in(data)
    given = payload[:_MOST] if isinstance(payload, list) else [payload]
    return [message for each in given if (message := _message(each)) is not None]


def _message(given: Any) -> Message | None:
    if not isinstance(given, dict):
        return None
    method, id_ = given.get("method"), given.get("id")
    if isinstance(method, str):
        if isinstance(id_, int | str) and not isinstance(id_, bool):
            return Asked(id=id_, method=method)
        return Told(method=method) if "id" not in given else None
    ours = _ours(id_)
    error = given.get("error")
    if isinstance(error, dict) and ("id" not in given or id_ is None or ours is not None):
        return Answered(id=ours, error=_error(error, given.get("jsonrpc") == "2.0"))
    result = given.get("result")
    if isinstance(result, dict) and ours is not None:
        return Answered(id=ours, result=result)
    return None


def _error(given: Mapping[str, Any], versioned: bool) -> RpcError:
    code, message, data = given.get("code"), str(given.get("message", "")), given.get("data")
    if isinstance(code, bool) or not isinstance(code, int):
        return RpcError(code=0, message=message, data=data, stated=False)
    return RpcError(code=code, message=message, data=data, stated=versioned)


def _ours(id_: Any) -> int | None:
    """An id that we may have given: some servers give a number back as text, or with a point."""
    if isinstance(id_, float) and id_.is_integer():
        return int(id_)
    if isinstance(id_, str) and id_.isascii() and id_.isdigit() and len(id_) < 16:  # noqa: PLR2004 - of a count
        return int(id_)
    return id_ if isinstance(id_, int) and not isinstance(id_, bool) else None


def _with(params: Mapping[str, Any] | None) -> dict[str, Any]:
    return {} if params is None else {"params": dict(params)}


def _written(message: Mapping[str, Any]) -> bytes:
    # In ASCII, so that half a character that a model wrote is sent as it is written in JSON.
    return json.dumps(message, allow_nan=False, separators=(",", ":")).encode()
