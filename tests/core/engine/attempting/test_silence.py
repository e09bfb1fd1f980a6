"""What a deployment is sent in confidence leaves no attempt: not in words, not in ids, not in frames."""

import asyncio
import json
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from event_stream import exception
from interlock import InterlockError, ProtocolError, ProviderError, Router
from interlock.records import record_to_plain
from interlock.testing import Reply, Upstream
from interlock.testing.records import sample_record

PROMPT = "what is the weather in Paris"
KEY = "mykey-with-dashes-2024"
GATE = "gate no 7 opens"  # a header's value
BODY = "hunter-two"  # in extra_body

DIALECTS = {
    "openai-compatible": "zhipu/glm-5.2",
    "anthropic": "anthropic/claude-4-opus",
    "google": "google/gemini-2.5-ultra",
    "bedrock": "anthropic/claude-4-opus",
}


def router(provider: str, upstream: Upstream, key: str | None = KEY) -> Router:
    deployment = {
        "id": "a",
        "model": DIALECTS.get(provider, "zhipu/glm-5.2"),
        "provider": provider,
        "name": "anthropic.claude-opus-4-8" if provider == "bedrock" else None,
        "region": "eu-central-1",
        "base_url": upstream.url.replace("://", "://me:pass-in-the-url@"),
        "api_key": key,
        "headers": {"x-gate-auth": GATE},
        "extra_body": {"tenant_secret": BODY},
    }
    return Router.from_config({"deployments": [deployment], "retries": {"max": 0}})


def refusing(key: str, code: str | None = None) -> Reply:
    """A plain error with the key wherever an error has room."""
    words = f"wrong: {key} {GATE} {BODY} pass-in-the-url"
    inner = {"message": words, "type": code or key, "code": code or key, "status": key, "param": key}
    body = {"error": inner, "message": words, "__type": key, "request_id": key, "id": key}
    return Reply.json(body, status=401, headers={"x-request-id": key, "x-amzn-requestid": key})


def refusing_inside(provider: str, key: str) -> Reply:
    """The same in a stream that began with 200."""
    told = {
        "type": "error",
        "error": {"message": f"wrong: {key}", "type": key, "code": key},
        "request_id": key,
    }
    if provider == "bedrock":
        piece = exception(key, {"message": f"wrong: {key} {GATE}", "code": key})
        return Reply(headers={"content-type": "application/vnd.amazon.eventstream"}, pieces=(piece,))
    return Reply.events(f"event: error\ndata: {json.dumps(told)}\n\n")


def garbled(_: str) -> Reply:
    return Reply(pieces=(b'{"no": ',))


async def plain(router: Router) -> None:
    await router.complete(PROMPT)


async def streamed(router: Router) -> None:
    async for _ in router.stream(PROMPT):
        pass


def failure(provider: str, reply: Reply, ask: Callable[[Router], Any], key: str = KEY) -> InterlockError:
    with Upstream(always=reply) as upstream:
        made = router(provider, upstream, key)

        async def main() -> None:
            async with made:
                await ask(made)

        try:
            asyncio.run(main()) if asyncio.iscoroutinefunction(ask) else ask(made)
        except InterlockError as error:
            return error
        finally:
            made.close_sync()
    raise AssertionError("an error was due")


def sync(router: Router) -> None:
    router.complete_sync(PROMPT)


def sync_streamed(router: Router) -> None:
    for _ in router.stream_sync(PROMPT):
        pass


WAYS = (plain, streamed, sync, sync_streamed)
dialects = pytest.mark.parametrize("provider", DIALECTS)
ways = pytest.mark.parametrize("ask", WAYS)


def frames(error: BaseException | None) -> Iterator[FrameType]:
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        link = waiting.pop()
        if link is not None and id(link) not in seen:
            seen.add(id(link))
            yield from (frame for frame, _ in traceback.walk_tb(link.__traceback__))
            waiting += [link.__cause__, link.__context__]


def shown(error: BaseException) -> str:
    """Everything that a console, a log or a report of the error may show, but for this test's own frames."""
    lines = traceback.format_exception(error)
    for frame in frames(error):
        if frame.f_code.co_filename != __file__:
            lines += [f"{name} = {value!r}" for name, value in frame.f_locals.items()]
    lines += [repr(vars(link)) for link in (error, error.__cause__) if link is not None]
    return "\n".join(lines)


@dialects
@ways
@pytest.mark.parametrize("how", ["refused", "inside", "garbled", "unreachable"])
def test_no_secret_in_an_error_or_its_frames(provider: str, ask: Any, how: str) -> None:
    reply = {"refused": refusing(KEY), "inside": refusing_inside(provider, KEY)}.get(how, garbled(KEY))
    if how == "unreachable":
        reply = Reply(status=None)
    error = failure(provider, reply, ask)
    told = shown(error)
    for secret in (KEY, KEY[6:], GATE, BODY, "pass-in-the-url"):
        assert secret not in told
    assert isinstance(error, ProviderError)
    assert error.deployment == "a"


# Without a digit it may be a word of a record's own, such as first_token.
keys = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_.", min_size=6, max_size=40).filter(
    lambda key: any(map(str.isdigit, key)) and any(map(str.isalpha, key))
)


@dialects
@given(key=keys, inside=st.booleans())
@settings(max_examples=15, deadline=None)
def test_whatever_a_key_looks_like(provider: str, key: str, inside: bool) -> None:
    ask = streamed if inside else plain
    error = failure(provider, refusing_inside(provider, key) if inside else refusing(key), ask, key)
    assert isinstance(error, ProviderError)
    for told in (str(error), error.code, error.vendor_message, error.request_id, repr(error.attempts)):
        assert key not in (told or "")


@dialects
def test_what_a_router_is_made_of_prints_no_secret(provider: str) -> None:
    with Upstream() as upstream:
        made = router(provider, upstream)
        told = repr(
            (made, made.deployments, made.wiring, made.wiring.config, list(made.deployments.values()))
        )
        for secret in (KEY, GATE, BODY, "pass-in-the-url"):
            assert secret not in told
        assert upstream.url in told
        made.close_sync()


def test_the_password_in_an_address_is_sent_all_the_same() -> None:
    with Upstream(always=refusing(KEY)) as upstream:
        made = router("vllm", upstream, key=None)
        with pytest.raises(ProviderError):
            made.complete_sync(PROMPT)
        made.close_sync()
    assert upstream.requests[0].headers["authorization"] == "Basic bWU6cGFzcy1pbi10aGUtdXJs"


def chat(model: str, id_: str = "r-1") -> Reply:
    choice = {"index": 0, "message": {"role": "assistant", "content": "Sunny."}, "finish_reason": "stop"}
    return Reply.json({"id": id_, "model": model, "choices": [choice]})


def test_a_model_may_be_called_what_it_likes_but_the_key() -> None:
    with Upstream(chat(f"glm of {KEY}"), chat(PROMPT)) as upstream:
        made = router("openai-compatible", upstream)
        first, second = made.complete_sync(PROMPT), made.complete_sync(PROMPT)
        made.close_sync()
    assert first.served_model == first.record.attempts[0].served_model == "glm of ***"
    assert second.served_model == PROMPT
    for response in (first, second):
        assert "served_model" not in record_to_plain(response.record)["attempts"][0]


def test_an_error_that_echoes_the_prompt_leaves_none_of_it_in_the_record() -> None:
    reply = Reply.json(
        {"error": {"code": PROMPT}}, status=500, headers={"x-request-id": PROMPT, "cf-ray": "r-1"}
    )
    error = failure("openai-compatible", reply, plain)
    kept = record_to_plain(replace(sample_record(1), attempts=error.attempts))
    assert PROMPT not in json.dumps(kept)
    assert kept["attempts"][0]["error"]["request_id"] == "r-1"


class Stray:
    """A provider that raises what no provider may raise, with what it should keep to itself."""

    api = 1

    def __init__(self, facts: Any) -> None:
        self.facts = facts

    async def complete(self, call: Any) -> Any:
        key = call.deployment.credential.secret.reveal()
        raise LookupError(f"no {key}") from ExceptionGroup("two", [ValueError(key), KeyError(key)])


def stray() -> Router:
    made = router("openai-compatible", Upstream())
    providers = made.wiring.offers.providers
    assert isinstance(providers, dict)
    providers["openai-compatible"] = Stray(providers["openai-compatible"].facts)
    return made


def test_a_providers_mistake_says_where_it_was_made_and_no_secret() -> None:
    with stray() as made, pytest.raises(ProtocolError) as caught:
        made.complete_sync(PROMPT)
    told = shown(caught.value)
    assert KEY not in told
    assert "LookupError: no ***" in told
    assert 'raise LookupError(f"no {key}")' in told


async def test_what_the_caller_was_handling_is_left_alone() -> None:
    async with stray() as made:
        own = ValueError(f"the caller's own {KEY}")
        with pytest.raises(ValueError, match=KEY):
            try:
                raise own
            finally:
                with pytest.raises(ProtocolError):
                    await made.complete(PROMPT)
                kept = own.__traceback__
    assert kept is not None


async def test_who_leaves_a_call_takes_no_frames_of_it_along() -> None:
    with Upstream(always=Reply(delay=30.0)) as upstream:
        async with router("openai-compatible", upstream) as made:
            with pytest.raises(TimeoutError) as caught:
                async with asyncio.timeout(0.3):
                    await made.complete(PROMPT)
    assert KEY not in shown(caught.value)
