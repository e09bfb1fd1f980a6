"""Both dialects of one vendor: each deployment is asked at the endpoint that its model wants."""

import re
from dataclasses import replace

from interlock.errors import ProviderError
from interlock.http import Codec, HttpReply, HttpRequest, StreamDecoder
from interlock.protocols import ProviderCall
from interlock.types.models import Deployment
from interlock.types.remembered import Remembered
from interlock.types.response import Answer
from interlock_openai.codec import ChatCompletions
from interlock_openai.responses.codec import Responses
from interlock_openai.responses.endpoint import endpoint_of
from interlock_openai.vendors import Vendor

# Said of models by whatever name, behind a gateway too.
_TOOLS_ALONE = re.compile(r"tools with `?reasoning_effort`? are not supported", re.IGNORECASE)


class Endpoints:
    """Chat completions or Responses, by the deployment: the same for each of its calls, so that what a model
    thought in one turn can be given back in the next.
    """

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor
        self._chat = ChatCompletions(vendor)
        self._responses = Responses(vendor)
        self._of = Remembered(self._codec)

    def encode(self, call: ProviderCall, *, stream: bool) -> HttpRequest:
        return self._of(call.deployment).encode(call, stream=stream)

    def again(self, call: ProviderCall, error: ProviderError, *, stream: bool) -> HttpRequest | None:
        if endpoint_of(call.deployment, self._vendor) == "responses":
            return self._responses.again(call, error, stream=stream)
        settings = call.request.settings
        if settings.reasoning_effort == "none" or not _TOOLS_ALONE.search(error.vendor_message or ""):
            return None
        call.adjust("reasoning_effort", "sent as none; the vendor takes no tools while the model reasons")
        quiet = replace(call.request, settings=replace(settings, reasoning_effort="none"))
        return self._chat.encode(replace(call, request=quiet), stream=stream)

    def decode(self, call: ProviderCall, reply: HttpReply) -> Answer:
        return self._of(call.deployment).decode(call, reply)

    def decoder(self, call: ProviderCall) -> StreamDecoder:
        return self._of(call.deployment).decoder(call)

    def error(self, reply: HttpReply) -> ProviderError:
        return self._chat.error(reply)

    def _codec(self, deployment: Deployment) -> Codec:
        chat = endpoint_of(deployment, self._vendor) == "chat"
        return self._chat if chat else self._responses
