"""What a provider adds to a request before it goes out."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from interlock import Delta
from interlock.errors import AuthenticationError, ProtocolError
from interlock.http import HttpClient, HttpProvider, HttpReply, HttpRequest, Permit
from interlock.protocols import ProviderCall, ProviderFacts
from interlock.testing import Reply, Upstream
from interlock.types.messages import Text
from interlock.types.models import Deployment, ModelCard
from interlock.types.request import Request
from interlock.types.response import Answer


class Echo:
    """A dialect of one word."""

    def encode(self, call: ProviderCall, *, stream: bool) -> HttpRequest:
        return HttpRequest(url=f"{call.deployment.base_url}/{stream}", body=b"{}")

    def decode(self, call: ProviderCall, reply: HttpReply) -> Answer:
        return Answer(parts=(Text("yes"),), finish_reason="stop")

    def decoder(self, call: ProviderCall) -> Any:
        raise NotImplementedError

    def error(self, reply: HttpReply) -> AuthenticationError:
        return AuthenticationError("no")


class Signing(HttpProvider):
    async def authorise(self, call: ProviderCall, request: HttpRequest) -> HttpRequest:
        if call.request.task == "refuse":
            raise AuthenticationError("no key")
        return replace(request, headers={**request.headers, "x-proof": request.url[-5:]})


def call(upstream: Upstream, task: str | None = None) -> ProviderCall:
    card = ModelCard(id="maker/model", maker="Maker", jurisdiction="us")
    there = Deployment(id="a", card=card, provider="echo", region="us", name="model", base_url=upstream.url)
    permit = Permit(deployment="a", origin=upstream.url)
    return ProviderCall(request=Request("hi", task=task), deployment=there, permit=permit, http=HttpClient())


async def drained(deltas: AsyncIterator[Delta]) -> list[Delta]:
    return [delta async for delta in deltas]


async def test_both_ways_are_authorised_before_they_are_sent() -> None:
    provider = Signing(ProviderFacts(name="echo"), Echo())
    with Upstream(Reply.json({}), Reply.json({}, status=401)) as upstream:
        asked = call(upstream)
        assert (await provider.complete(asked)).text == "yes"
        with pytest.raises(AuthenticationError):
            await drained(provider.stream(asked))
        assert [request.headers["x-proof"] for request in upstream.requests] == ["False", "/True"]
        with pytest.raises(AuthenticationError, match="no key"):
            await provider.complete(call(upstream, "refuse"))
        assert len(upstream.requests) == 2
        await asked.http.aclose()


async def test_a_part_of_an_answer_is_no_answer() -> None:
    provider = HttpProvider(ProviderFacts(name="echo"), Echo())
    with Upstream(always=Reply.json({}, status=206)) as upstream:
        with pytest.raises(ProtocolError, match="a part of an answer"):
            await provider.complete(call(upstream))
        with pytest.raises(ProtocolError, match="a part of an answer"):
            await drained(provider.stream(call(upstream)))
