"""What a vendor's dialect is: pure functions between our types and its HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from typing import Protocol, runtime_checkable

from interlock.errors import AnswerTooLarge, InvalidRequest, ProtocolError, ProviderError
from interlock.http.aside import aside
from interlock.http.pins import pinned
from interlock.http.settings import setting_refused
from interlock.protocols import EmbedCall, ProviderCall, ProviderFacts
from interlock.types.deltas import joined
from interlock.types.embeddings import Embedding
from interlock.types.json_reader import SMALL
from interlock.types.response import Answer, Delta
from interlock.types.uncollected import forget_frames, uncollected
from interlock.types.wire import HttpReply, HttpRequest

_PART = 206  # HTTP's own number
# Seconds. The end of a reply comes with its last event or right behind; then its connection can serve again.
_END = 0.05
# Characters put aside, beyond which looking at them again may take longer than a loop may stand still.
_MUCH = 256 * 1024
# Bytes that no more objects are made of than the garbage collector looks at every time.
_FEW = 4 * 1024


class StreamDecoder(Protocol):
    """Turns a reply's bytes, in whatever pieces they come, into deltas. One object a stream.

    One whose dialect marks the end may also have `over`: True once the mark has come. What a server sends
    after it is dropped, and a connection that it leaves open is not waited for.

    One that puts aside what is said until the end, such as the arguments of tools, may have `holds`: how many
    characters that has come to. It is bounded by the deployment's `largest_answer`.

    Bytes that may take long to decode are decoded in a thread, one piece at a time.
    """

    def feed(self, data: bytes) -> Iterable[Delta]:
        """What these bytes complete. Raises ProviderError for an error in the stream or a malformed one."""
        ...

    def close(self) -> Iterable[Delta]:
        """What is left at the end of the stream. Raises ProtocolError when the stream was cut."""
        ...


class Codec(Protocol):
    """A dialect. Nothing here does I/O, and nothing raises but ProviderError."""

    def encode(self, call: ProviderCall, *, stream: bool) -> HttpRequest:
        """What to send. Raises InvalidRequest for what the dialect has no words for."""

    def decode(self, call: ProviderCall, reply: HttpReply) -> Answer:
        """The answer in a reply whose status is 2xx. Raises ProtocolError for one that is no answer."""

    def decoder(self, call: ProviderCall) -> StreamDecoder:
        """What reads one stream, begun anew."""

    def error(self, reply: HttpReply) -> ProviderError:
        """The typed error for a reply whose status is not 2xx."""
        ...


@runtime_checkable
class AsksAgain(Protocol):
    """A codec that knows another way to put a request that the vendor refused."""

    def again(self, call: ProviderCall, error: ProviderError, *, stream: bool) -> HttpRequest | None:
        """The request put in that way, sent once and at once; None when the refusal stands."""
        ...


class HttpProvider:
    """A provider out of its facts and a codec."""

    api = 1

    def __init__(self, facts: ProviderFacts, codec: Codec) -> None:
        self.facts = facts
        self.codec = codec

    async def authorise(self, call: ProviderCall, request: HttpRequest) -> HttpRequest:  # noqa: ARG002 - for overriding
        """The request with what a pure codec cannot give it, such as a signature.

        Called once for every send. Raises ProviderError alone, and blocks no loop.
        """
        return request

    async def complete(self, call: ProviderCall) -> Answer:
        request, first = self.codec.encode(call, stream=False), True
        while True:
            if call.pins:
                request = await _pinned(call, request)
            reply = await call.http.send(await self.authorise(call, request), call.permit, call.deployment)
            if 200 <= reply.status < 300:  # noqa: PLR2004 - HTTP's own numbers
                if reply.status == _PART:
                    raise _only_a_part()
                try:
                    if len(reply.body) > SMALL:
                        return await aside(uncollected, self.codec.decode, call, reply)
                    if len(reply.body) > _FEW:
                        return uncollected(self.codec.decode, call, reply)
                    return self.codec.decode(call, reply)
                except InvalidRequest as error:
                    raise _understood(error, call) from None
            request, first = self._again(call, reply, first=first, stream=False), False

    async def stream(self, call: ProviderCall) -> AsyncIterator[Delta]:
        request, first = self.codec.encode(call, stream=True), True
        while True:
            if call.pins:
                request = await _pinned(call, request)
            request = await self.authorise(call, request)
            async with call.http.stream(request, call.permit, call.deployment) as reply:
                if 200 <= reply.status < 300:  # noqa: PLR2004 - HTTP's own numbers
                    if reply.status == _PART:
                        raise _only_a_part()
                    decoder = self.codec.decoder(call)
                    pace = _Pace(decoder, call.deployment.largest_answer)
                    pieces = aiter(reply)
                    async for data in pieces:
                        deltas, error = await pace.decoded(decoder.feed, data)
                        for delta in deltas:
                            yield delta
                        if error is not None:
                            raise _understood(error, call) if isinstance(error, InvalidRequest) else error
                        if getattr(decoder, "over", False):
                            await _end(pieces)
                            break
                    deltas, error = await pace.decoded(decoder.close)
                    for delta in deltas:
                        yield delta
                    if error is not None:
                        raise error
                    return
                whole = await reply.read()
            request, first = self._again(call, whole, first=first, stream=True), False

    def _again(self, call: ProviderCall, refusal: HttpReply, *, first: bool, stream: bool) -> HttpRequest:
        """The refused request put in another way; raises the refusal when there is none, or it was put so."""
        codec, error = self.codec, self.codec.error(refusal)
        request = codec.again(call, error, stream=stream) if first and isinstance(codec, AsksAgain) else None
        if request is None:
            raise setting_refused(error, call.request.settings, refusal.body)
        return request


@runtime_checkable
class EmbeddingCodec(Protocol):
    """A dialect's words for vectors; as in `Codec`, nothing does I/O."""

    def encode_texts(self, call: EmbedCall) -> HttpRequest:
        """What to send."""

    def decode_vectors(self, call: EmbedCall, reply: HttpReply) -> Embedding:
        """The vectors in a reply whose status is 2xx. Raises ProtocolError for one that holds none."""

    def error(self, reply: HttpReply) -> ProviderError:
        """The typed error for a reply whose status is not 2xx."""
        ...


class EmbeddingHttpProvider(HttpProvider):
    """One that makes vectors, too."""

    def __init__(self, facts: ProviderFacts, codec: Codec, embeddings: EmbeddingCodec) -> None:
        super().__init__(facts, codec)
        self.embeddings = embeddings

    async def embed(self, call: EmbedCall) -> Embedding:
        codec = self.embeddings
        request = codec.encode_texts(call)
        if call.pins:
            request = await _pinned(call, request)
        reply = await call.http.send(await self.authorise(call, request), call.permit, call.deployment)
        if not 200 <= reply.status < 300:  # noqa: PLR2004 - HTTP's own numbers
            raise codec.error(reply)
        if reply.status == _PART:
            raise _only_a_part()
        if len(reply.body) > SMALL:
            return await aside(uncollected, codec.decode_vectors, call, reply)
        return codec.decode_vectors(call, reply)


async def _pinned(call: ProviderCall, request: HttpRequest) -> HttpRequest:
    """The request with what keeps it in its place, whatever its settings or the deployment say."""
    if len(request.body) > SMALL:
        request, overruled = await aside(pinned, request, call.pins)
    else:
        request, overruled = pinned(request, call.pins)
    for field in overruled:
        call.adjust(field, "overruled by what keeps the request in its place")
    return request


def _understood(error: InvalidRequest, call: ProviderCall) -> ProviderError:
    """What an error inside an answer is about."""
    return setting_refused(error, call.request.settings)


def _only_a_part() -> ProtocolError:
    return ProtocolError("the server sent a part of an answer, which nobody asked for", status=_PART)


_Made = tuple[list[Delta], ProviderError | None]


class _Pace:
    """Sees to it that bytes which may take long to decode are decoded in a thread, and that there are no more
    of them than an answer may hold.

    `silent` counts the bytes since the last delta: they may belong to one large event.
    """

    __slots__ = ("_decoder", "_limit", "silent")

    def __init__(self, decoder: StreamDecoder, limit: int) -> None:
        self._decoder = decoder
        self._limit = limit
        self.silent = 0

    async def decoded(self, decode: Callable[..., Iterable[Delta]], *data: bytes) -> _Made:
        holds = getattr(self._decoder, "holds", 0)
        if self.silent > self._limit or holds > self._limit:
            raise AnswerTooLarge.than(self._limit)
        if data:
            self.silent += len(data[0])
        if self.silent > SMALL or holds > _MUCH:
            made: _Made = await aside(uncollected, _made, decode, *data)
        elif self.silent > _FEW:
            made = uncollected(_made, decode, *data)
        else:
            made = _made(decode, *data)
        if made[0]:
            self.silent = 0
        return made


def _made(decode: Callable[..., Iterable[Delta]], *data: bytes) -> _Made:
    """What the bytes say, in as few steps as that can be said in, and the error that it ends in."""
    made: list[Delta] = []
    failure: ProviderError | None = None
    try:
        made.extend(decode(*data))
    except ProviderError as error:
        forget_frames(error)
        failure = error
    return joined(made) if len(made) > 1 else made, failure


async def _end(pieces: AsyncIterator[bytes]) -> None:
    """Read what may be left of a reply whose answer is whole; however that ends, the answer stays whole."""
    with suppress(TimeoutError, ProviderError):
        async with asyncio.timeout(_END):
            async for _ in pieces:
                pass
