"""Calls and decoding for the tests of both dialects, chat completions and Responses."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from interlock.fold import Fold
from interlock.http import Codec, HttpClient, Permit
from interlock.protocols import ProviderCall
from interlock.types.models import Credential, Deployment, ModelCard, Secret
from interlock.types.request import Request
from interlock.types.response import Answer
from interlock_openai import VENDORS, ChatCompletions, Responses, Vendor

ROWS = {vendor.name: vendor for vendor in VENDORS}


class Dialect:
    """One vendor's codec, with calls made up for it."""

    def __init__(self, vendor: Vendor, codec: Codec | None = None) -> None:
        self.vendor = vendor
        self.codec = codec or ChatCompletions(vendor)

    def call(self, request: Request | str = "hello", **deployment: Any) -> ProviderCall:
        card = ModelCard(id="maker/model", maker="Maker", jurisdiction="us")
        fields: dict[str, Any] = {
            "id": "there",
            "card": card,
            "provider": self.vendor.name,
            "region": "us",
            "name": "model-1",
            "base_url": self.vendor.facts.base_url or "https://models.example/v1",
            "credential": Credential(secret=Secret("sk-secret")),
        }
        asked = request if isinstance(request, Request) else Request(request)
        return ProviderCall(
            request=asked,
            deployment=Deployment(**(fields | deployment)),
            permit=Permit(deployment="there", origin=None),
            http=HttpClient(),
        )

    def fold(self, pieces: Iterable[bytes], call: ProviderCall | None = None) -> Answer:
        """What the engine makes of a stream that arrives in these pieces."""
        decoder = self.codec.decoder(call or self.call())
        fold = Fold(self.vendor.name)
        for piece in pieces:
            for delta in decoder.feed(piece):
                fold.add(delta)
        for delta in decoder.close():
            fold.add(delta)
        return fold.answer()


@pytest.fixture
def dialect() -> Callable[[str], Dialect]:
    return lambda name="openai": Dialect(ROWS[name])


@pytest.fixture
def responses() -> Callable[..., Dialect]:
    return lambda name="openai": Dialect(ROWS[name], Responses(ROWS[name]))
