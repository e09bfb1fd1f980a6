"""What the fake upstream says: chat completions as OpenAI defines them, plain and streamed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from interlock.testing.upstream import Piece, Reply
from interlock.types.models import Timeouts
from interlock.types.response import Usage

_SAID = (
    "A signal box once held a frame of heavy levers, and every lever was locked by the levers beside it, so "
    "that no signal could be cleared for a train until the whole road ahead of it had been set and no other "
    "train could cross its way. Nobody had to remember the rule, because the iron remembered it all."
)
PIECES: Final = tuple(_SAID.replace(" ", " \0").split("\0"))
ANSWER: Final = "".join(PIECES)
TOKENS: Final = len(PIECES)
OTHER_PIECES: Final = ("Levers ", "that ", "hold ", "each ", "other ", "keep ", "trains ", "apart.")
OTHER: Final = "".join(OTHER_PIECES)

TOOL: Final = {
    "name": "set_route",
    "description": "Set a route through the station.",
    "parameters": {
        "type": "object",
        "properties": {"from": {"type": "string"}, "platform": {"type": "integer"}},
        "required": ["from", "platform"],
    },
}
ARGUMENTS: Final[Mapping[str, Any]] = {"from": "the north", "platform": 4}
ARGUMENT_PIECES: Final = ('{"from": ', '"the no', 'rth", "pl', 'atform": 4}')

# Different numbers, so that one deployment's usage cannot pass for another's.
PRIMARY_USAGE: Final = Usage(input_tokens=11, output_tokens=TOKENS)
FALLBACK_USAGE: Final = Usage(input_tokens=13, output_tokens=TOKENS + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request as a deployment of the fake upstream meets it.

    Attributes:
        primary: whether the deployment is the first of the shortlist, the one that misbehaves.
        streamed: whether the caller wants events.
        body: the request's JSON.
        nth: how often this deployment was asked before.
        clock: published seconds since the first call.
        scale: real seconds for one published second.
        timeouts: the deployment's, in real seconds.
        elsewhere: an address on another host, where nobody may be asked.
    """

    primary: bool
    streamed: bool
    body: Mapping[str, Any]
    nth: int
    clock: float
    scale: float
    timeouts: Timeouts
    elsewhere: str

    @property
    def model(self) -> str:
        return str(self.body.get("model"))

    @property
    def usage(self) -> Usage:
        return PRIMARY_USAGE if self.primary else FALLBACK_USAGE


def well(ask: Ask) -> Reply:
    """The whole answer, or the whole tool call where tools were offered."""
    if ask.body.get("tools"):
        return called(ask, ARGUMENT_PIECES)
    return said(ask, PIECES)


def said(ask: Ask, pieces: Sequence[str], *, finish: str = "stop") -> Reply:
    if not ask.streamed:
        return Reply.json(plain(ask, "".join(pieces), finish=finish))
    return Reply.events(*texts(ask, pieces), *ending(ask, finish))


def called(ask: Ask, pieces: Sequence[str]) -> Reply:
    """A call of the tool whose arguments are the pieces."""
    if ask.streamed:
        return Reply.events(*fragments(ask, pieces), *ending(ask, "tool_calls"))
    function = {"name": TOOL["name"], "arguments": "".join(pieces)}
    call = {"id": "call_1", "type": "function", "function": function}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    return Reply.json(_head(ask) | _choice(message=message, finish="tool_calls") | usage(ask))


def failed(status: int, code: str, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply.json(error(code), status=status, headers=headers)


def error(code: str) -> dict[str, Any]:
    return {"error": {"message": f"the drill says {code}", "type": "drill", "code": code}}


def streamed(*pieces: Piece) -> Reply:
    """The head of a stream, and then whatever stands in the pieces."""
    return Reply(headers={"content-type": "text/event-stream"}, pieces=pieces)


def plain(ask: Ask, text: str, *, finish: str = "stop") -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return _head(ask) | _choice(message=message, finish=finish) | usage(ask)


def texts(ask: Ask, pieces: Sequence[str]) -> list[dict[str, Any]]:
    return [_head(ask) | _choice(delta={"content": piece}) for piece in pieces]


def fragments(ask: Ask, pieces: Sequence[str]) -> list[dict[str, Any]]:
    """A tool call whose first event names it; the arguments follow in the pieces."""
    opened = {"index": 0, "id": "call_1", "type": "function"}
    first = opened | {"function": {"name": TOOL["name"], "arguments": ""}}
    rest = [{"index": 0, "function": {"arguments": piece}} for piece in pieces]
    return [_head(ask) | _choice(delta={"tool_calls": [call]}) for call in (first, *rest)]


def ending(ask: Ask, finish: str = "stop", *, done: bool = True) -> list[Any]:
    """The finish reason, the usage and, unless it is to be missing, the mark of the end."""
    last: list[Any] = [_head(ask) | _choice(delta={}, finish=finish)]
    last.append(_head(ask) | {"choices": []} | usage(ask))
    return [*last, "[DONE]"] if done else last


def usage(ask: Ask) -> dict[str, Any]:
    counted = {"prompt_tokens": ask.usage.input_tokens, "completion_tokens": ask.usage.output_tokens}
    return {"usage": counted}


def _head(ask: Ask) -> dict[str, Any]:
    return {"id": "drill-1", "object": "chat.completion", "created": 0, "model": ask.model}


def _choice(
    *,
    message: Mapping[str, Any] | None = None,
    delta: Mapping[str, Any] | None = None,
    finish: str | None = None,
) -> dict[str, Any]:
    said = {"message": message} if message is not None else {"delta": delta}
    return {"choices": [{"index": 0, **said, "finish_reason": finish}]}
