"""An upstream for the endpoint's benchmarks: a canned answer in OpenAI's form, plain or in a hundred events.

Run as `python server_upstream.py`; prints its port. The events of a stream leave one by one.
"""

import asyncio
import json
import sys

import uvloop

EVENTS = 100
_USAGE = {"prompt_tokens": 57, "completion_tokens": 64, "total_tokens": 121}
_TEXT = "The parcel left Lyon this morning and will arrive tomorrow before noon. " * 4


def _plain() -> bytes:
    message = {"role": "assistant", "content": _TEXT, "refusal": None}
    choices = [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}]
    body = json.dumps(
        {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": choices}
        | {"usage": _USAGE}
    ).encode()
    return (
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body
    )


def _events() -> list[bytes]:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    deltas = [{"role": "assistant", "content": ""}, *({"content": f"word{n} "} for n in range(EVENTS))]
    said = [head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    said.append(head | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    said.append(head | {"choices": [], "usage": _USAGE})
    texts = [*map(json.dumps, said), "[DONE]"]
    return [_chunk(f"data: {text}\n\n".encode()) for text in texts]


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


_PLAIN = _plain()
_STREAM = _events()
_OPENING = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


class Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._waiting = b""
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while True:
            head, ended, rest = self._waiting.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
            if not ended or len(rest) < length:
                return
            body, self._waiting = rest[:length], rest[length:]
            if b'"stream":true' in body.replace(b" ", b""):
                task = asyncio.get_running_loop().create_task(self._stream())
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            else:
                self._transport.write(_PLAIN)

    async def _stream(self) -> None:
        self._transport.write(_OPENING)
        for event in _STREAM:
            self._transport.write(event)
            await asyncio.sleep(0)
        self._transport.write(b"0\r\n\r\n")


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    try:
        uvloop.run(serve())
    except KeyboardInterrupt:
        sys.exit(0)
