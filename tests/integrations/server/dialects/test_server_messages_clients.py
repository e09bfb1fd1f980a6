"""Anthropic's own package as the client: before each vendor, and while the first one fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anthropic
import pytest
from pydantic import BaseModel

from attentive import Attentive
from interlock.testing import Reply, Upstream
from interlock_server.endpoint import open_served
from interlock_server.endpoint.running import endpoint_of
from langchain_standard import configuration
from server_stage import Client, serving, stage

WEATHER = {
    "name": "get_weather",
    "description": "Says how the weather is.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
ROUTES = [
    (dialect, fallback)
    for dialect in ("anthropic", "openai", "responses", "google")
    for fallback in (False, True)
]


class City(BaseModel):
    city: str


@contextmanager
def before(upstream: Upstream, dialect: str, *, fallback: bool) -> Iterator[Client]:
    served = open_served(configuration(upstream.url, dialect, fallback=fallback))
    with serving(endpoint_of(served)) as client:
        yield client


def sdk(client: Client) -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=client.url, api_key="none-is-asked-for", max_retries=0, timeout=60)


@pytest.fixture(
    scope="module", params=ROUTES, ids=[f"{name}-{'fallback' if back else 'plain'}" for name, back in ROUTES]
)
def route(request: pytest.FixtureRequest) -> Iterator[tuple[anthropic.Anthropic, Attentive, str]]:
    dialect, fallback = request.param
    with Attentive() as upstream, before(upstream, dialect, fallback=fallback) as client:
        with sdk(client) as claude:
            yield claude, upstream, dialect
        assert not upstream.refused
        assert (upstream.broken > 0) == fallback


def test_plain_and_streamed_are_the_same_message(route):
    claude, _, _ = route
    asked: dict[str, Any] = {
        "model": "auto",
        "max_tokens": 64,
        "system": "Be brief.",
        "messages": [{"role": "user", "content": "Hello"}],
    }
    whole = claude.messages.create(**asked)
    with claude.messages.stream(**asked) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    assert whole.stop_reason == final.stop_reason == "end_turn"
    assert [each.to_dict() for each in whole.content] == [each.to_dict() for each in final.content]
    assert text == "".join(each.text for each in whole.content if each.type == "text") != ""
    assert (whole.usage.input_tokens, whole.usage.output_tokens) != (0, 0)
    assert final.usage.output_tokens == whole.usage.output_tokens


@pytest.mark.parametrize("streamed", [False, True])
def test_a_loop_of_tools_with_thoughts_comes_to_its_end(route, streamed):
    claude, upstream, dialect = route
    messages: list[Any] = [{"role": "user", "content": "What is the weather in 'Paris'?"}]
    asked: dict[str, Any] = {
        "model": "auto",
        "max_tokens": 4096,
        "tools": [WEATHER],
        "thinking": {"type": "adaptive"},
    }

    def turn() -> Any:
        if not streamed:
            return claude.messages.create(messages=messages, **asked)
        with claude.messages.stream(messages=messages, **asked) as stream:
            return stream.get_final_message()

    first = turn()
    assert first.stop_reason == "tool_use"
    (call,) = [each for each in first.content if each.type == "tool_use"]
    assert call.input == {"city": "Paris"}
    messages += [
        {"role": "assistant", "content": [each.to_dict() for each in first.content]},
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": call.id, "content": "18 degrees"},
            ],
        },
    ]
    last = turn()
    assert last.stop_reason == "end_turn"
    assert "18 degrees" in last.content[-1].text
    if dialect == "anthropic":
        # The vendor's signature has gone through the client and back.
        past = [signature for each in upstream.seen[-1].turns for signature in each.signatures]
        assert past == ["c2lnbmVk"]


def test_an_answer_of_a_schema(route):
    claude, _, _ = route
    messages: Any = [{"role": "user", "content": "Which city?"}]
    parsed = claude.messages.parse(model="auto", max_tokens=64, messages=messages, output_format=City)
    assert isinstance(parsed.parsed_output, City)


def test_tokens_are_counted_without_asking_anybody():
    with (
        Attentive() as upstream,
        before(upstream, "anthropic", fallback=False) as client,
        sdk(client) as claude,
    ):
        few = claude.messages.count_tokens(model="auto", messages=[{"role": "user", "content": "Hello"}])
        many = claude.messages.count_tokens(
            model="auto", messages=[{"role": "user", "content": "Hello"}], tools=[WEATHER], system="s " * 99
        )
        assert 0 < few.input_tokens < many.input_tokens
        assert not upstream.requests


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply.json({"error": {"message": "no"}}, status=429), anthropic.RateLimitError),
        (Reply.json({"error": {"message": "no"}}, status=500), anthropic.InternalServerError),
        (
            Reply.json({"error": {"message": "too long", "code": "context_length_exceeded"}}, status=400),
            anthropic.BadRequestError,
        ),
    ],
)
def test_failures_are_the_packages_own_errors(reply, error):
    failing = Upstream(always=reply)
    with failing, stage(failing, retries={"max": 0}) as client, sdk(client) as claude:
        messages: Any = [{"role": "user", "content": "Hello"}]
        with pytest.raises(error) as caught:
            claude.messages.create(model="auto", max_tokens=9, messages=messages)
        assert caught.value.body["type"] == "error"
        with (
            pytest.raises(error),
            claude.messages.stream(model="auto", max_tokens=9, messages=messages) as told,
        ):
            told.until_done()


def test_what_cannot_be_read_names_its_place():
    with Upstream() as upstream, stage(upstream) as client:
        body = {"model": "auto", "max_tokens": 9, "messages": [{"role": "user", "content": [{"type": "x"}]}]}
        answer = client.post("/v1/messages", body)
        assert answer.status == 400
        assert answer.json()["error"]["type"] == "invalid_request_error"
        assert "messages.0.content.0.type" in answer.json()["error"]["message"]
        assert answer.headers["request-id"] == answer.headers["x-request-id"]


def test_a_stream_that_breaks_is_an_error_to_the_package():
    half = {"id": "1", "model": "m", "choices": [{"index": 0, "delta": {"content": "Half of "}}]}
    cut = Upstream(always=Reply.events(half))
    with cut, stage(cut, retries={"max": 0}) as client, sdk(client) as claude:
        messages: Any = [{"role": "user", "content": "Hello"}]
        with (
            pytest.raises(anthropic.APIError),
            claude.messages.stream(model="auto", max_tokens=9, messages=messages) as told,
        ):
            told.until_done()
        body = {"model": "auto", "max_tokens": 9, "messages": messages, "stream": True}
        answer = client.post("/v1/messages", body)
        assert not answer.whole
        assert answer.events[-1]["type"] == "error"
        assert "message_stop" not in answer.text
