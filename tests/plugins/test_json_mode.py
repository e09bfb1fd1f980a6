"""Any JSON object, asked for in every dialect: as the vendor's JSON mode where it has one."""

import json
from typing import Any

import pytest

import every_dialect as of
from interlock import OutputInvalid, Request, RequestError, Router, ToolSpec
from interlock.requests.checking import as_request
from interlock.testing import Reply, Upstream, scripted_router

ASKED = "Name a city, as JSON."
NATIVE = [of.OPENAI, of.MISTRAL, of.ZHIPU, of.DEEPSEEK, of.OPENROUTER]
BESIDE = [of.RESPONSES, of.ANTHROPIC, of.GOOGLE, of.BEDROCK]
EVERY = pytest.mark.parametrize("dialect", [*NATIVE, *BESIDE], ids=lambda each: each.name)
TOOL = ToolSpec(name="look", description="Looks.")


def asked(prompt: str, **more: Any) -> Request:
    return as_request(prompt, {"output": dict, **more})


@EVERY
@pytest.mark.parametrize("more", [{}, {"tools": (TOOL,)}], ids=["alone", "with a tool"])
@pytest.mark.parametrize("prompt", [ASKED, "Name a city."])
def test_what_asks_for_any_object_is_a_request_that_the_vendor_takes(dialect, prompt, more):
    body = dialect.body(asked(prompt, **more))
    dialect.valid(body)
    assert "json_schema" not in json.dumps(body)


@pytest.mark.parametrize("dialect", NATIVE, ids=lambda each: each.name)
@pytest.mark.parametrize("prompt", [ASKED, "Name a city."])
def test_chat_completions_have_a_mode_and_want_the_word_said(dialect, prompt):
    body = dialect.body(asked(prompt))
    assert body["response_format"] == {"type": "json_object"}
    assert len(body["messages"]) == (1 if prompt == ASKED else 2)
    assert "json" in json.dumps(body["messages"]).lower()


@pytest.mark.parametrize("prompt", [ASKED, "Name a city."])
def test_responses_want_it_among_the_items(prompt):
    body = of.RESPONSES.body(asked(prompt))
    assert body["text"] == {"format": {"type": "json_object"}}
    assert "instructions" not in body
    assert "json" in json.dumps(body["input"]).lower()
    assert len(body["input"]) == (1 if prompt == ASKED else 2)


def test_gemini_has_a_media_type_for_it():
    config = of.GOOGLE.body(asked(ASKED))["generationConfig"]
    assert config["responseMimeType"] == "application/json"
    assert "responseJsonSchema" not in config


@pytest.mark.parametrize("dialect", [of.ANTHROPIC, of.BEDROCK], ids=lambda each: each.name)
def test_who_has_no_such_mode_takes_it_as_the_arguments_of_a_tool(dialect):
    written = json.dumps(dialect.body(asked(ASKED)))
    assert "final_answer" in written
    assert '"additionalProperties": false' not in written


@pytest.mark.parametrize(
    ("said", "fits"), [('{"city": "Lyon"}', True), ("{}", True), ("[1]", False), ("Lyon", False)]
)
async def test_the_answer_is_an_object_or_an_error(said, fits):
    router = scripted_router({"a": [said, said]})
    if fits:
        assert (await router.complete(ASKED, output=dict)).parsed == json.loads(said)
    else:
        with pytest.raises(OutputInvalid):
            await router.complete(ASKED, output=dict)


async def test_it_is_sent_through_a_router():
    message = {"role": "assistant", "content": '{"city": "Lyon"}'}
    answer = {"id": "1", "model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    with Upstream(Reply.json(answer)) as upstream:
        deployment = {
            "id": "a",
            "model": "openai/gpt-5.5",
            "provider": "openai",
            "base_url": f"{upstream.url}/v1",
            "region": "us",
            "api_key": "k",
        }
        async with Router.from_config({"deployments": [deployment]}) as router:
            response = await router.complete(ASKED, output=dict)
        assert response.parsed == {"city": "Lyon"}
        [received] = upstream.requests
        assert received.json()["response_format"] == {"type": "json_object"}


async def test_another_class_of_python_is_no_schema():
    with pytest.raises(RequestError, match="dict, not type"):
        await scripted_router({"a": ["x"]}).complete("hi", output=list)
