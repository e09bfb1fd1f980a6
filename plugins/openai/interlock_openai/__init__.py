"""OpenAI and every OpenAI-compatible vendor, as providers for Interlock."""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.http import EmbeddingHttpProvider, HttpProvider
from interlock.protocols import Provider
from interlock_openai.codec import ChatCompletions
from interlock_openai.embeddings import Embeddings
from interlock_openai.endpoints import Endpoints
from interlock_openai.limits import LIMITS
from interlock_openai.responses.codec import Responses
from interlock_openai.responses.limits import LIMITS as RESPONSES_LIMITS
from interlock_openai.vendors import VENDORS, Vendor

__all__ = [
    "LIMITS",
    "RESPONSES_LIMITS",
    "VENDORS",
    "ChatCompletions",
    "Responses",
    "Vendor",
    "interlock_providers",
]


@hookimpl
def interlock_providers() -> Iterable[Provider]:
    return [_provider(vendor) for vendor in VENDORS]


def _provider(vendor: Vendor) -> Provider:
    if vendor.embeddings:
        return EmbeddingHttpProvider(vendor.facts, Endpoints(vendor), Embeddings(vendor))
    return HttpProvider(vendor.facts, Endpoints(vendor))
