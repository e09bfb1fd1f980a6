"""Responses from where users stand: tool loops through a router, against a server that has rules."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from asked import Asked, Called, Said
from attentive import Attentive
from interlock import InvalidRequest, Message, Response, Router, Settings, ToolResult
from interlock.testing import Received, Reply, Upstream
from response_events import called, events, response, thought
from response_events import said as text

TOOL = {"name": "look", "description": "Looks.", "parameters": {"type": "object", "properties": {}}}
WAYS = ("complete", "stream", "complete_sync", "stream_sync")
ways = pytest.mark.parametrize("way", WAYS)


def steps(asked: Asked) -> Said:
    """A thought and a call first, then a thought and an answer."""
    sealed = {"thought": "Let me see.", "signature": "c2VhbA=="} if asked.thinks else {}
    results = [result for turn in asked.turns for result in turn.results]
    if results:
        return Said(text=f"It is {results[-1].text}.", tokens=(30, 5), **sealed)
    call = Called(id=f"call_{asked.dialect}_0", name="look", arguments={"at": 1})
    return Said(text="I look.", calls=[call], finish="tool_calls", tokens=(20, 4), **sealed)


@pytest.fixture(scope="module")
def attentive() -> Iterator[Attentive]:
    with Attentive() as upstream:
        upstream.answers = steps
        yield upstream


@pytest.fixture
def upstream(attentive: Attentive) -> Iterator[Attentive]:
    attentive.seen.clear()
    attentive.refused.clear()
    yield attentive
    assert not attentive.refused, attentive.refused


def router(url: str, *endpoints: str, **more: Any) -> Router:
    deployments = [
        {
            "id": endpoint,
            "model": "openai/gpt-5.5",
            "provider": "openai",
            "base_url": f"{url}/v1",
            "region": "us",
        }
        | {"api_key": "k", "traits": {"endpoint": endpoint}, **more}
        for endpoint in endpoints
    ]
    return Router.from_config({"deployments": deployments, "retries": {"max": 0}})


async def ask(router: Router, way: str, messages: Any, **options: Any) -> Response:
    """The response, however it is asked for; what a stream yields adds up to it."""
    options = {"tools": [TOOL], **options}
    if way == "complete":
        return await router.complete(messages, **options)
    if way == "complete_sync":
        return router.complete_sync(messages, **options)
    stream = getattr(router, way)(messages, **options)
    chunks = [chunk async for chunk in stream] if way == "stream" else list(stream)
    assert "".join(chunk.text for chunk in chunks) == stream.response.text
    assert "".join(chunk.reasoning for chunk in chunks) == stream.response.reasoning
    return stream.response


def facts(answer: Response) -> Any:
    return answer.message, answer.finish_reason, answer.usage, answer.served_model, answer.extra


async def loop(routers: Callable[[int], Router], way: str, **options: Any) -> list[Response]:
    messages = [Message("system", "Be brief."), Message("user", "Where is it?")]
    first = await ask(routers(0), way, messages, **options)
    [call] = first.tool_calls
    messages += [first.message, Message("tool", [ToolResult(id=call.id, content="here")])]
    return [first, await ask(routers(1), way, messages, **options)]


@ways
async def test_a_tool_loop_gives_its_thoughts_back(way: str, upstream: Attentive) -> None:
    async with router(upstream.url, "responses") as one:
        first, last = await loop(lambda _: one, way, settings=Settings(reasoning_effort="high"))
        plain = await loop(lambda _: one, "complete", settings=Settings(reasoning_effort="high"))
    assert (first.reasoning, first.text, last.text) == ("Let me see.", "I look.", "It is here.")
    assert [facts(each) for each in (first, last)] == [facts(each) for each in plain]
    assert [each.dialect for each in upstream.seen] == ["responses"] * 4
    said, given = upstream.seen[1].turns[-2:]
    assert (said.signatures, said.texts, [call.id for call in said.calls]) == (
        ["c2VhbA=="],
        ["I look."],
        ["call_responses_0"],
    )
    assert [result.text for result in given.results] == ["here"]
    assert upstream.seen[1].settings["reasoning"] == {"effort": "high"}


@ways
@pytest.mark.parametrize("order", [("chat", "responses"), ("responses", "chat")], ids=" then ".join)
async def test_a_tool_loop_moves_between_the_endpoints(
    way: str, order: tuple[str, str], upstream: Attentive
) -> None:
    async with router(upstream.url, order[0]) as one, router(upstream.url, order[1]) as other:
        first, last = await loop(lambda step: (one, other)[step], way)
    assert (first.deployment, last.deployment, last.text) == (*order, "It is here.")
    names = {"chat": "openai", "responses": "responses"}
    assert [each.dialect for each in upstream.seen] == [names[each] for each in order]


@ways
async def test_what_is_left_out_is_on_the_record_and_the_text_ends_at_the_stop(
    way: str, upstream: Attentive
) -> None:
    async with router(upstream.url, "responses") as one:
        asked = Settings(temperature=0, seed=1, stop=("look",))
        answer = await ask(one, way, "Where is it?", settings=asked, tools=[TOOL])
    assert (answer.text, answer.tool_calls, answer.finish_reason) == ("I ", (), "stop")
    [attempt] = answer.record.attempts
    assert [each.partition(":")[0] for each in attempt.adjusted] == ["temperature", "seed", "stop"]


REFUSALS = [
    (
        400,
        {"code": "invalid_encrypted_content", "message": "The encrypted content gAAA could not be verified."},
    ),
    (404, {"code": None, "message": "Item with id 'rs_1' not found. Items are not persisted."}),
    (
        400,
        {
            "code": None,
            "message": "Item 'rs_1' of type 'reasoning' was provided without its required following item.",
        },
    ),
]


@ways
@pytest.mark.parametrize(("status", "refusal"), REFUSALS)
async def test_thoughts_that_are_refused_are_left_out_at_once(
    way: str, status: int, refusal: dict[str, Any]
) -> None:
    def answer(received: Received) -> Reply:
        body = received.json()
        kinds = [item.get("type") for item in body["input"]]
        if "reasoning" in kinds:
            return Reply.json({"error": {"type": "invalid_request_error", **refusal}}, status=status)
        items = [text("Done.")] if "function_call_output" in kinds else [thought("Hm."), called("{}")]
        return Reply.events(*events(*items)) if body["stream"] else Reply.json(response(*items))

    with Upstream(always=answer) as upstream:
        async with router(upstream.url, "responses") as one:
            first, last = await loop(lambda _: one, way)
    assert (first.reasoning, last.text) == ("Hm.", "Done.")
    [attempt] = last.record.attempts
    assert attempt.adjusted == ("reasoning: thoughts of past turns left out; the vendor refused them",)


@ways
async def test_a_model_without_thoughts_is_not_asked_for_them(way: str) -> None:
    def answer(received: Received) -> Reply:
        body = received.json()
        if "include" in body:
            words = {"message": "Encrypted content is not supported with this model.", "param": "include"}
            return Reply.json({"error": words}, status=400)
        return Reply.events(*events(text("Hi."))) if body["stream"] else Reply.json(response(text("Hi.")))

    with Upstream(always=answer) as upstream:
        async with router(upstream.url, "responses") as one:
            assert (await ask(one, way, "Hello.")).text == "Hi."


@ways
async def test_another_refusal_stands(way: str) -> None:
    words = {"message": "Invalid value: 'x'.", "param": "input[0]", "code": "invalid_value"}
    with Upstream(always=Reply.json({"error": words}, status=400)) as upstream:
        async with router(upstream.url, "responses") as one:
            with pytest.raises(InvalidRequest, match="Invalid value"):
                await ask(one, way, "Hello.")
            assert len(upstream.requests) == 1


@ways
@pytest.mark.parametrize("effort", [None, "low"])
async def test_tools_go_without_thought_where_a_gateway_says_so(way: str, effort: str | None) -> None:
    """A model that is believed to take both."""
    words = "Function tools with reasoning_effort are not supported for gpt-5.6 in /v1/chat/completions."
    choice = {"index": 0, "finish_reason": "stop"}

    def answer(received: Received) -> Reply:
        body = received.json()
        if body.get("reasoning_effort") != "none":
            return Reply.json({"error": {"message": words, "param": "reasoning_effort"}}, status=400)
        if body["stream"]:
            return Reply.events({"choices": [{**choice, "delta": {"content": "Hi."}}]}, "[DONE]")
        return Reply.json({"choices": [{**choice, "message": {"content": "Hi."}}]})

    with Upstream(always=answer) as upstream:
        believed = {"endpoint": "chat", "reasons": "asked", "refuses_while_reasoning": []}
        async with router(upstream.url, "chat", name="ours", traits=believed) as one:
            answered = await ask(one, way, "Hello.", settings=Settings(reasoning_effort=effort))
        assert [received.json().get("reasoning_effort") for received in upstream.requests] == [effort, "none"]
    assert answered.text == "Hi."
    assert any("sent as none" in each for attempt in answered.record.attempts for each in attempt.adjusted)
