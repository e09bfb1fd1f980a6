"""Threads, loops and many calls at once; streams that are left early or start over."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from llama_index.core.base.llms.types import ChatMessage

from interlock import Delta, Unavailable
from interlock.testing import Reply, Upstream, scripted_router
from llama_index.llms.interlock import Interlock

THREADS, CALLS = 200, 300


def echo(body: dict[str, Any]) -> str:
    return f"You said {body['messages'][-1]['content']}"


def test_two_hundred_threads_at_once(plain_stage) -> None:
    plain_stage.first.says = echo
    barrier = threading.Barrier(THREADS)

    def one(number: int) -> str | None:
        barrier.wait()
        if number % 2:
            return plain_stage.llm.chat([ChatMessage(content=f"{number}")]).message.content
        *_, last = plain_stage.llm.stream_chat([ChatMessage(content=f"{number}")])
        return last.message.content

    with ThreadPoolExecutor(THREADS) as pool:
        said = list(pool.map(one, range(THREADS)))
    assert said == [f"You said {number}" for number in range(THREADS)]
    assert len(plain_stage.llm.router.records) == THREADS


async def test_three_hundred_calls_at_once(plain_stage) -> None:
    plain_stage.first.says = echo
    llm = plain_stage.llm
    answers = await asyncio.gather(*(llm.achat([ChatMessage(content=f"{n}")]) for n in range(CALLS)))
    assert [answer.message.content for answer in answers] == [f"You said {n}" for n in range(CALLS)]
    await llm.router.aclose()


def test_one_loop_after_another(stage) -> None:
    async def one() -> str:
        return str((await stage.llm.acomplete("Count.")).text)

    for _ in range(3):
        assert asyncio.run(one()) == "one two three four five"
        assert stage.llm.complete("Count.").text == "one two three four five"


async def test_synchronous_calls_inside_a_running_loop(stage) -> None:
    assert stage.llm.complete("Count.").text == "one two three four five"
    assert [step.text for step in stage.llm.stream_complete("Count.")][-1] == "one two three four five"


@pytest.mark.parametrize("synchronous", [True, False])
async def test_a_stream_that_is_left_early_hangs_up(synchronous: bool) -> None:
    chunk = {"id": "c", "model": "m", "choices": [{"index": 0, "delta": {"content": "word "}}]}
    with Upstream(always=Reply.events(chunk, chunk, 30.0, chunk)) as upstream:
        config = {
            "deployments": [
                {
                    "id": "a",
                    "model": "openai/gpt-5.5",
                    "provider": "openai-compatible",
                    "base_url": upstream.url,
                    "region": "eu",
                    "api_key": "k",
                }
            ]
        }
        llm = Interlock(config)
        if synchronous:
            stream = llm.stream_chat([ChatMessage(content="hello")])
            assert next(stream).delta.startswith("word ")
            stream.close()
        else:
            astream = await llm.astream_chat([ChatMessage(content="hello")])
            assert (await anext(astream)).delta.startswith("word ")
            await astream.aclose()
            del astream
        await asyncio.to_thread(upstream.wait_until_idle)
        await llm.router.aclose()
        llm.router.close_sync()


def test_a_stream_that_starts_over_says_so() -> None:
    broken = ["one ", Delta("two "), Unavailable("gone")]
    router = scripted_router({"a": [broken], "b": ["three"]}, rescue="restart")
    steps = list(Interlock(router=router).stream_chat([ChatMessage(content="hello")]))
    [over] = [index for index, step in enumerate(steps) if step.additional_kwargs.get("restart")]
    assert steps[over - 1].message.content == "one two "
    assert steps[over].message.content is None
    assert steps[-1].message.content == "three"
