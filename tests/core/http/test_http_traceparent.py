"""traceparent goes upstream where the configuration says so, and nowhere else."""

import pytest
from opentelemetry import baggage, context

from interlock import ConfigError
from interlock.assembly import assemble
from interlock.router import Router
from interlock.testing import Reply, Upstream
from watched import Watched, watched

ANSWER = {
    "id": "c",
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1},
}


@pytest.fixture
def seen():
    with watched() as found:
        yield found


def router(upstream: Upstream, **config) -> Router:
    def deployment(name: str, **more) -> dict:
        return {
            "id": name,
            "model": "openai/gpt-5.5",
            "provider": "openai",
            "region": "us",
            "api_key": "a-key",
            "base_url": f"{upstream.url}/{name}",
            **more,
        }

    given = {"deployments": [deployment("one"), deployment("two")], "retries": {"max": 0}, **config}
    return Router(assemble(given, environ={}))


async def ask(*names: str, **config) -> list[dict[str, str]]:
    """The headers that came, one request to each of the deployments named."""
    with Upstream(always=Reply.json(ANSWER)) as upstream:
        async with router(upstream, **config) as routed:
            for name in names:
                await routed.complete("hi", model=name)
        return [dict(request.headers) for request in upstream.requests]


async def test_nothing_is_sent_unless_configured(seen: Watched):
    (headers,) = await ask("one")
    assert not {"traceparent", "tracestate", "baggage"} & set(headers)


async def test_the_attempt_is_the_parent_upstream(seen: Watched):
    token = context.attach(baggage.set_baggage("customer", "secret"))
    try:
        (headers,) = await ask("one", tracing={"propagate": True})
    finally:
        context.detach(token)
    span = seen.only("chat gpt-5.5").context
    assert headers["traceparent"] == f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}"
    assert "baggage" not in headers


async def test_only_the_deployments_that_are_named_are_told(seen: Watched):
    first, second = await ask("one", "two", tracing={"propagate": ["two"]})
    assert "traceparent" not in first
    assert "traceparent" in second


async def test_without_a_provider_nothing_is_sent():
    (headers,) = await ask("one", tracing={"propagate": True})
    assert "traceparent" not in headers


def test_a_deployment_that_does_not_exist_is_refused():
    with Upstream() as upstream, pytest.raises(ConfigError, match=r"tracing\.propagate.*'onne'.*'one'"):
        router(upstream, tracing={"propagate": ["onne"]})


@pytest.mark.parametrize(("value", "wanted"), [("true", True), ("off", False), ("one, two", ("one", "two"))])
def test_the_environment_may_say_it(value, wanted):
    from interlock.config import load

    assert load({}, {"INTERLOCK_TRACING__PROPAGATE": value}).tracing.propagate == wanted
