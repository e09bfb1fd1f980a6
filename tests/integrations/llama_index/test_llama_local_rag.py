"""The example, and what it is made of, with the model on this machine and a real embedding."""

import importlib.util
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from llama_index.core import PromptTemplate, VectorStoreIndex
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.tools import FunctionTool
from pydantic import BaseModel

from llama_index.llms.interlock import Interlock

ROOT = Path(__file__).parents[3]
BROKEN_STREAMS = "What happens when a stream breaks in the middle of an answer?"


@pytest.fixture(scope="module")
def example() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("llamaindex_rag", ROOT / "docs/examples/llamaindex_rag.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.modules.pop("llamaindex_rag", None)


@pytest.fixture(scope="module")
def index(example: ModuleType) -> VectorStoreIndex:
    return example.index_of(ROOT / "docs")


@pytest.fixture
def llm(example: ModuleType) -> Iterator[Interlock]:
    llm = Interlock(example.LOCAL, temperature=0, max_tokens=24)
    yield llm
    llm.router.close_sync()


def test_the_example_answers_and_names_its_sources(example: ModuleType, capsys) -> None:
    example.main(str(ROOT / "docs"), BROKEN_STREAMS)
    answer, *sources = capsys.readouterr().out.split("\n  ")
    assert answer.strip()
    pages = {page.name for page in (ROOT / "docs").rglob("*.md")}
    assert len(sources) == 2
    assert {source.partition(":")[0] for source in sources} <= pages


@pytest.mark.parametrize("given", [[], ["docs"]])
def test_the_example_without_a_question_says_how_it_is_called(given: list[str], monkeypatch) -> None:
    file = str(ROOT / "docs/examples/llamaindex_rag.py")
    monkeypatch.setattr(sys, "argv", [file, *given])
    with pytest.raises(SystemExit, match=r"usage: .*FOLDER QUESTION"):
        runpy.run_path(file, run_name="__main__")


@pytest.mark.parametrize(
    ("question", "page", "words"),
    [
        (BROKEN_STREAMS, "configuration.md", "when a stream breaks after something was delivered"),
        ("Why does HTTP go through aiohttp?", "transport.md", "aiohttp's session directly"),
        ("How do I write a plugin for a provider?", "write-a-plugin.md", "Each example is a whole plugin"),
    ],
)
def test_a_real_embedding_finds_what_was_meant(index, question: str, page: str, words: str) -> None:
    found = index.as_retriever(similarity_top_k=5).retrieve(question)
    assert page in [node.metadata["page"] for node in found]
    assert any(words in node.get_content() for node in found)


def test_the_prompt_holds_what_was_found(index, llm: Interlock) -> None:
    answer = index.as_query_engine(llm=llm, similarity_top_k=2).query(BROKEN_STREAMS)
    [record] = llm.router.records
    assert record.attempts[0].usage.input_tokens > 200
    assert record.deployment == "here"
    assert str(answer).strip()


async def test_the_same_in_steps(index, llm: Interlock) -> None:
    engine = index.as_query_engine(llm=llm, similarity_top_k=1, streaming=True)
    answer = await engine.aquery(BROKEN_STREAMS)
    steps = [step async for step in answer.async_response_gen()]
    assert len(steps) > 3
    assert str(engine.query(BROKEN_STREAMS)) == "".join(steps)
    await llm.router.aclose()


def test_with_the_cloud_away_the_local_model_answers(index, example: ModuleType) -> None:
    away = {
        "id": "cloud",
        "model": "openai/gpt-5.5",
        "provider": "openai-compatible",
        "base_url": "http://127.0.0.1:9/v1",
        "region": "eu",
        "api_key": "k",
    }
    config = {"deployments": [away, *example.LOCAL["deployments"]], "retries": {"max": 0}}
    llm = Interlock(config, temperature=0, max_tokens=8)
    assert llm.metadata.context_window == 4096
    assert str(index.as_query_engine(llm=llm, similarity_top_k=1).query(BROKEN_STREAMS)).strip()
    [record] = llm.router.records
    assert [attempt.deployment for attempt in record.attempts] == ["cloud", "here"]
    llm.router.close_sync()


class City(BaseModel):
    """A city."""

    name: str


def look_up(city: str) -> str:
    """The weather in a city."""
    return f"sunny in {city}"


async def test_a_model_without_tools_calls_them_all_the_same(llm: Interlock) -> None:
    tool = FunctionTool.from_defaults(look_up)
    with pytest.raises(ValueError, match="max_tokens"):
        llm.predict_and_call([tool], user_msg="Weather in Paris?", tool_required=True, max_tokens=4)
    llm = llm.model_copy(update={"max_tokens": 80})
    asked = [ChatMessage(content="What is the weather in Paris?")]
    plain = llm.chat_with_tools([tool], chat_history=asked, tool_required=True)
    stream = await llm.astream_chat_with_tools([tool], chat_history=asked, tool_required=True)
    *_, last = [step async for step in stream]
    for response in (plain, last):
        [call] = llm.get_tool_calls_from_response(response)
        assert call.tool_name == "look_up"
        assert isinstance(call.tool_kwargs["city"], str)
    found = llm.structured_predict(City, PromptTemplate("A city in {country}."), country="France")
    assert isinstance(found, City)
    await llm.router.aclose()
