"""Clients of Responses before the endpoint, in front of vendors of two dialects, well and failing."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from pydantic import BaseModel

from asked import GREETING
from attentive import Attentive
from emulators import needs_packages
from emulators.node import PACKAGES, node_command
from interlock.testing import Reply, Upstream
from interlock_server.endpoint import open_served
from server_stage import SECRET, Client, endpoint_of, piece, serving

WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Tells the weather.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


SCRIPT = Path(__file__).with_name("responses.cjs")


class City(BaseModel):
    city: str
    people: int


def configuration(url: str, endpoint: str, *, failing: bool) -> dict[str, Any]:
    common = {"model": "test/m", "provider": "openai", "region": "eu", "api_key": SECRET}
    common["traits"] = {"endpoint": endpoint}
    first = [{"id": "first", "base_url": f"{url}/broken/v1", **common}] if failing else []
    able = ["tools", "images", "documents", "reasoning", "structured_output"]
    card = {"id": "test/m", "context_window": 100_000, "capabilities": able}
    return {
        "deployments": [*first, {"id": "second", "base_url": f"{url}/v1", **common}],
        "models": [card],
        "retries": {"max": 0},
    }


@pytest.fixture(scope="module", params=["chat", "responses"])
def endpoint(request: Any) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=[False, True], ids=["well", "first fails"])
def stage(request: Any, endpoint: str) -> Iterator[tuple[Client, Attentive]]:
    with Attentive() as vendor:
        served = open_served(configuration(vendor.url, endpoint, failing=request.param))
        with serving(endpoint_of(served)) as client:
            yield client, vendor
        assert not vendor.refused
        assert bool(vendor.broken) == request.param


@pytest.fixture
def client(stage: tuple[Client, Attentive]) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{stage[0].url}/v1", api_key="none", max_retries=0) as client:
        yield client


def test_an_answer(client):
    response = client.responses.create(model="auto", input="Hello.", instructions="Be kind.")
    assert (response.output_text, response.status, response.model) == (GREETING, "completed", "test/m")
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens


def test_a_stream(client):
    with client.responses.stream(model="auto", input="Hello.") as stream:
        words = [event.delta for event in stream if event.type == "response.output_text.delta"]
        response = stream.get_final_response()
    assert "".join(words) == response.output_text == GREETING


def test_a_tool_loop_streamed_with_its_thoughts(client, stage):
    history: list[Any] = [{"role": "user", "content": "Use a tool: the weather in 'Rome'?"}]
    asked: dict[str, Any] = {
        "model": "auto",
        "tools": [WEATHER],
        "reasoning": {"effort": "low"},
        "store": False,
    }
    with client.responses.stream(input=history, **asked) as stream:
        response = stream.get_final_response()
    calls = [item for item in response.output if item.type == "function_call"]
    assert [(call.name, call.arguments) for call in calls] == [("get_weather", '{"city": "Rome"}')]
    history += [item.model_dump(exclude_none=True) for item in response.output]
    history.append({"type": "function_call_output", "call_id": calls[0].call_id, "output": "Sun."})
    again = client.responses.create(input=history, **asked)
    assert again.output_text == "The tool says: Sun."
    if stage[1].seen[-1].dialect == "responses":  # it seals its thoughts, and was given them back
        assert any(turn.signatures for turn in stage[1].seen[-1].turns)


def test_structured_output(client):
    parsed = client.responses.parse(model="auto", input="Where?", text_format=City).output_parsed
    assert parsed == City(city="a city", people=1)


def test_a_picture(client):
    part = {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo=", "detail": "auto"}
    asked = [{"role": "user", "content": [{"type": "input_text", "text": "What is this?"}, part]}]
    assert "image/png" in client.responses.create(model="auto", input=asked).output_text


def test_what_cannot_be_honoured_is_an_error_of_the_package_own(client):
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(model="auto", input="Hello.", previous_response_id="resp_1")
    assert caught.value.param == "previous_response_id"
    with pytest.raises(openai.NotFoundError) as missing:
        client.responses.create(model="nobody", input="Hello.")
    assert missing.value.code == "model_not_found"


async def test_an_asynchronous_stream(stage):
    async with openai.AsyncOpenAI(base_url=f"{stage[0].url}/v1", api_key="none") as client:
        stream = await client.responses.create(model="auto", input="Hello.", stream=True)
        kinds = [event.type async for event in stream]
    assert (kinds[0], kinds[-1]) == ("response.created", "response.completed")


def asked_by_node(stage: tuple[Client, Attentive], client: str) -> Any:
    command = node_command(SCRIPT, f"{PACKAGES}/", client, f"{stage[0].url}/v1")
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@needs_packages("openai")
def test_the_javascript_client(stage):
    told = asked_by_node(stage, "openai")
    assert told["plain"][:2] == [GREETING, "completed"]
    assert told["streamed"] == [GREETING, told["plain"][2], GREETING]
    assert told["refused"] == [400, "invalid_request", "previous_response_id"]


@needs_packages("ai", "@ai-sdk/openai")
def test_the_ai_sdk_goes_round_a_tool_loop_and_makes_objects(stage):
    told = asked_by_node(stage, "ai")
    assert told["plain"] == [GREETING, "stop"]
    assert told["looped"] == [2, "The tool says: Sun in Rome.", [{"city": "Rome"}]]
    assert told["made"] == {"city": "a city"}


def test_a_stream_that_breaks_is_an_error_and_never_an_answer():
    half = Upstream(always=Reply.events(piece("Half an "), piece("answer")))
    with half:
        configured = configuration(half.url, "chat", failing=False)
        with serving(endpoint_of(open_served(configured))) as served:
            client = openai.OpenAI(base_url=f"{served.url}/v1", api_key="none", max_retries=0)
            with client:
                stream = client.responses.create(model="auto", input="Hello.", stream=True)
                words: list[str] = []
                with pytest.raises(openai.APIError) as caught:
                    words.extend(event.delta for event in stream if "text.delta" in event.type)
    assert caught.value.code == "stream_interrupted"
