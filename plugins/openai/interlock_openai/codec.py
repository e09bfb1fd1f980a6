"""The dialect as one object: what `interlock.http` asks of a codec."""

from interlock.errors import ProviderError
from interlock.fold import folded
from interlock.http import HttpReply, HttpRequest, StreamDecoder
from interlock.http.payload import parse_object
from interlock.protocols import ProviderCall
from interlock.types.response import Answer
from interlock_openai.encode import encode
from interlock_openai.errors import error_from_reply
from interlock_openai.reader import ChatReader
from interlock_openai.stream import ChatStream
from interlock_openai.vendors import Vendor


class ChatCompletions:
    """Chat completions as `vendor` speaks them. Pure: no I/O, and no error but ProviderError."""

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor

    def encode(self, call: ProviderCall, *, stream: bool) -> HttpRequest:
        return encode(call, self.vendor, stream=stream)

    def decode(self, call: ProviderCall, reply: HttpReply) -> Answer:
        answer = ChatReader(call, self.vendor).whole(parse_object(reply.body, "the answer"))
        return folded(answer, self.vendor.name, call.deployment.largest_answer)

    def decoder(self, call: ProviderCall) -> StreamDecoder:
        return ChatStream(call, self.vendor)

    def error(self, reply: HttpReply) -> ProviderError:
        return error_from_reply(reply.status, reply.headers, reply.body, vendor=self.vendor.name)
