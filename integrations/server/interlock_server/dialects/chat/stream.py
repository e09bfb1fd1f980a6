"""An answer in events, as chat completions have them."""

from collections.abc import Iterator, Sequence
from typing import Any

from interlock import Chunk, Reasoning, Refusal, Response, Text, ToolCall, ToolCallDelta
from interlock_server.dialects.call_ids import call_id, named
from interlock_server.dialects.chat.answer import (
    annotations_of,
    beside,
    call_of,
    details_of,
    finish_of,
    made_beside,
    usage_of,
)
from interlock_server.dialects.dialect import Asked, Reply
from interlock_server.dialects.events import ALIVE, event, json_bytes
from interlock_server.dialects.openais import problem_of
from interlock_server.problems import Problem

_DONE = b"data: [DONE]\n\n"
_REPEATED = ("service_tier", "system_fingerprint")
_GOES_ON = b',"finish_reason":null}]}\n\n'


class ChatWriter:
    """Writes one stream."""

    __slots__ = ("_answer", "_calls", "_counts", "_functions", "_head", "_lead", "_refused")

    def __init__(self, asked: Asked, reply: Reply) -> None:
        self._answer = reply.id
        self._counts = bool(asked.keeps.get("usage"))
        self._functions = bool(asked.keeps.get("functions"))
        self._head: dict[str, Any] = {
            "id": f"chatcmpl-{reply.id}",
            "object": "chat.completion.chunk",
            "created": reply.created,
            "model": reply.model,
        }
        # What every step begins with is written once.
        self._lead = b"data: " + json_bytes(self._head)[:-1] + b',"choices":[{"index":0,"delta":'
        self._calls: dict[int, _Growing] = {}
        self._refused = False

    def begin(self) -> bytes:
        return self._step({"role": "assistant", "content": ""})

    def chunk(self, chunk: Chunk) -> bytes:
        if chunk.response is not None:
            return b""
        written = b""
        if chunk.reasoning:
            written = self._words(b"reasoning_content", chunk.reasoning)
        if chunk.text:
            self._refused = self._refused or chunk.refusal
            written += self._words(b"refusal" if chunk.refusal else b"content", chunk.text)
        for piece in chunk.tool_call_deltas:
            written += self._piece(piece)
        return written

    def end(self, response: Response) -> bytes:
        written = b"".join(self._step(delta) for delta in self._rest(response))
        last: dict[str, Any] = {
            "index": 0,
            "delta": {},
            "logprobs": response.extra.get("logprobs"),
            "finish_reason": finish_of(response, functions=self._functions),
        }
        told = beside(response.extra)
        head = self._head | {"model": response.model}
        written += event({**head, "choices": [last], **told})
        if self._counts:
            # Clients take these from the last event of all.
            again = {name: told[name] for name in _REPEATED if name in told}
            written += event({**head, "choices": [], "usage": usage_of(response.usage), **again})
        return written + _DONE

    def broken(self, problem: Problem) -> bytes:
        return event(problem_of(problem))

    def alive(self) -> bytes:
        return ALIVE

    def _piece(self, piece: ToolCallDelta) -> bytes:
        """A piece of a call. Clients want its id and name with the first one, and no gaps between calls."""
        call = self._calls.get(piece.index)
        if call is None:
            call = self._calls[piece.index] = _Growing(len(self._calls))
        begun = call.begun
        arguments = call.take(piece)
        if not call.begun or (begun and not arguments):
            return b""
        named = {} if begun else {"name": call.name}
        function = {**named, "arguments": arguments}
        if self._functions:
            return b"" if call.at else self._step({"function_call": function})
        told = {} if begun else {"id": call_id(call.id, piece.index, self._answer), "type": "function"}
        return self._step({"tool_calls": [{"index": call.at, **told, "function": function}]})

    def _rest(self, response: Response) -> Iterator[dict[str, Any]]:
        """What no chunk has told: refusals beside text, proofs, sources, and calls that came whole."""
        parts = response.message.parts
        refusal = "".join(part.text for part in parts if isinstance(part, Refusal))
        if refusal and not self._refused:
            yield {"refusal": refusal}
        if details := details_of(part for part in parts if isinstance(part, Reasoning)):
            yield {"reasoning_details": details}
        if cited := [part for part in parts if isinstance(part, Text) and part.citations]:
            yield {"annotations": annotations_of(cited)}
        if made := made_beside(response):
            yield made
        yield from self._rest_of_calls(response.tool_calls)

    def _rest_of_calls(self, calls: Sequence[ToolCall]) -> Iterator[dict[str, Any]]:
        told = tuple(self._calls.values())
        if told and len(told) != len(calls):
            return  # one of them was cut
        for at, call in enumerate(calls):
            whole = call_of(named(call, self._answer))
            if told and (known := told[at]).begun:
                whole = {"function": {"arguments": "" if known.size else "{}"}, **_beside(whole)}
                if known.size and len(whole) == 1:
                    continue
            if not self._functions:
                yield {"tool_calls": [{"index": at, **whole}]}
            elif at == 0:
                yield {"function_call": whole["function"]}

    def _words(self, name: bytes, text: str) -> bytes:
        """A step that says nothing else, as most do."""
        return b'%b{"%b":%b}%b' % (self._lead, name, json_bytes(text), _GOES_ON)

    def _step(self, delta: dict[str, Any]) -> bytes:
        return self._lead + json_bytes(delta) + _GOES_ON


class _Growing:
    """A call that is being told. `at` is its place among the calls, `size` how long its arguments are."""

    __slots__ = ("_held", "at", "id", "name", "size")

    def __init__(self, at: int) -> None:
        self.at = at
        self.id: str | None = None
        self.name: str | None = None
        self.size = 0
        self._held = ""

    @property
    def begun(self) -> bool:
        return self.name is not None

    def take(self, piece: ToolCallDelta) -> str:
        """The arguments that can be told now: all of them, once its name is known."""
        self.id = self.id or piece.id
        self.name = self.name or piece.name
        self.size += len(piece.arguments)
        if self.name is None:
            self._held += piece.arguments
            return ""
        told, self._held = self._held + piece.arguments, ""
        return told


def _beside(call: dict[str, Any]) -> dict[str, Any]:
    """What stands on a call beside what its pieces tell."""
    return {name: value for name, value in call.items() if name not in ("id", "type", "function")}
