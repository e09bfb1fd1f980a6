"""What programs that were written for `OpenAI(…)` hand over, and read of an LLM."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.tools import FunctionTool

from interlock import ConfigError, Constraints, Request, RequestError, Settings
from interlock.testing import scripted_providers, scripted_router
from langchain_interlock import ChatInterlock
from llama_index.llms.interlock import Interlock

ASK = [ChatMessage(content="hello")]
LOCAL = {"deployments": [{"id": "here", "model": "local/smollm2-135m", "provider": "local"}]}


def scripted(*given: Any, **named: Any) -> Interlock:
    return Interlock(*given, router=scripted_router({"a": ["one"], "b": ["two"]}), **named)


def request_of(llm: Interlock) -> Any:
    [call] = [call for provider in scripted_providers(llm.router) for call in provider.calls]
    return call.request


def test_the_text_by_position_is_the_model() -> None:
    llm = scripted("b")
    assert (llm.model, llm.metadata.model_name) == ("b", "b")
    assert llm.chat(ASK).message.content == "two"
    with pytest.raises(RequestError, match="'zz'"):
        scripted("zz")
    with pytest.raises(RequestError, match="give one model"):
        scripted("a", model="b")


@pytest.mark.parametrize("name", ["interlock.yaml", "conf/interlock.yml"])
def test_a_text_that_ends_as_a_file_does_is_a_configuration(name: str) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        Interlock(name)
    with pytest.raises(RequestError, match="give one configuration"):
        Interlock(name, config=LOCAL)


def test_any_path_is_a_configuration_as_config(tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.write_text("deployments: [{id: here, model: local/smollm2-135m, provider: local}]")
    assert list(Interlock(config=str(file)).router.deployments) == ["here"]
    assert list(Interlock(file).router.deployments) == ["here"]


SETTINGS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"top_p": 0.5, "seed": 3, "user": "u"}, {"top_p": 0.5, "seed": 3, "user": "u"}),
    ({"reasoning_effort": "low"}, {"reasoning_effort": "low"}),
    ({"max_new_tokens": 9}, {"max_tokens": 9}),
    ({"max_completion_tokens": 9}, {"max_tokens": 9}),
    ({"logprobs": True}, {"logprobs": 0}),
    ({"logprobs": True, "top_logprobs": 4}, {"logprobs": 4}),
    ({"logprobs": 2}, {"logprobs": 2}),
    ({"logprobs": False, "top_logprobs": 0}, {"logprobs": None}),
    ({"n": 1}, {}),
    ({"stream_options": {"include_usage": True}}, {}),
]


@pytest.mark.parametrize("door", ["argument", "additional_kwargs", "call"])
@pytest.mark.parametrize(("given", "sent"), SETTINGS)
def test_settings_mean_the_same_at_every_door(door: str, given: dict[str, Any], sent: dict[str, Any]) -> None:
    llm = scripted(**{"argument": given, "additional_kwargs": {"additional_kwargs": given}, "call": {}}[door])
    llm.chat(ASK, **(given if door == "call" else {}))
    settings = request_of(llm).settings
    assert {name: getattr(settings, name) for name in sent} == sent
    assert not settings.extra


def test_a_call_wins_over_additional_kwargs_and_they_over_fields() -> None:
    llm = scripted(temperature=0.1, top_p=0.1, seed=1, additional_kwargs={"top_p": 0.2, "seed": 2})
    llm.chat(ASK, seed=3)
    settings = request_of(llm).settings
    assert (settings.temperature, settings.top_p, settings.seed) == (0.1, 0.2, 3)


def test_fields_of_the_vendors_own_go_along() -> None:
    llm = scripted(
        extra={"store": False}, modalities=["text", "audio"], audio_config={"voice": "a"},
        additional_kwargs={"service_tier": "flex", "extra_body": {"verbosity": "low"}},
    )  # fmt: skip
    llm.chat(ASK)
    assert request_of(llm).settings.extra == {
        "store": False,
        "modalities": ["text", "audio"],
        "audio": {"voice": "a"},
        "service_tier": "flex",
        "verbosity": "low",
    }


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"api_base": "https://x.example/v1"}, "base_url"),
        ({"base_url": "https://x.example/v1"}, "base_url"),
        ({"api_version": "2024"}, "base_url"),
        ({"default_headers": {"x": "y"}}, "headers"),
        ({"http_client": object()}, "proxy"),
        ({"async_openai_client": object()}, "base_url"),
        ({"additional_kwargs": {"extra_headers": {"x": "y"}}}, "headers"),
        ({"additional_kwargs": {"api_base": "https://x.example/v1"}}, "base_url"),
    ],
)
def test_what_would_send_a_request_elsewhere_is_refused_with_its_place(
    given: dict[str, Any], place: str
) -> None:
    with pytest.raises(RequestError, match=f"in the configuration.*{place}.* of a deployment") as caught:
        scripted(**given)
    assert "x.example" not in str(caught.value)


@pytest.mark.parametrize("name", ["model", "messages", "tools", "stream", "provider"])
def test_additional_kwargs_decide_nothing_that_was_checked(name: str) -> None:
    with pytest.raises(RequestError, match=rf"additional_kwargs\.{name}"):
        scripted(additional_kwargs={name: "x"})


CITY = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
OBJECT = {"type": "json_object"}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "City", "schema": CITY, "strict": True}}


def in_json(**named: Any) -> Interlock:
    return Interlock(router=scripted_router({"a": ["Lyon!", '{"name": "Lyon"}']}), **named)


@pytest.mark.parametrize("form", [OBJECT, SCHEMA], ids=["object", "schema"])
@pytest.mark.parametrize("door", ["additional_kwargs", "call"])
async def test_a_response_format_holds_the_answer_to_json(door: str, form: dict[str, Any]) -> None:
    llm = in_json(additional_kwargs={"response_format": form} if door == "additional_kwargs" else {})
    given = {"response_format": form} if door == "call" else {}
    assert (await llm.acomplete("In JSON: which city?", **given)).text == '{"name": "Lyon"}'


@pytest.mark.parametrize("way", ["chat", "complete"])
def test_the_vendors_json_mode_is_asked_for(way: str, plain_stage: Any) -> None:
    llm = plain_stage.llm
    plain_stage.first.says = lambda _: "{}"
    given = "Answer in JSON."
    getattr(llm, way)([ChatMessage(content=given)] if way == "chat" else given, response_format=OBJECT)
    assert plain_stage.first.asked["response_format"] == OBJECT


def test_a_response_format_of_text_asks_for_nothing_and_a_strange_one_is_refused() -> None:
    assert in_json().complete("x", response_format={"type": "text"}).text == "Lyon!"
    with pytest.raises(RequestError, match=r"response_format\.type: 'xml'"):
        in_json(additional_kwargs={"response_format": {"type": "xml"}})
    with pytest.raises(RequestError, match=r"response_format\.json_schema: expected"):
        in_json().complete("x", response_format={"type": "json_schema", "json_schema": {}})


def test_what_means_nothing_to_a_router_is_taken_and_may_be_read() -> None:
    llm = scripted(
        api_key="sk-secret", api_base=None, default_headers=None, max_retries=5, reuse_client=False
    )
    assert (llm.max_retries, llm.reuse_client) == (5, False)
    assert (llm.api_key, llm.api_base, llm.default_headers) == (None, None, None)
    assert "sk-secret" not in llm.to_json()


def test_more_than_one_answer_is_refused() -> None:
    with pytest.raises(RequestError, match="n: a call has one answer"):
        scripted(n=2)
    with pytest.raises(RequestError, match="n: a call has one answer"):
        scripted().chat(ASK, n=2)


def test_attributes_that_are_set_later_hold_from_then_on() -> None:
    llm = scripted()
    llm.temperature, llm.max_tokens, llm.model, llm.timeout = 0.3, 5, "b", 9.0
    llm.additional_kwargs["seed"] = 7
    assert llm.chat(ASK).message.content == "two"
    request = request_of(llm)
    assert (request.settings.temperature, request.settings.max_tokens, request.settings.seed) == (0.3, 5, 7)
    assert request.timeout == 9.0


@pytest.mark.parametrize(
    "rules",
    [{"residency": "eu"}, {"on_premise": True}, {"deny_vendors": ["deepseek"]}],
    ids=lambda rules: next(iter(rules)),
)
@pytest.mark.parametrize("door", ["argument", "call"])
def test_a_constraint_may_be_named_alone(door: str, rules: dict[str, Any]) -> None:
    llm = Interlock(LOCAL, **(rules if door == "argument" else {}))
    found = llm._asked(rules if door == "call" else {})["constraints"]
    assert found == Constraints(**rules)


@pytest.mark.parametrize("written", ["low_latency", ["low_latency"]])
def test_a_demand_holds_for_a_call_or_for_all_of_them(written: Any) -> None:
    standing, llm = Interlock(LOCAL, demands=written), Interlock(LOCAL)
    assert Request("x", **standing._asked({})).demands == {"low_latency"}
    assert Request("x", **llm._asked({"demands": written})).demands == {"low_latency"}
    assert Request("x", **llm._asked({})).demands == frozenset()


@pytest.mark.parametrize("strict", [True, False, None])
def test_strict_holds_tools_to_their_schema(strict: bool | None) -> None:
    def look_up(city: str) -> str:
        """Look a city up."""
        return city

    llm = scripted(strict=strict)
    llm.chat_with_tools([FunctionTool.from_defaults(look_up)], user_msg="x")
    [tool] = request_of(llm).tools
    assert tool.strict is strict
    assert ("additionalProperties" in tool.parameters) == bool(strict)


@pytest.mark.parametrize("kind", [Interlock, ChatInterlock])
def test_both_integrations_have_every_setting_and_constraint_by_name(kind: Any) -> None:
    names = {field.name for form in (Settings, Constraints) for field in fields(form)}
    assert names | {"timeout"} <= kind.model_fields.keys()
