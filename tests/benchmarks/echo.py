"""An upstream for the soak: answers in OpenAI's form with words that follow from the question alone.

Run as `python echo.py`; prints its port, and then a line for each answer that it gave completely: the
question's first word. `gap` milliseconds lie between the events of a stream and before a plain answer.
"""

import asyncio
import json
import sys

WORDS = 30


def words_for(question: str) -> list[str]:
    """The answer, word by word."""
    subject = question.split(" ", 1)[0]
    return [f"{subject}-{index} " for index in range(WORDS)]


class Echo:
    def __init__(self, gap: float) -> None:
        self._gap = gap

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
                body = json.loads(await reader.readexactly(length))
                question = body["messages"][-1]["content"]
                if body.get("stream"):
                    await self._stream(writer, question)
                else:
                    await self._plain(writer, question)
                print(question.split(" ", 1)[0], flush=True)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _plain(self, writer: asyncio.StreamWriter, question: str) -> None:
        await asyncio.sleep(self._gap)
        message = {"role": "assistant", "content": "".join(words_for(question))}
        choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
        body = json.dumps(
            {"id": "1", "object": "chat.completion", "choices": choices, "usage": USAGE}
        ).encode()
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
        writer.write(head + body)
        await writer.drain()

    async def _stream(self, writer: asyncio.StreamWriter, question: str) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        for word in words_for(question):
            await asyncio.sleep(self._gap)
            writer.write(_event({"choices": [{"index": 0, "delta": {"content": word}}]}))
            await writer.drain()
        writer.write(_event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
        writer.write(_event({"choices": [], "usage": USAGE}))
        writer.write(_chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")
        await writer.drain()


USAGE = {"prompt_tokens": 10, "completion_tokens": WORDS, "total_tokens": 10 + WORDS}


def _event(data: object) -> bytes:
    return _chunk(
        b"data: " + json.dumps({"id": "1", "object": "chat.completion.chunk", **data}).encode() + b"\n\n"
    )


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


async def main(gap: float) -> None:
    server = await asyncio.start_server(Echo(gap).serve, "127.0.0.1", 0, backlog=4_096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) / 1_000))
