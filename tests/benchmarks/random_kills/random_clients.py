"""Clients of two servers, by the package of OpenAI's: each call is written down as its client has seen it."""

import asyncio
import itertools
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import openai

MOST_TOKENS = 64


@dataclass(kw_only=True)
class Call:
    """One call.

    Attributes:
        server: which one was asked.
        began, ended: on the clock of `time.monotonic`.
        text: of an answer that its client takes for a whole one; None of a call that failed.
        record: its id, where the head of an answer has come.
        error: the class of what it failed with.
    """

    name: str
    key: str
    server: int
    streamed: bool
    began: float
    ended: float = 0.0
    text: str | None = None
    record: str | None = None
    error: str | None = None


class Clients:
    """So many of them, each of which asks again a while after it was answered, until `seconds` are over."""

    def __init__(self, urls: Sequence[str], keys: Mapping[str, str]) -> None:
        """`keys` are two secrets by the names of keys; the first of these is one client's alone."""
        self._clients = {
            (number, key): openai.AsyncOpenAI(
                base_url=f"{url}/v1", api_key=secret, max_retries=0, timeout=60.0
            )
            for number, url in enumerate(urls)
            for key, secret in keys.items()
        }
        self._servers = len(urls)
        self._numbers = itertools.count()
        self.calls: list[Call] = []

    async def ask(self, many: int, seconds: float, pause: float) -> None:
        """`pause` is how many seconds a client rests, on average."""
        end = time.monotonic() + seconds
        await asyncio.gather(*(self._one(number, end, pause) for number in range(many)))
        await asyncio.gather(*(client.close() for client in self._clients.values()))

    async def _one(self, number: int, end: float, pause: float) -> None:
        key = sorted({key for _, key in self._clients})[min(number, 1)]
        while time.monotonic() < end:
            call = Call(
                name=f"ask{next(self._numbers)}",
                key=key,
                server=random.randrange(self._servers),
                streamed=random.random() < 0.5,
                began=time.monotonic(),
            )
            self.calls.append(call)
            try:
                await self._answered(call)
            except openai.OpenAIError as error:
                call.error = type(error).__name__
            except Exception as error:  # noqa: BLE001 - the package lets some of its library's through
                call.error = type(error).__name__
            call.ended = time.monotonic()
            await asyncio.sleep(random.expovariate(1 / pause))

    async def _answered(self, call: Call) -> None:
        completions = self._clients[call.server, call.key].chat.completions
        asked = {
            "model": "auto",
            "messages": [{"role": "user", "content": call.name}],
            "max_tokens": MOST_TOKENS,
            "metadata": {"call": call.name},
            "extra_body": {"interlock": {"run": call.name, "task": "conversational"}},
        }
        if not call.streamed:
            raw = await completions.with_raw_response.create(**asked)  # type: ignore[call-overload] - as above
            call.record = raw.headers["x-interlock-record"]
            call.text = raw.parse().choices[0].message.content
            return
        stream = await completions.create(**asked, stream=True)  # type: ignore[call-overload] - as above
        call.record = stream.response.headers["x-interlock-record"]
        pieces = [choice.delta.content or "" async for chunk in stream for choice in chunk.choices]
        call.text = "".join(pieces)
