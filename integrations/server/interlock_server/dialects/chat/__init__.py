"""OpenAI's chat completions, as far as text goes."""

import json
from collections.abc import Mapping
from typing import Any

from interlock import Chunk, RequestError, Response
from interlock.types.chat import as_messages
from interlock_server.dialects.dialect import Asked, EventWriter, Reply
from interlock_server.problems import Problem

_KNOWN = frozenset({"model", "messages", "stream", "max_tokens", "temperature", "interlock"})


class ChatDialect:
    """Reads and writes chat completions."""

    name = "chat"

    def read(self, body: Mapping[str, Any]) -> Asked:
        """What a body asks for. Raises RequestError."""
        for name in body:
            if name not in _KNOWN:
                raise RequestError("there is no such field", key=name)
        model, stream = body.get("model", ""), body.get("stream", False)
        if not isinstance(model, str):
            raise RequestError("expected a name", key="model")
        if not isinstance(stream, bool):
            raise RequestError("expected true or false", key="stream")
        if not isinstance(body.get("messages"), list):
            raise RequestError("expected a list of messages", key="messages")
        settings = {name: body[name] for name in ("max_tokens", "temperature") if name in body}
        own = body.get("interlock") or {}
        if not isinstance(own, Mapping):
            raise RequestError("expected an object", key="interlock")
        options: Any = {"settings": settings, **own}
        return Asked(
            model=model,
            messages=as_messages(body["messages"]),
            options=options,
            stream=stream,
        )

    def answer(self, asked: Asked, response: Response, reply: Reply) -> Mapping[str, Any]:  # noqa: ARG002 - of the protocol
        """One choice, with the text."""
        message = {"role": "assistant", "content": response.text}
        return {
            "id": f"chatcmpl-{reply.id}",
            "object": "chat.completion",
            "created": reply.created,
            "model": reply.model,
            "choices": [{"index": 0, "message": message, "finish_reason": response.finish_reason}],
            "usage": _usage(response),
        }

    def writer(self, asked: Asked, reply: Reply) -> EventWriter:  # noqa: ARG002 - of the protocol
        """Writes chunks of a completion."""
        return _Writer(reply)

    def problem(self, problem: Problem) -> Mapping[str, Any]:
        """OpenAI's error object."""
        kind = "server_error" if problem.status >= 500 else "invalid_request_error"  # noqa: PLR2004 - of HTTP
        told = {"message": problem.message, "type": kind, "param": problem.param, "code": problem.code}
        return {"error": told | ({"rules": dict(problem.rules)} if problem.rules else {})}


class _Writer:
    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    def begin(self) -> bytes:
        return self._chunk({"role": "assistant", "content": ""})

    def chunk(self, chunk: Chunk) -> bytes:
        return self._chunk({"content": chunk.text}) if chunk.text else b""

    def end(self, response: Response) -> bytes:
        return self._chunk({}, response.finish_reason, _usage(response)) + b"data: [DONE]\n\n"

    def broken(self, problem: Problem) -> bytes:
        return _event(ChatDialect().problem(problem))

    def alive(self) -> bytes:
        return b": waiting\n\n"

    def _chunk(
        self, delta: Mapping[str, Any], finish: str | None = None, usage: Mapping[str, Any] | None = None
    ) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return _event(
            {
                "id": f"chatcmpl-{self._reply.id}",
                "object": "chat.completion.chunk",
                "created": self._reply.created,
                "model": self._reply.model,
                "choices": [choice],
                **({} if usage is None else {"usage": usage}),
            }
        )


def _usage(response: Response) -> dict[str, int]:
    read, written = response.usage.input_tokens or 0, response.usage.output_tokens or 0
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _event(value: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(value, separators=(",", ":")).encode() + b"\n\n"
