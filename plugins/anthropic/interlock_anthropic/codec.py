"""The dialect as one object: what `interlock.http` asks of a codec."""

from interlock.errors import ProviderError
from interlock.fold import folded
from interlock.http import HttpReply, HttpRequest, StreamDecoder
from interlock.http.payload import parse_object
from interlock.http.seals import refuses_signature
from interlock.http.stops import CutStream, blank_stops, cut
from interlock.protocols import ProviderCall
from interlock.types.response import Answer
from interlock_anthropic.encode import encode
from interlock_anthropic.errors import error_from_reply
from interlock_anthropic.reader import MessageReader
from interlock_anthropic.stream import MessageStream
from interlock_anthropic.vendor import NAME


class Messages:
    """The Messages API. Pure: no I/O, and no error but ProviderError."""

    def encode(self, call: ProviderCall, *, stream: bool) -> HttpRequest:
        return encode(call, stream=stream)

    def decode(self, call: ProviderCall, reply: HttpReply) -> Answer:
        payload = parse_object(reply.body, "the answer", calls=True)
        deltas = cut(MessageReader(call).whole(payload), blank_stops(call))
        return folded(deltas, NAME, call.deployment.largest_answer)

    def decoder(self, call: ProviderCall) -> StreamDecoder:
        stops = blank_stops(call)
        return CutStream(MessageStream(call), stops) if stops else MessageStream(call)

    def error(self, reply: HttpReply) -> ProviderError:
        return error_from_reply(reply.status, reply.headers, reply.body)

    def again(self, call: ProviderCall, error: ProviderError, *, stream: bool) -> HttpRequest | None:
        """Without the thoughts that the vendor can no longer check, after a refusal of one of them."""
        return encode(call, stream=stream, dropping=True) if refuses_signature(error) else None
