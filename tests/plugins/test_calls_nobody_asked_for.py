"""A call that the request does not allow is a failed attempt, in every dialect and every way of asking."""

import json
from collections.abc import Callable
from typing import Any

import pytest

import every_dialect as of
from interlock import ProtocolError, Response, Router
from interlock.assembly import assemble
from interlock.testing import ProviderConformance, Reply, Upstream
from interlock_anthropic.conformance import Claude
from interlock_bedrock.conformance import Converse
from interlock_google.conformance import Gemini
from interlock_openai.conformance import ChatKit
from interlock_openai.responses.conformance import ResponsesKit

KITS: dict[str, tuple[of.Dialect, type[ProviderConformance]]] = {
    "openai": (of.OPENAI, ChatKit),
    "mistral": (of.MISTRAL, ChatKit),
    "zhipu": (of.ZHIPU, ChatKit),
    "responses": (of.RESPONSES, ResponsesKit),
    "anthropic": (of.ANTHROPIC, Claude),
    "google": (of.GOOGLE, Gemini),
    "bedrock": (of.BEDROCK, Converse),
}
every = pytest.mark.parametrize("name", KITS)
DEAF = ("google", "zhipu")
"""Dialects without a place for parallel_tool_calls: the model never heard of the wish."""


def tool(name: str) -> dict[str, Any]:
    return {"name": name, "description": "Works.", "parameters": {"type": "object", "properties": {}}}


def router(name: str, url: str, **more: Any) -> Router:
    dialect = KITS[name][0]
    there = {
        "id": "a",
        "model": "acme/m",
        "provider": dialect.provider or dialect.name,
        "name": dialect.model,
        "base_url": url,
        "region": dialect.region,
        "api_key": "k",
        **({"traits": {"endpoint": "responses"}} if name == "responses" else {}),
        **more,
    }
    config = {"models": [{"id": "acme/m"}], "deployments": [there], "retries": {"max": 0}}
    return Router(assemble(config, environ={"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}))


async def plain(routed: Router, **options: Any) -> Response:
    return await routed.complete("hi", **options)


async def plain_sync(routed: Router, **options: Any) -> Response:
    return routed.complete_sync("hi", **options)


async def streamed(routed: Router, **options: Any) -> Response:
    async with routed.stream("hi", rescue="hold", **options) as stream:
        async for _ in stream:
            pass
    assert stream.response is not None
    return stream.response


async def streamed_sync(routed: Router, **options: Any) -> Response:
    with routed.stream_sync("hi", rescue="hold", **options) as stream:
        for _ in stream:
            pass
    assert stream.response is not None
    return stream.response


ways = pytest.mark.parametrize("way", [plain, plain_sync, streamed, streamed_sync])
Way = Callable[..., Any]


@every
@ways
@pytest.mark.parametrize("asked", ["no tools", "none", "another", "offered"])
async def test_a_call_is_handed_over_only_where_it_was_allowed(name: str, way: Way, asked: str) -> None:
    kit = KITS[name][1]
    called = kit.called
    options: dict[str, Any] = {
        "no tools": {},
        "none": {"tools": [tool(called)], "tool_choice": "none"},
        "another": {"tools": [tool(called), tool("search")], "tool_choice": "search"},
        "offered": {"tools": [tool(called)]},
    }[asked]
    reply = kit.replies["tool_call_streamed" if way in (streamed, streamed_sync) else "tool_call"]
    with Upstream(always=reply) as upstream:
        async with router(name, upstream.url) as routed:
            if asked == "offered":
                response = await way(routed, **options)
                assert [call.name for call in response.tool_calls] == [called]
                return
            with pytest.raises(ProtocolError, match=r"not offered|another tool"):
                await way(routed, **options)


@every
@pytest.mark.parametrize("parallel", [True, False, None])
async def test_two_calls_are_an_answer_unless_one_was_the_most(name: str, parallel: bool | None) -> None:
    answer = KITS[name][0].answers[0]
    tools = [
        tool(each) for each in ("look", "look_0", "look_1", "search") if f'"{each}"' in json.dumps(answer)
    ]
    with Upstream(always=Reply.json(answer)) as upstream:
        async with router(name, upstream.url) as routed:
            settings = {"parallel_tool_calls": parallel}
            if parallel is False and name not in DEAF:
                with pytest.raises(ProtocolError, match="parallel_tool_calls allows one"):
                    await routed.complete("hi", tools=tools, settings=settings)
                return
            response = await routed.complete("hi", tools=tools, settings=settings)
    assert len(response.tool_calls) == 2


async def test_a_wish_that_the_operator_keeps_from_a_model_binds_nobody() -> None:
    answer = of.OPENAI.answers[0]
    with Upstream(always=Reply.json(answer)) as upstream:
        async with router("openai", upstream.url, traits={"refuses": ["parallel_tool_calls"]}) as routed:
            response = await routed.complete(
                "hi", tools=[tool("look_0"), tool("look_1")], settings={"parallel_tool_calls": False}
            )
    assert len(response.tool_calls) == 2
