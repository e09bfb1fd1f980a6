"""Both dialects of one vendor: each deployment is asked at the endpoint that its model wants."""

from interlock.errors import ProviderError
from interlock.http import AsksAgain, Codec, HttpReply, HttpRequest, StreamDecoder
from interlock.protocols import Call
from interlock.types.response import Answer
from interlock_openai.codec import ChatCompletions
from interlock_openai.responses.codec import Responses
from interlock_openai.responses.endpoint import endpoint_of
from interlock_openai.vendors import Vendor


class Endpoints:
    """Chat completions or Responses, by the deployment: the same for each of its calls, so that what a model
    thought in one turn can be given back in the next.
    """

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor
        self._chat = ChatCompletions(vendor)
        self._responses = Responses(vendor)

    def encode(self, call: Call, *, stream: bool) -> HttpRequest:
        return self._of(call).encode(call, stream=stream)

    def again(self, call: Call, error: ProviderError, *, stream: bool) -> HttpRequest | None:
        codec = self._of(call)
        return codec.again(call, error, stream=stream) if isinstance(codec, AsksAgain) else None

    def decode(self, call: Call, reply: HttpReply) -> Answer:
        return self._of(call).decode(call, reply)

    def decoder(self, call: Call) -> StreamDecoder:
        return self._of(call).decoder(call)

    def error(self, reply: HttpReply) -> ProviderError:
        return self._chat.error(reply)

    def _of(self, call: Call) -> Codec:
        chat = endpoint_of(call.deployment, self._vendor) == "chat"
        return self._chat if chat else self._responses
