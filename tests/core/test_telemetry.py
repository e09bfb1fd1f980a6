"""What spans and metrics carry: names of the table alone, and no content unless it is wanted."""

import asyncio
import json
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes
from opentelemetry.semconv._incubating.metrics import gen_ai_metrics

from interlock import Image, InterlockError, InvalidRequest, Message, RateLimited, Text, Unavailable
from interlock.telemetry import AttributeNames, metrics_of
from interlock.telemetry.names import NEWEST, OPT_IN
from interlock.testing import scripted_router
from watched import Watched, watched

CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
SECRET = "sk-test-0123456789abcdef"


@pytest.fixture
def seen():
    with watched() as found:
        yield found


async def drive(environ=None, said="the answer", prompt="the prompt", **options) -> None:
    """Calls of every kind: answered, streamed, fallen back, failed."""
    refusal = InvalidRequest(prompt, code=prompt)
    steps = {"a": [Unavailable("gone", status=503)] * 2, "b": [said, said, refusal]}
    router = scripted_router(steps, environ=environ, deployments={"a": {"api_key": SECRET}})
    await router.complete(prompt, **options)
    async for _ in router.stream(prompt, **options):
        pass
    with pytest.raises(InterlockError):
        await router.complete(prompt, model="b", **options)


async def test_every_attribute_is_in_the_names_table(seen: Watched):
    table = set(AttributeNames())
    await drive(settings={"temperature": 1, "top_p": 1, "top_k": 3, "seed": 1, "max_tokens": 9, "stop": "X"})
    for span in seen.spans:
        assert set(span.attributes) <= table
    for points in seen.points.values():
        for point in points:
            assert set(point.attributes) <= table


def test_the_table_says_what_the_conventions_say():
    theirs = {value for name, value in vars(gen_ai_attributes).items() if name.startswith("GEN_AI_")}
    ours = set(AttributeNames())
    assert {name for name in ours if name.startswith("gen_ai.")} <= theirs
    assert all(name.startswith(("gen_ai.", "interlock.", "server.", "error.", "http.")) for name in ours)
    known = {value for name, value in vars(gen_ai_metrics).items() if name.startswith("GEN_AI_")}
    old = {metric.name for metric in metrics_of(newest=False).values()}
    assert {name for name in old if name.startswith("gen_ai.")} <= known


async def test_metrics_are_those_of_the_table(seen: Watched):
    await drive()
    table = {metric.name for metric in metrics_of(newest=False).values()}
    found = seen.points
    assert set(found) <= table
    durations = found["gen_ai.client.operation.duration"]
    assert sum(point.count for point in durations) == 5
    assert durations[0].explicit_bounds[:4] == (0.01, 0.02, 0.04, 0.08)
    assert {point.attributes.get("error.type") for point in durations} == {
        None,
        "Unavailable",
        "InvalidRequest",
    }
    tokens = {point.attributes["gen_ai.token.type"]: point for point in found["gen_ai.client.token.usage"]}
    assert (tokens["input"].sum, tokens["output"].sum) == (4, 4)
    assert tokens["input"].explicit_bounds[-1] == 67108864
    (first,) = found["gen_ai.client.operation.time_to_first_chunk"]
    (between,) = found["gen_ai.client.operation.time_per_output_chunk"]
    assert first.count == 1
    assert between.count == 2
    (fallback,) = found["interlock.fallbacks"]
    assert fallback.value == 2
    assert dict(fallback.attributes) == {
        "interlock.fallback.from": "a",
        "interlock.deployment": "b",
        "error.type": "Unavailable",
    }
    calls = found["interlock.call.duration"]
    outcomes = {point.attributes["interlock.outcome"]: point.count for point in calls}
    assert outcomes == {"answer": 2, "error": 1}
    reasons = {point.attributes["interlock.reason"]: point.value for point in found["interlock.decisions"]}
    assert sum(reasons.values()) == 3
    assert reasons["explicit"] == 1


async def test_cost_is_counted_where_a_price_is_known(seen: Watched):
    price = {"input": 1_000_000, "output": 0}
    router = scripted_router({"a": ["hello"]}, deployments={"a": {"price": price}})
    await router.complete("two words")
    (cost,) = seen.points["interlock.cost"]
    assert cost.value == 2
    assert seen.named("chat a")[0].attributes["interlock.cost"] == 2


async def test_a_breaker_s_moves_are_measured(seen: Watched):
    router = scripted_router({"a": [RateLimited("slower", status=429, retry_after=60)], "b": ["hello"]})
    await router.complete("hi")
    (state,) = seen.points["interlock.breaker.state"]
    assert (state.attributes["interlock.deployment"], state.value) == ("a", 2)


async def test_the_newest_conventions_on_request(seen: Watched):
    await drive({OPT_IN: f"http, {NEWEST}"})
    table = {metric.name for metric in metrics_of(newest=True).values()}
    assert set(seen.points) <= table
    assert "gen_ai.client.token.usage" not in seen.points
    assert seen.points["gen_ai.client.inference.usage.input_tokens"][0].value == 4
    assert seen.points["gen_ai.client.inference.operation.output_tokens"][0].sum == 4
    assert "gen_ai.client.inference.duration" in seen.points
    assert AttributeNames.newest().cache_write == "gen_ai.usage.cache_write.input_tokens"


def everything(seen: Watched) -> str:
    """All that was told, as text."""
    return json.dumps(
        [
            [span.name, dict(span.attributes), span.status.description, [e.name for e in span.events]]
            for span in seen.spans
        ]
        + [[name, [dict(point.attributes) for point in points]] for name, points in seen.points.items()],
        ensure_ascii=False,
    )


# A mark after each letter, so that no piece of a text is found by chance.
marked = st.text(st.characters(categories=("L", "N", "P", "Zs")), min_size=3).map("⟪".join)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(prompt=marked, said=marked)
def test_content_is_nowhere(prompt, said):
    with watched() as seen:
        asyncio.run(drive(said=said, prompt=prompt))
        told = everything(seen)
    assert len(seen.spans) == 8
    assert "⟪" not in told
    assert SECRET not in told


@pytest.mark.parametrize("value", ["true", "SPAN_ONLY", "span_and_event"])
async def test_content_is_there_for_who_wants_it(seen: Watched, value):
    await drive({CAPTURE: value})
    (first, *_) = [span for span in seen.named("chat b") if span.attributes["interlock.outcome"] == "answer"]
    assert json.loads(first.attributes["gen_ai.input.messages"]) == [
        {"role": "user", "parts": [{"type": "text", "content": "the prompt"}]}
    ]
    assert json.loads(first.attributes["gen_ai.output.messages"]) == [
        {
            "role": "assistant",
            "parts": [{"type": "text", "content": "the answer"}],
            "finish_reason": "stop",
        }
    ]
    assert set(first.attributes) <= set(AttributeNames())
    assert SECRET not in everything(seen)


@pytest.mark.parametrize("value", ["", "false", "NO_CONTENT", "event_only", "yes please"])
async def test_content_is_absent_without_a_clear_wish(seen: Watched, value):
    await drive({CAPTURE: value})
    assert "the prompt" not in everything(seen)


async def test_content_leaves_bytes_out(seen: Watched):
    router = scripted_router({"a": ["a cat"]}, environ={CAPTURE: "true"})
    picture = Message("user", (Text("what is it?"), Image(data=b"\x89PNG" * 100, media_type="image/png")))
    await router.complete([Message("system", "Be brief."), picture])
    attributes = seen.only("chat a").attributes
    assert json.loads(attributes["gen_ai.system_instructions"]) == [{"type": "text", "content": "Be brief."}]
    (turn,) = json.loads(attributes["gen_ai.input.messages"])
    assert turn["parts"][1] == {"type": "blob", "modality": "image", "mime_type": "image/png", "size": 400}


async def test_a_server_has_an_address_and_a_client_s_span(seen: Watched):
    from opentelemetry.trace import SpanKind

    from interlock.assembly import assemble
    from interlock.router import Router

    deployment = {
        "id": "d",
        "model": "openai/gpt-5.5",
        "provider": "openai",
        "region": "us",
        "api_key": SECRET,
        "base_url": "http://127.0.0.1:9/v1",
    }
    router = Router(assemble({"deployments": [deployment], "retries": {"max": 0}}, environ={}))
    async with router:
        with pytest.raises(InterlockError):
            await router.complete("hi")
    span = seen.only("chat gpt-5.5")
    assert span.kind is SpanKind.CLIENT
    assert (span.attributes["server.address"], span.attributes["server.port"]) == ("127.0.0.1", 9)
    assert SECRET not in everything(seen)


def test_without_a_provider_opentelemetry_is_never_loaded():
    code = (
        "import sys, asyncio\n"
        "from interlock.testing import scripted_router\n"
        "router = scripted_router({'a': ['hello']})\n"
        "asyncio.run(router.complete('hi'))\n"
        "print(*(name for name in sys.modules if name.startswith('opentelemetry')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


async def test_the_api_alone_is_silence():
    import opentelemetry.trace  # noqa: F401 - loaded, and nobody set up

    router = scripted_router({"a": ["hello"]})
    assert (await router.complete("hi")).text == "hello"
    from interlock.telemetry import Telemetry

    assert Telemetry().live() is None


def test_a_disabled_sdk_is_silence(monkeypatch):
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    with watched() as seen:
        router = scripted_router({"a": ["hello"]})
        assert asyncio.run(router.complete("hi")).text == "hello"
        assert seen.spans == []
