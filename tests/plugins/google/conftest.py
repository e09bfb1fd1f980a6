"""Calls and decoding for the tests of the generateContent dialect."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from interlock.fold import Fold
from interlock.http import HttpClient, HttpReply, Permit
from interlock.protocols import ProviderCall
from interlock.types.models import Credential, Deployment, ModelCard, Secret
from interlock.types.request import Request
from interlock.types.response import Answer
from interlock_google import FACTS, GenerateContent


class Dialect:
    """The codec, with calls made up for it."""

    def __init__(self) -> None:
        self.codec = GenerateContent()

    def call(self, request: Request | str = "hello", **deployment: Any) -> ProviderCall:
        fields: dict[str, Any] = {
            "id": "there",
            "card": ModelCard(id="google/model", maker="Google", jurisdiction="us"),
            "provider": FACTS.name,
            "region": FACTS.region,
            "name": "gemini-2.5-flash",
            "base_url": FACTS.base_url,
            "credential": Credential(secret=Secret("sk-secret")),
        }
        return ProviderCall(
            request=request if isinstance(request, Request) else Request(request),
            deployment=Deployment(**(fields | deployment)),
            permit=Permit(deployment="there", origin=None),
            http=HttpClient(),
        )

    def body(self, request: Request | str, **deployment: Any) -> dict[str, Any]:
        return json.loads(self.codec.encode(self.call(request, **deployment), stream=False).body)

    def decode(self, payload: Any, call: ProviderCall | None = None) -> Answer:
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return self.codec.decode(call or self.call(), HttpReply(status=200, headers={}, body=body))

    def fold(self, pieces: Iterable[bytes], call: ProviderCall | None = None) -> Answer:
        """What the engine makes of a stream that arrives in these pieces."""
        decoder = self.codec.decoder(call or self.call())
        fold = Fold(FACTS.name)
        for piece in pieces:
            for delta in decoder.feed(piece):
                fold.add(delta)
        for delta in decoder.close():
            fold.add(delta)
        return fold.answer()

    def fold_events(self, *payloads: Any, call: ProviderCall | None = None) -> Answer:
        return self.fold([b"data: " + json.dumps(payload).encode() + b"\n\n" for payload in payloads], call)


@pytest.fixture(scope="session")
def dialect() -> Dialect:
    return Dialect()
