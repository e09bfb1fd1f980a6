"""What many calls leave behind, in small; tests/benchmarks/soak.py shows the same at full scale."""

import asyncio
import gc
import random
import tracemalloc
from collections import deque
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import SpanProcessor

from interlock import Delta, Router, Unavailable, Usage
from interlock.assembly import assemble
from interlock.testing import Upstream, scripted_router
from interlock.testing.upstream import Reply
from watched import watched

MODELS = ("openai/gpt-5.5", "zhipu/glm-5.2", "mistral/mistral-large-3", "deepseek/deepseek-v3")
WORDS = 12


def words_for(prompt):
    """The answer to a question, which follows from its first word alone."""
    subject = prompt.split()[0]
    return [f"{subject}-{number} " for number in range(WORDS)]


def echo(gap=0.0):
    """What an upstream answers, each word after `gap` seconds."""

    def answer(received):
        body = received.json()
        words = words_for(body["messages"][-1]["content"])
        finish = {"index": 0, "finish_reason": "stop"}
        usage = {"usage": {"prompt_tokens": 3, "completion_tokens": WORDS}}
        if not body.get("stream"):
            message = {"role": "assistant", "content": "".join(words)}
            reply = Reply.json({"choices": [{**finish, "message": message}], **usage})
            return Reply(headers=reply.headers, pieces=reply.pieces, delay=gap * WORDS)
        events = [{"choices": [{"index": 0, "delta": {"content": word}}]} for word in words]
        spaced = [piece for event in events for piece in (gap, event)]
        return Reply.events(
            *spaced, {"choices": [{**finish, "delta": {}}]}, {"choices": [], **usage}, "[DONE]"
        )

    return answer


def router(*upstreams, **config):
    deployments = [
        {
            "id": f"d{index}",
            "model": MODELS[index],
            "provider": "openai-compatible",
            "base_url": f"{upstream.url}/v1",
            "region": "eu",
            "api_key": "k",
        }
        for index, upstream in enumerate(upstreams)
    ]
    return Router(assemble({"deployments": deployments, **config}, environ={}, random=lambda: 0.0))


async def plain(routed, prompt):
    return await routed.complete(prompt, task="conversational")


async def streamed(routed, prompt):
    async with routed.stream(prompt, task="conversational") as stream:
        text = "".join([chunk.text async for chunk in stream])
    assert text == stream.response.text
    return stream.response


def sockets():
    """Open sockets of this process."""
    found = 0
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the one that lists them is gone by now
            found += str(entry.readlink()).startswith("socket:")
    return found


async def test_two_hundred_streams_are_open_at_once():
    many, spoken, go_on = 200, [], asyncio.Event()

    async def one(routed, prompt):
        pieces = []
        async with routed.stream(prompt, task="conversational") as stream:
            async for chunk in stream:
                pieces.append(chunk.text)
                if len(pieces) == 1:
                    spoken.append(prompt)
                    if len(spoken) == many:
                        go_on.set()
                    await go_on.wait()
        return "".join(pieces)

    prompts = [f"s{number} please" for number in range(many)]
    with Upstream(always=echo()) as upstream:
        async with router(upstream) as routed:
            texts = await asyncio.gather(*(one(routed, prompt) for prompt in prompts))
    assert texts == ["".join(words_for(prompt)) for prompt in prompts]


class Well:
    """A provider in process, so that what is measured is ours."""

    api = 1

    def __init__(self, facts):
        self.facts = facts

    async def complete(self, call):
        raise NotImplementedError

    async def stream(self, call):
        yield Delta("Good ")
        await asyncio.sleep(0)
        yield Delta("morning", finish_reason="stop", usage=Usage(input_tokens=3, output_tokens=2))


async def test_two_thousand_calls_leave_memory_as_it_was():
    routed = scripted_router({"a": []}, load={"max_concurrency": 10})
    routed.wiring.records._records = deque(maxlen=100)  # full sooner
    providers = routed.wiring.offers.providers
    providers["a"] = Well(providers["a"].facts)

    async def calls(many):
        for number in range(many):
            async for _ in routed.stream(f"c{number} please", task="conversational"):
                pass
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = await calls(500)
        assert await calls(2_000) - before < 64 * 1024
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("ask", [plain, streamed])
async def test_an_answered_call_leaves_nothing_to_the_garbage_collector(ask):
    routed = scripted_router({"a": ["Good morning."] * 110, "b": []}, hedge={"after": 5, "budget": 1.0})
    for _ in range(10):
        await ask(routed, "Hello")
    gc.collect()
    gc.disable()
    try:
        for _ in range(100):
            await ask(routed, "Hello")
        assert gc.collect() < 100
    finally:
        gc.enable()


@pytest.mark.parametrize("ask", [plain, streamed])
async def test_nor_does_a_failed_attempt(ask):
    routed = scripted_router({"a": [Unavailable("503")] * 60, "b": ["Good morning."] * 60})
    for _ in range(10):
        await ask(routed, "Hello")
    gc.collect()
    gc.disable()
    try:
        for _ in range(50):
            await ask(routed, "Hello")
        assert gc.collect() < 50
    finally:
        gc.enable()


class Counted(SpanProcessor):
    def __init__(self):
        self.begun, self.ended = 0, 0

    def on_start(self, span, parent_context=None):
        self.begun += 1

    def on_end(self, span):
        self.ended += 1


async def test_three_hundred_cancelled_calls_leave_no_task_no_socket_and_no_span():
    pick, spans = random.Random(1), Counted()
    with Upstream(always=echo(gap=0.002)) as upstream, watched():
        trace.get_tracer_provider().add_span_processor(spans)
        before = sockets()
        routed = router(upstream, load={"max_concurrency": 40}, hedge={"after": 0.01, "budget": 1.0})
        await plain(routed, "warm please")

        async def cancelled(number):
            task = asyncio.create_task((plain, streamed)[number % 2](routed, f"x{number} please"))
            await asyncio.sleep(pick.random() * 0.04)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

        for start in range(0, 300, 60):
            await asyncio.gather(*(cancelled(number) for number in range(start, start + 60)))
            assert asyncio.all_tasks() == {asyncio.current_task()}
        assert (await streamed(routed, "after please")).text == "".join(words_for("after"))
        await routed.aclose()
        await asyncio.to_thread(upstream.wait_until_idle)
        async with asyncio.timeout(5):
            while sockets() > before:  # noqa: ASYNC110 - the upstream's own ends close in their own time
                await asyncio.sleep(0.01)
        assert spans.begun == spans.ended > 300
        assert routed.wiring.engine.attempts._concurrency._limits["d0"][0].limiter.inside == 0


async def test_every_call_ends_in_one_whole_answer_while_servers_die():
    many, answered = 240, 0
    with ExitStack() as last:
        servers = [Upstream(always=echo(gap=0.001)).__enter__() for _ in MODELS]
        alive = dict(enumerate(servers))
        last.callback(lambda: [server.__exit__(None, None, None) for server in alive.values()])
        async with router(*servers) as routed:

            async def one(number):
                nonlocal answered
                prompt = f"k{number} please"
                response = await (plain, streamed)[number % 2](routed, prompt)
                answered += 1
                if answered in (30, 80, 130):
                    # The first that lives is the one that most calls are at.
                    victim = alive.pop(min(alive))
                    await asyncio.to_thread(victim.__exit__, None, None, None)
                return prompt, response

            places = asyncio.Semaphore(20)

            async def in_turn(number):
                async with places:
                    return await one(number)

            ended = await asyncio.gather(*(in_turn(number) for number in range(many)))
    for prompt, response in ended:
        assert response.text == "".join(words_for(prompt))
        assert [each.deployment for each in response.record.attempts if not each.error] == [
            response.deployment
        ]
    assert len({response.deployment for _, response in ended}) == len(MODELS)
