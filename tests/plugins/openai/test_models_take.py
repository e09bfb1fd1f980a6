"""What models do not take is never sent to them: against servers that refuse it."""

from typing import Any

import pytest

import strict_vendors as vendors
from interlock import InvalidRequest, Message, Router, Text, ToolCall, ToolResult
from interlock.testing import Received, Reply, Upstream

LOOK = {"name": "look", "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}}}
EFFORTS = (None, "none", "minimal", "low", "medium", "high", "xhigh", "max")
SCHEMA = {"title": "t", "type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
CARD = {"id": "acme/m", "capabilities": ["text", "tools", "reasoning"]}

LEVELS = ("low", "medium", "high")
GPT = {
    "gpt-5.1": vendors.reasoning_gpt(*LEVELS, unasked=False, tools=True),
    "gpt-5.2": vendors.reasoning_gpt(*LEVELS, "xhigh", unasked=False, tools=True),
    "gpt-5.4": vendors.reasoning_gpt(*LEVELS, "xhigh", unasked=False, tools=False),
    "gpt-5.5": vendors.reasoning_gpt(*LEVELS, "xhigh", unasked=True, tools=False),
    "gpt-5.6": vendors.reasoning_gpt(*LEVELS, "xhigh", unasked=True, tools=False),
    "gpt-5.6-2026-10-01": vendors.reasoning_gpt(*LEVELS, "xhigh", unasked=True, tools=False),
    "gpt-5": vendors.always_reasoning("minimal", *LEVELS),
    "gpt-5-mini": vendors.always_reasoning("minimal", *LEVELS),
    "o3": vendors.always_reasoning(*LEVELS),
}
CASES = [
    *(("openai", name, rule) for name, rule in GPT.items()),
    *((there, name, GPT[name]) for there in ("azure", "openai-compatible") for name in ("gpt-5", "gpt-5.6")),
    ("openai-compatible", "moonshotai/kimi-k2.6", vendors.kimi),
    ("deepseek", "deepseek-v4-pro", vendors.deepseek),
    ("alibaba", "qwen3-32b", vendors.alibaba),
    ("alibaba", "qwen3.7-max", vendors.alibaba),
    ("zhipu", "glm-5.2", vendors.zhipu),
]
PAIRS = [pytest.param(provider, name, rule, id=f"{provider}-{name}") for provider, name, rule in CASES]


def router(url: str, provider: str, name: str, *, card: dict[str, Any] = CARD, **more: Any) -> Router:
    there = {
        "id": "d",
        "model": card["id"],
        "provider": provider,
        "name": name,
        "region": "local",
        "api_key": "k",
    }
    return Router.from_config(
        {
            "models": [card] if card is CARD else [],
            "deployments": [{**there, "base_url": f"{url}/v1", **more}],
            "retries": {"max": 0},
        }
    )


def ask(asked: Router, prompt: Any, *, streamed: bool, **options: Any) -> Any:
    if not streamed:
        return asked.complete_sync(prompt, **options)
    with asked.stream_sync(prompt, **options) as stream:
        for _ in stream:
            pass
    return stream.response


def foreign() -> list[Message]:
    """A tool loop that another vendor began."""
    return [
        Message("user", "look"),
        Message("assistant", [Text("wait"), ToolCall(id="c9", name="look", arguments={"a": 1})]),
        Message("tool", [ToolResult(id="c9", name="look", content="1")]),
    ]


@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize(("provider", "name", "rule"), PAIRS)
def test_no_request_is_refused_for_what_its_model_does_not_take(
    provider: str, name: str, rule: vendors.Rule, streamed: bool
) -> None:
    sampling = {"temperature": 0.0, "top_p": 0.5, "presence_penalty": 0.1, "frequency_penalty": 0.1}
    with Upstream(always=vendors.strict(rule)) as upstream, router(upstream.url, provider, name) as asked:
        for effort in EFFORTS:
            effort_set = {} if effort is None else {"reasoning_effort": effort}
            for settings in ({}, sampling, {"temperature": 1.7, "user": "u"}):
                for options in ({}, {"tools": [LOOK]}, {"tools": [LOOK], "tool_choice": "required"}):
                    for prompt in ("hi", foreign()) if "tool_choice" not in options else ("hi",):
                        found = ask(
                            asked, prompt, streamed=streamed, settings={**settings, **effort_set}, **options
                        )
                        assert len(found.record.attempts) == 1


@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
def test_what_was_left_out_or_translated_stands_in_the_record(streamed: bool) -> None:
    rule = vendors.strict(GPT["gpt-5.6"])
    settings = {"temperature": 0.0, "reasoning_effort": "minimal"}
    with Upstream(always=rule) as upstream, router(upstream.url, "openai", "gpt-5.6") as asked:
        plain = ask(asked, "hi", streamed=streamed, settings=settings)
        assert plain.record.attempts[0].adjusted == (
            "reasoning_effort: sent as low, the nearest that the model knows",
            "temperature: left out; the model does not take it while it reasons",
        )
        tools = ask(asked, "hi", streamed=streamed, settings={"reasoning_effort": "high"}, tools=[LOOK])
        assert tools.record.attempts[0].adjusted == (
            "reasoning_effort: sent as none; the model takes no tools while it reasons",
        )
        quiet = ask(asked, "hi", streamed=streamed, settings={"temperature": 0.0, "reasoning_effort": "none"})
        assert quiet.record.attempts[0].adjusted == ()
        assert upstream.requests[-1].json()["temperature"] == 0.0


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("mistral", "mistral/mistral-large-3"),
        ("groq", "meta/llama-4-ultra"),
        ("together", "meta/llama-4-ultra"),
        ("huggingface", "meta/llama-4-ultra"),
        ("openrouter", "meta/llama-4-ultra"),
        ("vllm", "alibaba/qwen-3-max"),
        ("alibaba", "alibaba/qwen-3-max"),
        ("deepseek", "deepseek/deepseek-v3"),
        ("openai-compatible", "mistral/mistral-large-3"),
    ],
)
def test_settings_about_reasoning_go_to_no_model_whose_card_has_none(provider: str, model: str) -> None:
    settings = {"reasoning_effort": "high", "reasoning_tokens": 100}
    card, name = {"id": model}, "served-here"
    always = vendors.strict(lambda body: None)
    with Upstream(always=always) as upstream, router(upstream.url, provider, name, card=card) as asked:
        found = asked.complete_sync("hi", settings=settings)
        sent = upstream.requests[0].json()
    words = {"reasoning", "reasoning_effort", "thinking", "enable_thinking", "chat_template_kwargs"}
    assert not words & sent.keys()
    assert "reasoning_effort: left out; the model does not reason" in found.record.attempts[0].adjusted


def test_a_configured_trait_goes_over_what_is_known_by_name() -> None:
    traits = {"reasons": "asked", "refuses": [], "refuses_while_reasoning": []}
    with Upstream(always=vendors.strict(lambda body: None)) as upstream:
        with router(upstream.url, "openai", "gpt-5.6", traits=traits) as asked:
            asked.complete_sync("hi", settings={"temperature": 0.3, "reasoning_effort": "high"}, tools=[LOOK])
        sent = upstream.requests[0].json()
    assert (sent["temperature"], sent["reasoning_effort"]) == (0.3, "high")


def test_an_azure_deployment_has_the_traits_of_its_card() -> None:
    with Upstream(always=vendors.strict(GPT["gpt-5.5"])) as upstream:
        card = {"id": "openai/gpt-5.5"}
        with router(upstream.url, "azure", "our-production", card=card) as asked:
            asked.complete_sync("hi", settings={"temperature": 0.3, "reasoning_effort": "high"}, tools=[LOOK])


@pytest.mark.parametrize(
    "provider", ["openai", "azure", "openai-compatible", "vllm", "openrouter", "huggingface"]
)
@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
def test_what_stands_on_a_call_goes_back_where_it_came_from(provider: str, streamed: bool) -> None:
    with Upstream(always=vendors.gemini) as upstream, router(upstream.url, provider, "gemini-3-pro") as asked:
        messages = [Message("user", "hi")]
        first = ask(asked, messages, streamed=streamed, tools=[LOOK])
        messages += [first.message, Message("tool", [ToolResult(id="c1", name="look", content="1")])]
        assert ask(asked, messages, streamed=streamed, tools=[LOOK]).text == "ok"


def test_what_stands_on_a_call_goes_nowhere_else() -> None:
    with (
        Upstream(always=vendors.gemini) as upstream,
        router(upstream.url, "openrouter", "gemini-3-pro") as asked,
    ):
        first = asked.complete_sync("hi", tools=[LOOK]).message
    messages = [
        Message("user", "hi"),
        first,
        Message("tool", [ToolResult(id="c1", name="look", content="1")]),
    ]
    for provider in ("openrouter", "openai"):  # another server of the same vendor, and another vendor
        with Upstream(always=vendors.strict(lambda body: None)) as upstream:
            with router(upstream.url, provider, "gemini-3-pro") as asked:
                asked.complete_sync(messages, tools=[LOOK])
            assert "extra_content" not in upstream.requests[0].json()["messages"][1]["tool_calls"][0]


@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
def test_a_forced_tool_is_still_forced_where_thinking_forbids_it(streamed: bool) -> None:
    with Upstream(always=vendors.strict(vendors.deepseek)) as upstream:
        with router(upstream.url, "deepseek", "deepseek-v4-flash") as asked:
            found = ask(asked, "hi", streamed=streamed, tools=[LOOK], tool_choice="look")
        sent = upstream.requests[0].json()
    assert sent["thinking"] == {"type": "disabled"}
    assert sent["tool_choice"]["function"]["name"] == "look"
    assert found.record.attempts[0].adjusted == (
        "reasoning_effort: sent as none; no tool can be forced while it reasons",
    )


def test_a_model_that_always_thinks_is_told_to_call_in_words() -> None:
    with Upstream(always=vendors.strict(vendors.deepseek)) as upstream:
        with router(upstream.url, "deepseek", "deepseek-reasoner") as asked:
            asked.complete_sync("hi", tools=[LOOK], tool_choice="required")
        sent = upstream.requests[0].json()
    assert sent["tool_choice"] == "auto"
    assert "thinking" not in sent
    assert "You must answer by calling" in sent["messages"][0]["content"]


@pytest.mark.parametrize("effort", [None, "high"])
def test_a_schema_and_thinking_that_exclude_each_other_are_both_kept_as_far_as_can_be(
    effort: str | None,
) -> None:
    def serve(received: Received) -> Reply:
        body = received.json()
        complaint = vendors.alibaba(body)
        return vendors.refusal(complaint) if complaint else vendors.answer(body, content='{"a": 1}')

    settings = {} if effort is None else {"reasoning_effort": effort}
    with Upstream(always=serve) as upstream, router(upstream.url, "alibaba", "qwen3.7-plus") as asked:
        found = ask(asked, "hi", streamed=True, output=SCHEMA, settings=settings)
        sent = upstream.requests[0].json()
    assert found.parsed == {"a": 1}
    assert sent.get("enable_thinking") is (None if effort is None else True)
    assert sent.get("response_format", {}).get("type") == ("json_schema" if effort is None else None)


@pytest.mark.parametrize(
    ("provider", "name", "streamed", "form"),
    [
        ("alibaba", "qwen3.7-max", False, "json_schema"),
        ("alibaba", "qwen-plus", False, "json_object"),
        ("groq", "openai/gpt-oss-120b", False, "json_schema"),
        ("groq", "openai/gpt-oss-120b", True, "json_object"),
        ("groq", "llama-3.3-70b-versatile", False, "json_object"),
    ],
)
def test_a_schema_goes_out_as_one_where_the_model_knows_schemas(
    provider: str, name: str, streamed: bool, form: str
) -> None:
    def serve(received: Received) -> Reply:
        return vendors.answer(received.json(), content='{"a": 1}')

    with Upstream(always=serve) as upstream, router(upstream.url, provider, name) as asked:
        assert ask(asked, "hi", streamed=streamed, output=SCHEMA).parsed == {"a": 1}
        assert upstream.requests[0].json()["response_format"]["type"] == form


def test_more_stops_than_a_vendor_takes_are_refused_here_by_name() -> None:
    with (
        Upstream() as upstream,
        router(upstream.url, "openai", "gpt-4o") as asked,
        pytest.raises(InvalidRequest, match=r"5 stop sequences.*at most 4") as caught,
    ):
        asked.complete_sync("hi", settings={"stop": list("abcde")})
    assert caught.value.code == "unsupported_part"
    assert not upstream.requests


@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
def test_a_signature_on_a_message_goes_back_too(streamed: bool) -> None:
    def serve(received: Received) -> Reply:
        body = received.json()
        return vendors.answer(body, beside={"extra_content": vendors.PROOF})

    with (
        Upstream(always=serve) as upstream,
        router(upstream.url, "openai-compatible", "gemini-3-pro") as asked,
    ):
        first = ask(asked, "hi", streamed=streamed)
        assert first.text == "ok"
        ask(asked, [Message("user", "hi"), first.message, Message("user", "go on")], streamed=streamed)
        sent = upstream.requests[1].json()["messages"][1]
    assert (sent["content"], sent["extra_content"]) == ("ok", vendors.PROOF)
