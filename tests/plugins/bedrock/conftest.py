"""Calls and decoding for the tests of the Converse dialect."""

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
from interlock_bedrock import FACTS, Converse

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"


class Dialect:
    """The codec, with calls made up for it."""

    def __init__(self) -> None:
        self.codec = Converse()

    def call(self, request: Request | str = "hello", **deployment: Any) -> ProviderCall:
        fields: dict[str, Any] = {
            "id": "there",
            "card": ModelCard(id="anthropic/claude-4-opus", maker="Anthropic", jurisdiction="us"),
            "provider": FACTS.name,
            "region": "us-east-1",
            "name": CLAUDE,
            "base_url": "https://bedrock-runtime.us-east-1.amazonaws.com",
            "credential": Credential(secret=Secret("bedrock-key")),
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


@pytest.fixture(scope="session")
def dialect() -> Dialect:
    return Dialect()


@pytest.fixture(autouse=True)
def _no_aws_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Credentials and profiles of the machine that runs the tests change nothing."""
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "PROFILE", "DEFAULT_PROFILE"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    for name in ("CONTAINER_CREDENTIALS_RELATIVE_URI", "CONTAINER_CREDENTIALS_FULL_URI", "ROLE_ARN"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    for name in ("WEB_IDENTITY_TOKEN_FILE", "EC2_METADATA_DISABLED", "EC2_METADATA_SERVICE_ENDPOINT"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
