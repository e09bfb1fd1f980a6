"""Many callers of one chat model, on many threads and loops."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from interlock.testing import ScriptedProvider, Step, scripted_router
from langchain_interlock import ChatInterlock


def echo(call) -> str:
    return f"echo {call.request.messages[-1].text}"


def chat(calls: int) -> ChatInterlock:
    provider = ScriptedProvider([Step(echo)] * calls, "echo")
    return ChatInterlock(router=scripted_router({"echo": provider}))


async def test_a_thousand_calls_at_once_on_one_loop():
    model = chat(1000)
    answers = await asyncio.gather(*(model.ainvoke(f"number {n}") for n in range(1000)))
    assert [answer.text for answer in answers] == [f"echo number {n}" for n in range(1000)]


def test_two_hundred_threads_at_once():
    model = chat(200)
    ready = threading.Barrier(200)

    def one(n: int) -> str:
        ready.wait()
        return str(model.invoke(f"number {n}").text)

    with ThreadPoolExecutor(200) as pool:
        assert list(pool.map(one, range(200))) == [f"echo number {n}" for n in range(200)]


async def test_invoke_and_stream_inside_a_running_loop():
    """As in a notebook."""
    model = chat(2)
    assert model.invoke("here").text == "echo here"
    assert "".join(chunk.text for chunk in model.stream("here")) == "echo here"


def test_two_loops_one_after_the_other(upstream):
    from langchain_standard import configuration

    model = ChatInterlock(config=configuration(upstream.url, "openai"))

    async def ask() -> str:
        return str((await model.ainvoke("Hello")).text)

    first, second = asyncio.run(ask()), asyncio.run(ask())
    assert first == second == model.invoke("Hello").text


async def test_a_stream_that_is_left_early_closes_its_connection(upstream):
    from langchain_standard import configuration

    model = ChatInterlock(config=configuration(upstream.url, "openai"))
    stream = model.astream("Hello")
    async for _ in stream:
        break
    await stream.aclose()
    upstream.wait_until_idle()


async def test_batches_keep_their_order_and_their_failures():
    provider = ScriptedProvider([Step("one"), Step("two")], "echo")
    model = ChatInterlock(router=scripted_router({"echo": provider}))
    answers = await model.abatch(["a", "b", "c"], config={"max_concurrency": 1}, return_exceptions=True)
    assert [getattr(answer, "text", type(answer).__name__) for answer in answers] == [
        "one",
        "two",
        "ProtocolError",
    ]
