"""ProviderConformance: a provider whose vectors break a rule fails that rule's test, in a sentence."""

import asyncio
import json
from contextlib import suppress
from typing import Any, ClassVar
from unittest import SkipTest

import pytest

from interlock import ProtocolError, ProviderError
from interlock.http import HttpReply, HttpRequest, error_for
from interlock.protocols import EmbedCall, ProviderFacts
from interlock.testing import ProviderConformance, Reply, ScriptedProvider
from interlock.testing.embedding_rules import EmbeddingRules
from interlock.types.embeddings import Embedding

SENT = Reply.json([[1.0, 0.5], [0.0, -1.0]])


class Vectors(ScriptedProvider):
    """Sends the texts as they are, and reads a list of lists."""

    def __init__(self) -> None:
        super().__init__([], "vectors")
        self.facts = ProviderFacts(name="vectors", env=("VECTORS_KEY",), base_url="https://v.example/v1")

    async def embed(self, call: EmbedCall) -> Embedding:
        try:
            return await self._asked(call)
        except (ValueError, TypeError) as error:
            raise ProtocolError("no list of vectors") from error

    async def _asked(self, call: EmbedCall) -> Embedding:
        reply = await call.http.send(self.request(call), call.permit, call.deployment)
        if reply.status != 200:
            raise self.refused(reply)
        return Embedding(vectors=self.read(reply, call))

    def request(self, call: EmbedCall) -> HttpRequest:
        secret = call.deployment.credential.secret
        assert secret is not None
        body = json.dumps({"of": call.deployment.name, "texts": call.texts}).encode()
        return HttpRequest(
            url=call.deployment.base_url, body=body, headers={"authorization": secret.reveal()}
        )

    def refused(self, reply: HttpReply) -> ProviderError:
        return error_for(status=reply.status, headers=reply.headers)

    def read(self, reply: HttpReply, call: EmbedCall) -> Any:
        found = json.loads(reply.body)
        if not isinstance(found, list) or len(found) != len(call.texts):
            raise ValueError
        return found


class Kit(ProviderConformance):
    replies: ClassVar = {"vectors": SENT}
    vectors: ClassVar = ((1.0, 0.5), (0.0, -1.0))


def outcome(provider: Any, rule: str) -> str:
    """What the rule says of the provider; empty where it is kept."""
    tested = Kit()
    tested.provider = provider
    try:
        getattr(tested, f"test_{rule}")()
    except AssertionError as error:
        return str(error)
    return ""


RULES = [name.removeprefix("test_") for name in vars(EmbeddingRules) if name.startswith("test_")]


@pytest.mark.parametrize("rule", RULES)
def test_a_provider_that_keeps_them_passes(rule: str) -> None:
    assert outcome(Vectors(), rule) == ""


def test_one_without_vectors_is_asked_for_none() -> None:
    with pytest.raises(SkipTest, match="makes no vectors"):
        outcome(ScriptedProvider([], "plain"), "gives_vectors_within_its_permit")


class Reordering(Vectors):
    def read(self, reply: HttpReply, call: EmbedCall) -> Any:
        return super().read(reply, call)[::-1]


class Losing(Vectors):
    def read(self, reply: HttpReply, call: EmbedCall) -> Any:
        return super().read(reply, call)[:1]


class Telling(Vectors):
    def request(self, call: EmbedCall) -> HttpRequest:
        sent = super().request(call)
        return HttpRequest(
            url=f"{sent.url}?key={sent.headers['authorization']}", body=sent.body, headers=sent.headers
        )


class Shortening(Vectors):
    def request(self, call: EmbedCall) -> HttpRequest:
        sent = super().request(call)
        return HttpRequest(url=sent.url, body=sent.body[:40], headers=sent.headers)


class Repeating(Vectors):
    def refused(self, reply: HttpReply) -> ProviderError:
        return ProviderError(f"it said {reply.body.decode()}")


class Credulous(Vectors):
    def read(self, reply: HttpReply, call: EmbedCall) -> Any:
        with suppress(ValueError):
            return super().read(reply, call)
        return [[0.0, 0.0]] * len(call.texts)


class Stubborn(Vectors):
    async def embed(self, call: EmbedCall) -> Embedding:
        try:
            return await super().embed(call)
        except asyncio.CancelledError:
            return Embedding(vectors=())


class Unpermitted(Vectors):
    async def embed(self, call: EmbedCall) -> Embedding:
        return Embedding(vectors=((1.0, 0.5), (0.0, -1.0)))


class Plainly(Vectors):
    def embed(self, call: EmbedCall) -> Embedding:  # type: ignore[override]  # that is what is wrong
        return Embedding(vectors=())


@pytest.mark.parametrize(
    ("provider", "rule", "said"),
    [
        (Plainly(), "gives_vectors", "embed must be a coroutine function"),
        (Reordering(), "gives_vectors", "vector 0 is [0.0, -1.0]"),
        (Losing(), "gives_vectors", "1 vectors came for 2 texts"),
        (Telling(), "gives_vectors", "the key was sent in the URL or the body"),
        (Shortening(), "gives_vectors", "was not sent"),
        (Unpermitted(), "gives_vectors_within_its_permit", "must end in PermitError"),
        (Repeating(), "gives_vectors", "401 is AuthenticationError, not ProviderError"),
        (Credulous(), "gives_vectors", "an error was due, and vectors came"),
        (Stubborn(), "gives_vectors_within_its_permit", "the cancellation was swallowed"),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, Vectors) else None,
)
def test_a_provider_that_breaks_one_is_told_how(provider: Vectors, rule: str, said: str) -> None:
    assert said in outcome(provider, rule)


def test_a_reply_for_a_provider_without_vectors_is_told() -> None:
    assert "the provider has no embed" in outcome(ScriptedProvider([], "plain"), "gives_vectors")
