"""The dialect as one object: what `interlock.http` asks of a codec."""

from dataclasses import replace

from interlock.errors import ProviderError
from interlock.fold import folded
from interlock.http import HttpReply, HttpRequest, StreamDecoder
from interlock.http.payload import parse_object
from interlock.protocols import ProviderCall
from interlock.types.response import Answer
from interlock_openai.errors import error_from_reply
from interlock_openai.responses.encode import encode
from interlock_openai.responses.reader import ResponseReader
from interlock_openai.responses.refusals import has_none, refuses_thoughts
from interlock_openai.responses.stream import ResponseStream
from interlock_openai.vendors import Vendor


class Responses:
    """Responses as `vendor` speaks them. Pure: no I/O, and no error but ProviderError."""

    def __init__(self, vendor: Vendor) -> None:
        # Whatever chat completions have for it, here it is asked for an effort.
        self.vendor = replace(vendor, ask="reasoning_effort")

    def encode(self, call: ProviderCall, *, stream: bool) -> HttpRequest:
        return encode(call, self.vendor, stream=stream)

    def again(self, call: ProviderCall, error: ProviderError, *, stream: bool) -> HttpRequest | None:
        """Without the thoughts of past turns, after a refusal of one of them."""
        if not refuses_thoughts(error):
            return None
        call.adjust("reasoning", "thoughts of past turns left out; the vendor refused them")
        return encode(call, self.vendor, stream=stream, past=False, asking=not has_none(error))

    def decode(self, call: ProviderCall, reply: HttpReply) -> Answer:
        answer = ResponseReader(call, self.vendor).whole(parse_object(reply.body, "the answer"))
        return folded(answer, self.vendor.name, call.deployment.largest_answer)

    def decoder(self, call: ProviderCall) -> StreamDecoder:
        return ResponseStream(call, self.vendor)

    def error(self, reply: HttpReply) -> ProviderError:
        return error_from_reply(reply.status, reply.headers, reply.body, vendor=self.vendor.name)
