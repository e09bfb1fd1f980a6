"""A call whose answer comes in steps."""

from collections.abc import AsyncGenerator
from types import TracebackType
from typing import Self

from interlock.types.response import Chunk, Response


class ResponseStream:
    """An answer in steps: iterate over it, in a `with` block or without.

    `response` is None until the last chunk, and then the whole answer. Leaving early closes the socket.
    """

    def __init__(self, chunks: AsyncGenerator[Chunk]) -> None:
        self._chunks = chunks
        self.response: Response | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Chunk:
        chunk = await self._chunks.__anext__()
        if chunk.response is not None:
            self.response = chunk.response
        return chunk

    async def aclose(self) -> None:
        await self._chunks.aclose()
