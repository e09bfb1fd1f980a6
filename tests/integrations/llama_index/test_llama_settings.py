"""The LLM that a whole program shares, through LlamaIndex's settings: engines, counters, copies, leaving."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from llama_index.core import Document, MockEmbedding, Settings, VectorStoreIndex
from llama_index.core.agent.workflow import AgentStream, FunctionAgent
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.callbacks import CallbackManager, TokenCountingHandler
from llama_index.core.memory import ChatMemoryBuffer

from interlock.testing import Reply, Upstream, scripted_router
from llama_index.llms.interlock import Interlock

# Core uses an old name of pydantic's.
pytestmark = pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecationWarning")
WORD = {"id": "c", "model": "m", "choices": [{"index": 0, "delta": {"content": "word "}}]}
FOREVER = 600.0


@pytest.fixture
def settings() -> Iterator[Any]:
    """The program's settings, put back as they were."""
    before = dict(vars(Settings))
    yield Settings
    vars(Settings).clear()
    vars(Settings).update(before)


@pytest.fixture
def vendor() -> Iterator[Upstream]:
    """Says two words and then goes on saying nothing."""
    with Upstream(always=Reply.events(WORD, WORD, FOREVER, WORD)) as upstream:
        yield upstream


@pytest.fixture
def slow(vendor) -> Iterator[Interlock]:
    deployment = {"id": "a", "model": "openai/gpt-5.5", "provider": "openai-compatible", "region": "eu"}
    deployment |= {"base_url": f"{vendor.url}/v1", "api_key": "k"}
    llm = Interlock({"deployments": [deployment], "timeouts": {"answer": 900, "total": 900}})
    yield llm
    llm.router.close_sync()


def test_what_takes_no_llm_takes_the_settings_own(settings, stage) -> None:
    settings.llm, settings.embed_model = stage.llm, MockEmbedding(embed_dim=4)
    assert settings.llm is stage.llm
    index = VectorStoreIndex.from_documents([Document(text="The answer is forty-two.")])
    assert str(index.as_query_engine().query("What is it?")) == "one two three four five"
    assert "".join(index.as_query_engine(streaming=True).query("What is it?").response_gen) == (
        "one two three four five"
    )
    assert [record.deployment for record in stage.llm.router.records] == [stage.answering.name] * 2


async def test_a_counter_in_the_settings_counts_the_vendors_tokens(settings, stage) -> None:
    """In every way of asking, streams included, and once for a call that fell back."""
    counter = TokenCountingHandler(tokenizer=str.split)
    settings.llm, settings.callback_manager = stage.llm, CallbackManager([counter])
    asked = [ChatMessage(content="Count.")]
    llm = settings.llm
    llm.chat(asked)
    await llm.achat(asked)
    list(llm.stream_chat(asked))
    _ = [step async for step in await llm.astream_chat(asked)]
    llm.complete("Count.")
    list(llm.stream_complete("Count."))
    counts = [(each.prompt_token_count, each.completion_token_count) for each in counter.llm_token_counts]
    assert counts == [(11, 7)] * 6


async def test_an_agent_of_the_settings_llm(settings, plain_stage) -> None:
    def add(left: int, right: int) -> int:
        """Add two numbers."""
        return left + right

    settings.llm = plain_stage.llm
    memory = ChatMemoryBuffer.from_defaults(token_limit=2_000)
    output = await FunctionAgent(tools=[add]).run("What is 19 and 23?", memory=memory)
    assert str(output) == "The tool says 42."


@pytest.mark.parametrize("way", ["astream_chat", "astream_complete", "astream_chat_with_tools"])
async def test_leaving_an_asynchronous_stream_hangs_up(slow, vendor, way: str) -> None:
    given = {
        "astream_chat": lambda: slow.astream_chat([ChatMessage(content="x")]),
        "astream_complete": lambda: slow.astream_complete("x"),
        "astream_chat_with_tools": lambda: slow.astream_chat_with_tools([], user_msg="x"),
    }
    stream = await given[way]()
    assert (await anext(stream)).delta.startswith("word ")
    await stream.aclose()
    del stream
    await asyncio.to_thread(vendor.wait_until_idle)


async def test_a_task_that_reads_a_stream_and_is_cancelled_hangs_up(slow, vendor) -> None:
    reached = asyncio.Event()

    async def read() -> None:
        async for _ in await slow.astream_chat([ChatMessage(content="x")]):
            reached.set()

    task = asyncio.create_task(read())
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.to_thread(vendor.wait_until_idle)


@pytest.mark.filterwarnings("ignore:is_running called:DeprecationWarning")
async def test_an_agent_that_is_cancelled_in_the_middle_of_its_answer_hangs_up(slow, vendor) -> None:
    agent = FunctionAgent(tools=[], llm=slow, streaming=True)
    running = agent.run("x", memory=ChatMemoryBuffer.from_defaults(token_limit=2_000))
    async for event in running.stream_events():
        if isinstance(event, AgentStream) and event.delta:
            await running.cancel_run()
            break
    await asyncio.to_thread(vendor.wait_until_idle)


def test_a_synchronous_stream_of_a_query_engine_hangs_up(slow, vendor) -> None:
    index = VectorStoreIndex.from_documents([Document(text="x")], embed_model=MockEmbedding(embed_dim=4))
    stream = index.as_query_engine(llm=slow, streaming=True).query("x").response_gen
    assert next(stream).startswith("word ")
    stream.close()
    del stream
    vendor.wait_until_idle()


@pytest.mark.parametrize(
    "options", [{"estimated_tokens": 85_000}, {"metadata": {"estimated_tokens": 85_000}}]
)
def test_a_length_that_the_caller_knows_counts(options):
    router = scripted_router({"a": ["ok"]})
    Interlock(router=router).complete("Summarise what I attach.", **options)
    assert router.records[-1].decision.task == "long_document"


def test_the_record_says_what_the_call_belongs_to():
    router = scripted_router({"a": ["ok"]})
    Interlock(router=router).complete("Hello.", run="order-4711", step="greet")
    assert (router.records[-1].run, router.records[-1].step) == ("order-4711", "greet")
