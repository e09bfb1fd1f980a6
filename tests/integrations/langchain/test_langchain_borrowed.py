"""Code that was written for ChatOpenAI or ChatAnthropic finds what it sets and reads."""

import pytest
from langchain_core.messages import AIMessage, FunctionMessage, HumanMessage
from langchain_core.runnables import ConfigurableField
from pydantic import BaseModel

from interlock import Answer, RequestError, Text, ToolCall, Usage
from interlock.testing import ScriptedProvider, scripted_router
from langchain_interlock import ChatInterlock

FUNCTION = {
    "name": "weather",
    "description": "The weather.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
SETTINGS = [
    ({"model_name": "a"}, {}),
    ({"max_completion_tokens": 5}, {"max_tokens": 5}),
    ({"stop_sequences": ["x"]}, {"stop": ("x",)}),
    ({"n": 1, "stream_usage": True}, {}),
    ({"n": None, "base_url": None, "default_headers": None}, {}),
    ({"logprobs": True}, {"logprobs": 0}),
    ({"logprobs": True, "top_logprobs": 3}, {"logprobs": 3}),
    ({"top_logprobs": 3, "logprobs": True}, {"logprobs": 3}),
    ({"logprobs": False}, {"logprobs": None}),
    ({"reasoning": {"effort": "low"}}, {"reasoning_effort": "low"}),
    (
        {"reasoning": {"effort": "low", "summary": "auto"}},
        {"reasoning_effort": "low", "extra": {"reasoning": {"summary": "auto"}}},
    ),
    (
        {"service_tier": "flex", "logit_bias": {"5": 1}},
        {"extra": {"service_tier": "flex", "logit_bias": {"5": 1}}},
    ),
    ({"effort": "low"}, {"reasoning_effort": "low"}),
    ({"thinking": {"type": "enabled", "budget_tokens": 2048}}, {"reasoning_tokens": 2048}),
    ({"thinking": {"type": "adaptive"}}, {"reasoning_effort": "high"}),
    ({"thinking": {"type": "adaptive"}, "effort": "low"}, {"reasoning_effort": "low"}),
    ({"thinking": {"type": "disabled"}}, {"reasoning_effort": "none"}),
    (
        {"thinking": {"type": "adaptive", "display": "omitted"}},
        {"reasoning_effort": "high", "extra": {"thinking": {"display": "omitted"}}},
    ),
    ({"model_kwargs": {"thinking": {"type": "disabled"}}}, {"reasoning_effort": "none"}),
    ({"model": "a", "model_provider": None}, {}),
    ({"model_kwargs": {"top_p": 0.5, "store": True}}, {"top_p": 0.5, "extra": {"store": True}}),
    ({"extra_body": {"a": 1}, "prompt_cache_key": "k"}, {"extra": {"a": 1, "prompt_cache_key": "k"}}),
]
ROUTING = [
    ({"base_url": "http://elsewhere"}, "base_url of a deployment"),
    ({"default_headers": {"x": "y"}}, "headers of a deployment"),
    ({"extra_headers": {"x": "y"}}, "headers of a deployment"),
    ({"organization": "me"}, "headers of a deployment"),
    ({"use_responses_api": True}, "endpoint: responses"),
    ({"n": 2}, "one answer"),
    ({"thinking": {"type": "enabled"}}, "budget_tokens"),
    ({"thinking": True}, "type: adaptive"),
    ({"model_provider": "openai"}, "name both"),
    ({"extra_body": {"model": "other"}}, "extra.model"),
    ({"model_kwargs": {"base_url": "http://elsewhere"}}, "base_url of a deployment"),
    ({"model_kwargs": {"route": "fallback"}}, "extra.route"),
    ({"max_retires": 2}, "Did you mean 'max_retries'"),
]


def model(*answers, **fields):
    provider = ScriptedProvider(list(answers) or ["one", "two", "three"], "a")
    return ChatInterlock(router=scripted_router({"a": provider}), **fields), provider


@pytest.mark.parametrize("where", ["field", "argument", "bound"])
@pytest.mark.parametrize(("given", "expected"), SETTINGS, ids=lambda each: " ".join(each) or "-")
def test_arguments_that_mean_something_are_taken(given, expected, where):
    chat, provider = model(**(given if where == "field" else {}))
    asked = chat.bind(**given) if where == "bound" else chat
    asked.invoke("hi", **(given if where == "argument" else {}))
    settings = provider.calls[0].request.settings
    for name, value in expected.items():
        assert getattr(settings, name) == value
    if "extra" not in expected:
        assert not settings.extra


@pytest.mark.parametrize("where", ["field", "argument"])
@pytest.mark.parametrize(
    ("given", "said"), ROUTING, ids=lambda each: " ".join(each) if isinstance(each, dict) else ""
)
def test_arguments_that_would_route_are_refused_with_the_way(given, said, where):
    with pytest.raises(ValueError, match=said):
        model(**given) if where == "field" else model()[0].invoke("hi", **given)


PROVIDERS = [
    ("OPENAI_API_KEY", "gpt-4o", "openai", "openai:gpt-4o"),
    ("OPENAI_API_KEY", "openai:gpt-4o", "openai", "openai:gpt-4o"),
    ("OPENAI_API_KEY", "o3-of-ours", "openai", "openai:o3-of-ours"),
    ("GOOGLE_API_KEY", "gemini-2.5-flash", "google_genai", "google:gemini-2.5-flash"),
    ("MISTRAL_API_KEY", "mistral-small-latest", "mistralai", "mistral:mistral-small-latest"),
]


@pytest.mark.parametrize(("key", "name", "provider", "meant"), PROVIDERS)
def test_what_is_said_to_init_chat_model_names_the_same_model(monkeypatch, key, name, provider, meant):
    for each, *_ in PROVIDERS:
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(key, "k")
    chat = ChatInterlock(model=name, model_provider=provider)
    decision = chat.router.decide("hi", model=chat.model)
    assert [candidate.deployment for candidate in decision.shortlist] == [meant]


def test_what_other_models_have_can_be_read():
    chat, _ = model(model_name="a", request_timeout=9, max_retries=3, model_kwargs={"store": True})
    assert (chat.model_name, chat.model, chat.request_timeout, chat.n) == ("a", "a", 9, 1)
    assert chat.model_kwargs == {"store": True}
    assert chat.max_retries is None


def test_the_models_name_can_be_configured_as_theirs():
    routed = scripted_router({"a": ["one"], "b": ["two"]})
    chat = ChatInterlock(router=routed, model="a").configurable_fields(
        model_name=ConfigurableField(id="which")
    )
    assert chat.invoke("hi").content == "one"
    assert chat.with_config(configurable={"which": "b"}).invoke("hi").content == "two"


USED = Usage(input_tokens=9, output_tokens=3, cache_read=4, reasoning=1)
TOKENS = {
    "prompt_tokens": 9,
    "completion_tokens": 3,
    "total_tokens": 12,
    "prompt_tokens_details": {"cached_tokens": 4},
    "completion_tokens_details": {"reasoning_tokens": 1},
}


@pytest.mark.parametrize("streamed", [False, True])
def test_metadata_has_openais_words_too(streamed):
    chat, _ = model(_said("one"))
    if streamed:
        first, *rest = chat.stream("hi")
        told = (first + rest).response_metadata
    else:
        told = chat.invoke("hi").response_metadata
    assert told["token_usage"] == TOKENS
    assert (told["id"], told["system_fingerprint"]) == (told["interlock"]["record"], None)


def test_the_outputs_of_several_prompts_are_added_up():
    chat, _ = model(_said("one"), _said("two"))
    output = chat.generate([[HumanMessage("hi")], [HumanMessage("ho")]]).llm_output
    assert output["token_usage"]["total_tokens"] == 24
    assert output["token_usage"]["prompt_tokens_details"] == {"cached_tokens": 8}
    assert output["model_name"]


@pytest.mark.parametrize("streamed", [False, True])
def test_functions_are_tools_and_their_results_find_their_call(streamed):
    wants = Answer(
        parts=(ToolCall(id="c7", name="weather", arguments={"city": "Lyon"}),), finish_reason="tool_calls"
    )
    chat, provider = model(wants, "Sunny.")
    bound = chat.bind(functions=[FUNCTION], function_call={"name": "weather"})
    if streamed:
        first, *rest = bound.stream("hi")
        said = first + rest
    else:
        said = bound.invoke("hi")
    assert said.additional_kwargs["function_call"] == {"name": "weather", "arguments": '{"city": "Lyon"}'}
    request = provider.calls[0].request
    assert ([tool.name for tool in request.tools], request.tool_choice) == (["weather"], "weather")
    history = [
        HumanMessage("hi"),
        AIMessage(**said.model_dump(exclude={"type", "tool_call_chunks"})) if streamed else said,
    ]
    chat.bind(functions=[FUNCTION]).invoke([*history, FunctionMessage(name="weather", content="sunny")])
    assert provider.calls[1].request.messages[-1].parts[0].id == "c7"


class Joke(BaseModel):
    setup: str


@pytest.mark.parametrize("streamed", [False, True])
def test_a_class_as_response_format_is_parsed(streamed):
    bound = model('{"setup": "Why?"}')[0].bind_tools([FUNCTION], response_format=Joke)
    if streamed:
        first, *rest = bound.stream("hi")
        said = first + rest
    else:
        said = bound.invoke("hi")
    assert said.additional_kwargs["parsed"] == Joke(setup="Why?")


def test_nothing_counts_as_nothing_and_cannot_be_answered():
    chat, provider = model()
    assert chat.get_num_tokens_from_messages([]) == 0
    with pytest.raises(RequestError, match="no message to answer"):
        chat.invoke([])
    assert not provider.calls


def _said(text):
    return Answer(parts=(Text(text),), finish_reason="stop", usage=USED)
