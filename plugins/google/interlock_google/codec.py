"""The dialect as one object: what `interlock.http` asks of a codec."""

from interlock.errors import ProviderError
from interlock.fold import folded
from interlock.http import HttpReply, HttpRequest, StreamDecoder
from interlock.http.payload import parse_object
from interlock.http.seals import refuses_signature
from interlock.protocols import ProviderCall, ProviderFacts
from interlock.types.response import Answer
from interlock_google.encode import encode
from interlock_google.errors import error_from_reply
from interlock_google.models import VENDOR
from interlock_google.reader import ContentReader
from interlock_google.stream import ContentStream

FACTS = ProviderFacts(
    name=VENDOR,
    env=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    base_url="https://generativelanguage.googleapis.com/v1beta",
    region="global",
    offers="interlock_google:offers.toml",
    hint="Set GEMINI_API_KEY to a key from aistudio.google.com/apikey.",
)


class GenerateContent:
    """generateContent and streamGenerateContent. Pure: no I/O, and no error but ProviderError."""

    def encode(self, call: ProviderCall, *, stream: bool) -> HttpRequest:
        return encode(call, stream=stream)

    def decode(self, call: ProviderCall, reply: HttpReply) -> Answer:
        payload = parse_object(reply.body, "the answer", calls=True)
        return folded(ContentReader(call).whole(payload), VENDOR, call.deployment.largest_answer)

    def decoder(self, call: ProviderCall) -> StreamDecoder:
        return ContentStream(call)

    def error(self, reply: HttpReply) -> ProviderError:
        return error_from_reply(reply.status, reply.headers, reply.body)

    def again(self, call: ProviderCall, error: ProviderError, *, stream: bool) -> HttpRequest | None:
        """As if another vendor had signed, after a refusal of a signature."""
        return encode(call, stream=stream, signatures=False) if refuses_signature(error) else None
