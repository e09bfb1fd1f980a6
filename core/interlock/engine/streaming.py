"""A call whose answer comes in steps."""

from collections.abc import AsyncGenerator, Callable
from types import TracebackType
from typing import Self

from interlock.records.draft import RecordDraft
from interlock.types.records import CallUnderWay
from interlock.types.response import Chunk, Response

Opening = Callable[[Callable[[RecordDraft], None]], AsyncGenerator[Chunk]]


class ResponseStream:
    """An answer in steps: iterate over it, in a `with` block or without.

    `response` is None until the last chunk, and then the whole answer. Leaving early closes the socket.
    """

    def __init__(self, opening: Opening) -> None:
        """`opening` gives the chunks, and before the first attempt tells what it is given of the call."""
        # The chunks hold what they tell. Were it this stream, one that is dropped would close its socket only
        # when the garbage collector comes by.
        self._drafts: list[RecordDraft] = []
        self._chunks = opening(self._drafts.append)
        self.response: Response | None = None

    @property
    def call(self) -> CallUnderWay | None:
        """The call as it is now: once a chunk has come, whose words it is made of is in `trying`, unless an
        ensemble was asked. None before anything was decided.
        """
        return self._drafts[-1].under_way() if self._drafts else None

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
