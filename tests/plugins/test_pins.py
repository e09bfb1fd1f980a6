"""A vendor that is told where to keep a request is told so in every form of the request that is sent."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from interlock import (
    AllAttemptsFailed,
    InterlockError,
    InvalidRequest,
    Message,
    NoDeployment,
    OutputInvalid,
    Reasoning,
    Request,
    Router,
    Text,
    hookimpl,
)
from interlock.assembly import assemble
from interlock.http import HttpRequest
from interlock.protocols import ProviderFacts
from interlock.testing import Received, Reply, Upstream
from pins import STREAMING, US, VENDORS, chat, messages, stays, told_to_stay

IN_US = {"residency": ["us"]}
HOSTILE = {"inference_geo": "global", "Provider": {"zdr": False}, "provider": {"order": ["x"], "zdr": False}}


def made(url: str, provider: str, *names: str, plugins: Any = (), **config: Any) -> Router:
    def deployment(name: str) -> dict[str, Any]:
        region = "eu-central-1" if provider == "bedrock" else "us"
        return {
            "id": name, "model": "acme/m", "provider": provider, "base_url": url, "region": region,
            "api_key": "k", "name": "m", "extra_body": HOSTILE,
        }  # fmt: skip

    source = {
        "models": [{"id": "acme/m"}],
        "deployments": [deployment(name) for name in names],
        "retries": {"max": 0},
    }
    environ = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
    wired = Router(assemble(source | config, plugins=plugins, environ=environ, random=lambda: 0.0))
    return told_to_stay(wired, *names)


def read(stream: Any) -> Any:
    with stream as chunks:
        for _ in chunks:
            pass
    return stream.response


async def read_async(router: Router, prompt: str, **options: Any) -> Any:
    async for chunk in router.stream(prompt, **options):
        last = chunk
    return last.response


async def later(router: Router, prompt: str, *, streamed: bool, **options: Any) -> Any:
    async with router:
        if streamed:
            return await read_async(router, prompt, **options)
        return await router.complete(prompt, **options)


WAYS: dict[str, Callable[..., Any]] = {
    "plain": lambda router, **options: router.complete_sync("hi", **options),
    "streamed": lambda router, **options: read(router.stream_sync("hi", **options)),
    "plain, asynchronous": lambda router, **options: asyncio.run(
        later(router, "hi", streamed=False, **options)
    ),
    "streamed, asynchronous": lambda router, **options: asyncio.run(
        later(router, "hi", streamed=True, **options)
    ),
}
EVERY = [
    (provider, way)
    for provider in VENDORS
    for way in WAYS
    if provider in STREAMING or not way.startswith("str")
]


@pytest.mark.parametrize(("provider", "way"), EVERY)
def test_every_dialect_sends_it_above_what_the_operator_has_written(provider: str, way: str) -> None:
    with Upstream(always=VENDORS[provider]) as upstream, made(upstream.url, provider, "a") as router:
        answer = WAYS[way](router, constraints=IN_US)
        assert answer.text == "ok"
        [asked] = upstream.requests
        body = asked.json()
        assert stays(body)
        assert body["provider"]["order"] == ["x"]
        assert "Provider" not in body
        [attempt] = answer.record.attempts
        assert (attempt.region, attempt.pinned) == ("global", "us")
        assert any(said.startswith("inference_geo: overruled") for said in attempt.adjusted)
        assert (
            answer.record.decision.shortlist[0].reasons[-1] == "its vendor is told to keep the request in us"
        )


@pytest.mark.parametrize(("provider", "way"), EVERY)
def test_where_nobody_asks_for_a_place_the_request_is_the_operators(provider: str, way: str) -> None:
    with Upstream(always=VENDORS[provider]) as upstream, made(upstream.url, provider, "a") as router:
        answer = WAYS[way](router)
        body = upstream.requests[0].json()
        assert body["inference_geo"] == "global"
        assert answer.record.attempts[0].pinned is None


@pytest.mark.parametrize("provider", VENDORS)
def test_no_pin_helps_where_it_leads_elsewhere(provider: str) -> None:
    with Upstream(always=VENDORS[provider]) as upstream, made(upstream.url, provider, "a") as router:
        with pytest.raises(NoDeployment, match="processed anywhere"):
            router.complete_sync("hi", constraints={"residency": ["eu"]})
        assert upstream.requests == []


def refusing(field: str, also: str = "") -> Callable[[Received], Reply]:
    words = f"Unsupported parameter: '{field}' is not supported with this model{also}."
    error = {"type": "invalid_request_error", "message": words, "code": "unsupported_parameter"}

    def reply(received: Received) -> Reply:
        del received
        return Reply.json({"type": "error", "error": error, "message": words}, status=400)

    return reply


@pytest.mark.parametrize("provider", VENDORS)
@pytest.mark.parametrize("field", ["inference_geo", "provider", "provider.zdr"])
@pytest.mark.parametrize("also", ["", ", nor is 'temperature'"])
def test_a_vendor_that_refuses_it_is_never_asked_without_it(provider: str, field: str, also: str) -> None:
    with Upstream(always=refusing(field, also)) as upstream, made(upstream.url, provider, "a", "b") as router:
        for _ in range(3):
            with pytest.raises((AllAttemptsFailed, InvalidRequest)):
                router.complete_sync("hi", constraints=IN_US, settings={"temperature": 0.5})
        assert len(upstream.requests) >= 6
        assert all(stays(asked.json()) for asked in upstream.requests)
        assert not router.wiring.health.refused.among("a", Request("hi", settings={"top_p": 0.5}))


def test_a_request_that_is_put_in_another_way_has_it_too() -> None:
    broken = {
        "type": "invalid_request_error",
        "message": "messages.1.content.0: Invalid `signature` in `thinking` block",
    }
    refusal = Reply.json({"type": "error", "error": broken}, status=400)
    history = [
        Message("user", "hi"),
        Message("assistant", (Reasoning("hm", signature="sig", vendor="anthropic"), Text("Yes."))),
        Message("user", "and?"),
    ]
    with Upstream(refusal, always=messages) as upstream, made(upstream.url, "anthropic", "a") as router:
        router.complete_sync(history, constraints=IN_US)
        assert len(upstream.requests) == 2
        assert all(stays(asked.json()) for asked in upstream.requests)


DOWN = Reply.json({"error": {"message": "no"}}, status=500)
CUT = Reply.events({"choices": [{"index": 0, "delta": {"content": "o"}}]})


class Curious:
    """A classifier that asks a model."""

    api = 1
    name = "curious"

    @hookimpl
    def interlock_classifiers(self) -> Any:
        return [self]

    def classify(self, call: Any) -> None:
        return None

    async def refine(self, call: Any, sofar: Any) -> Any:
        await call.ask(Request("Which task?"))
        return sofar


CALLS: dict[str, dict[str, Any]] = {
    "a retry": {"replies": [DOWN, chat], "config": {"retries": {"max": 2}}, "least": 2},
    "a fallback": {"replies": [DOWN, chat], "least": 2},
    "a mended output": {"replies": [chat, chat], "options": {"output": dict}, "least": 2},
    "a hedge": {
        "replies": [replace(Reply.json({}, status=500), delay=0.05), chat],
        "config": {"hedge": {"after": 0.005, "at_least": 0.005, "budget": 1.0}},
        "least": 2,
    },
    "a panel": {
        "replies": [chat] * 2,
        "config": {"ensembles": {"both": {"members": ["a", "b"]}}},
        "options": {"ensemble": "both"},
        "least": 2,
    },
    "a classifier's question": {
        "replies": [chat] * 3,
        "plugins": [Curious()],
        "config": {"classifiers": {"embeddings": {"below": 0.0}}},  # else nobody need be asked
        "least": 2,
    },
    "a stream that broke": {"replies": [CUT, chat], "streamed": True, "least": 2},
}


@pytest.mark.parametrize("call", CALLS)
def test_whatever_is_asked_on_the_way_has_it(call: str) -> None:
    case = CALLS[call]
    with Upstream(*case["replies"], always=chat) as upstream:
        router = made(
            upstream.url, "openai-compatible", "a", "b",
            plugins=case.get("plugins", ()), **case.get("config", {}),
        )  # fmt: skip
        with router:
            way = WAYS["streamed" if case.get("streamed") else "plain"]
            with suppress(OutputInvalid, AllAttemptsFailed):
                way(router, constraints=IN_US, **case.get("options", {}))
        upstream.wait_until_idle()
        assert len(upstream.requests) >= case["least"]
        assert all(stays(asked.json()) for asked in upstream.requests), [
            json.loads(asked.body) for asked in upstream.requests
        ]


def test_a_provider_of_ones_own_that_forgets_it_sends_nothing() -> None:
    class Forgetful:
        api = 1
        facts = ProviderFacts(name="forgetful", region="us", needs_key=False)

        async def complete(self, call: Any) -> Any:
            asked = HttpRequest(url=f"{call.deployment.base_url}/v1", body=b"{}")
            return await call.http.send(asked, call.permit, call.deployment)

        def stream(self, call: Any) -> Any:
            raise NotImplementedError

        @hookimpl
        def interlock_providers(self) -> Any:
            return [self]

    with Upstream() as upstream:
        config = {"models": [{"id": "acme/m"}], "deployments": [
            {"id": "a", "model": "acme/m", "provider": "forgetful", "base_url": upstream.url, "name": "m"}
        ]}  # fmt: skip
        router = told_to_stay(Router(assemble(config, plugins=[Forgetful()], environ={})), "a", pins=US)
        with router, pytest.raises(InterlockError):
            router.complete_sync("hi", constraints=IN_US)
        assert upstream.requests == []
