"""OpenAI's own clients of chat completions, before a vendor that takes nothing but what its SDK would send:
while all is well, and while whoever should answer first is down.
"""

import json
import subprocess
from pathlib import Path

import openai
import pydantic
import pytest

from attentive import Attentive
from emulators import needs_packages
from emulators.node import PACKAGES, node_command
from interlock.testing import Reply, Upstream
from server_stage import stage

GREETING = "Hello, how may I help you today?"
SCRIPT = Path(__file__).with_name("chat.cjs")
SUMS = {
    "type": "object",
    "properties": {"a": {"type": "number"}, "b": {"type": "number"}},
    "required": ["a", "b"],
}
TOOLS = [{"type": "function", "function": {"name": "magic", "parameters": SUMS}}]
ASKED = [{"role": "user", "content": "What is the value of magic_function(3)? Use the tool."}]
HELLO = [{"role": "user", "content": "Say hello."}]
PIXEL = "data:image/png;base64,iVBORw0KGgo="


@pytest.fixture(scope="module", params=["well", "first is down"])
def served(request):
    down = Upstream(always=Reply.json({"error": {"message": "down"}}, status=503))
    with down, Attentive() as vendor:
        vendors = [vendor] if request.param == "well" else [down, vendor]
        with stage(*vendors, retries={"max": 0}) as client:
            yield client
        assert not vendor.refused


@pytest.fixture
def api(served):
    with openai.OpenAI(base_url=f"{served.url}/v1", api_key="none", max_retries=0) as client:
        yield client


def test_the_python_client_is_answered_and_streams(api):
    plain = api.chat.completions.create(model="auto", messages=HELLO)
    assert (plain.choices[0].message.content, plain.choices[0].finish_reason) == (GREETING, "stop")
    assert plain.usage.total_tokens == plain.usage.prompt_tokens + plain.usage.completion_tokens > 0
    counted = {"include_usage": True}
    with api.chat.completions.stream(model="auto", messages=HELLO, stream_options=counted) as stream:
        pieces = [event.delta for event in stream if event.type == "content.delta"]
        whole = stream.get_final_completion()
    assert "".join(pieces) == whole.choices[0].message.content == GREETING
    assert whole.usage.total_tokens > 0


@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
def test_the_python_client_goes_round_a_tool_loop(api, streamed):
    asked = {"model": "auto", "tools": TOOLS, "tool_choice": "required"}
    if streamed:
        with api.chat.completions.stream(messages=ASKED, **asked) as stream:
            choice = stream.get_final_completion().choices[0]
    else:
        choice = api.chat.completions.create(messages=ASKED, **asked).choices[0]
    assert choice.finish_reason == "tool_calls"
    [call] = choice.message.tool_calls
    assert json.loads(call.function.arguments) == {"a": 3, "b": 3}
    result = {"role": "tool", "tool_call_id": call.id, "content": "5"}
    after = [*ASKED, choice.message.model_dump(), result]
    told = api.chat.completions.create(model="auto", messages=after, tools=TOOLS)
    assert told.choices[0].message.content == "The tool says: 5"


def test_the_python_client_parses_structured_output(api):
    class Place(pydantic.BaseModel):
        city: str

    parsed = api.chat.completions.parse(model="auto", messages=HELLO, response_format=Place)
    assert isinstance(parsed.choices[0].message.parsed, Place)


def test_pictures_go_through(api):
    looked = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": PIXEL}}]
    told = api.chat.completions.create(model="auto", messages=[{"role": "user", "content": looked}])
    assert "image/png" in told.choices[0].message.content


def test_functions_of_old_are_answered_as_of_old(api):
    functions = [{"name": "magic", "parameters": SUMS}]
    asked = {"model": "auto", "functions": functions}
    choice = api.chat.completions.create(messages=ASKED, **asked).choices[0]
    assert choice.finish_reason == "function_call"
    assert json.loads(choice.message.function_call.arguments) == {"a": 3, "b": 3}
    result = {"role": "function", "name": "magic", "content": "5"}
    after = [*ASKED, choice.message.model_dump(exclude_none=True), result]
    assert (
        api.chat.completions.create(messages=after, **asked).choices[0].message.content == "The tool says: 5"
    )
    steps = list(api.chat.completions.create(messages=ASKED, stream=True, **asked))
    calls = [step.choices[0].delta.function_call for step in steps if step.choices[0].delta.function_call]
    assert calls[0].name == "magic"
    assert json.loads("".join(call.arguments for call in calls)) == {"a": 3, "b": 3}
    assert steps[-1].choices[0].finish_reason == "function_call"


def test_the_python_client_raises_what_it_raises_of_openai(api):
    with pytest.raises(openai.NotFoundError) as unknown:
        api.chat.completions.create(model="nobodys", messages=HELLO)
    assert (unknown.value.code, unknown.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.BadRequestError) as refused:
        api.chat.completions.create(model="auto", messages=HELLO, n=2)
    assert refused.value.param == "n"
    assert "auto" in [each.id for each in api.models.list()]
    assert api.models.retrieve("test/m-a").owned_by == "test"


def test_what_breaks_off_is_an_error_to_the_client_and_no_answer():
    whole = [{"choices": [{"index": 0, "delta": {"content": "Hal"}, "finish_reason": None}]}]
    cut = Upstream(always=Reply.events(*whole))
    with cut, stage(cut, retries={"max": 0}, rescue="raise") as client:
        api = openai.OpenAI(base_url=f"{client.url}/v1", api_key="none", max_retries=0)
        with api, pytest.raises(openai.APIError) as caught:
            list(api.chat.completions.create(model="auto", messages=HELLO, stream=True))
    assert caught.value.code == "stream_interrupted"


def _asked_by_node(served, client):
    command = node_command(SCRIPT, f"{PACKAGES}/", client, f"{served.url}/v1", "none")
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@needs_packages("openai")
def test_the_javascript_client_is_answered_streams_and_calls_tools(served):
    told = _asked_by_node(served, "openai")
    called = {"name": "magic", "arguments": '{"a": 3, "b": 3}'}
    assert told["plain"][:2] == [GREETING, "stop"]
    assert told["streamed"] == [GREETING, told["plain"][2], GREETING]
    assert told["called"] == told["folded"] == [called, "tool_calls"]
    assert told["after"] == "The tool says: 5"
    assert told["models"][0] == "auto"
    assert told["unknown"] == [404, "model_not_found"]


@needs_packages("ai", "@ai-sdk/openai-compatible")
def test_the_ai_sdk_goes_round_a_tool_loop_and_makes_objects(served):
    told = _asked_by_node(served, "ai")
    assert told["plain"][:2] == [GREETING, "stop"]
    assert told["streamed"] == [GREETING, "stop", told["plain"][2], GREETING]
    assert told["looped"] == told["folded"] == [2, "The tool says: 6", [{"a": 3, "b": 3}]]
    assert told["made"] == {"city": "a city"}


def test_a_router_in_front_of_a_router_loses_nothing(served):
    from interlock import Router

    config = {
        "deployments": [
            {
                "id": "behind",
                "model": "test/m",
                "provider": "openai-compatible",
                "name": "auto",
                "base_url": f"{served.url}/v1",
                "region": "eu",
                "api_key": "none",
            }
        ],
        "models": [{"id": "test/m"}],
    }
    with Router.from_config(config) as router:
        response = router.complete_sync("Say hello.")
        assert (response.text, response.finish_reason) == (GREETING, "stop")
        assert "".join(chunk.text for chunk in router.stream_sync("Say hello.")) == GREETING
