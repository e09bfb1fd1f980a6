"""The dialect as one object: what `interlock.http` asks of a codec."""

from interlock.errors import ProviderError
from interlock.fold import folded
from interlock.http import HttpReply, HttpRequest, StreamDecoder
from interlock.http.payload import parse_object
from interlock.http.seals import refuses_signature
from interlock.http.stops import CutStream, blank_stops, cut
from interlock.protocols import ProviderCall
from interlock.types.response import Answer
from interlock_bedrock.encode import encode
from interlock_bedrock.errors import error_from_reply
from interlock_bedrock.stream import ConverseStream
from interlock_bedrock.vendor import NAME


class Converse:
    """Converse and ConverseStream. Pure: no I/O, and no error but ProviderError. `encode` signs nothing."""

    def encode(self, call: ProviderCall, *, stream: bool) -> HttpRequest:
        return encode(call, stream=stream)

    def decode(self, call: ProviderCall, reply: HttpReply) -> Answer:
        payload = parse_object(reply.body, "the answer", calls=True)
        deltas = cut(ConverseStream(call).whole(payload), blank_stops(call))
        return folded(deltas, NAME, call.deployment.largest_answer)

    def decoder(self, call: ProviderCall) -> StreamDecoder:
        stops = blank_stops(call)
        return CutStream(ConverseStream(call), stops) if stops else ConverseStream(call)

    def error(self, reply: HttpReply) -> ProviderError:
        return error_from_reply(reply)

    def again(self, call: ProviderCall, error: ProviderError, *, stream: bool) -> HttpRequest | None:
        """Without the thoughts that the vendor can no longer check, after a refusal of one of them."""
        return encode(call, stream=stream, dropping=True) if refuses_signature(error) else None
