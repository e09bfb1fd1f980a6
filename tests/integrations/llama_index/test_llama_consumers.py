"""What LlamaIndex's own parts ask of an LLM: engines, programs, chat engines, agents and extractors."""

import json
from typing import Any

import pytest
from llama_index.core import Document, MockEmbedding, PromptTemplate, VectorStoreIndex
from llama_index.core.agent.workflow import AgentStream, AgentWorkflow, FunctionAgent, ReActAgent
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.chat_engine.types import ChatMode
from llama_index.core.extractors import DocumentContextExtractor, SummaryExtractor
from llama_index.core.llms import LLM
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.program.function_program import FunctionCallingProgram
from llama_index.core.query_engine import SubQuestionQueryEngine
from llama_index.core.question_gen import LLMQuestionGenerator
from llama_index.core.schema import TextNode
from llama_index.core.storage.docstore import SimpleDocumentStore
from llama_index.core.tools import QueryEngineTool
from pydantic import BaseModel

# Core uses old names of pydantic and of its own workflows.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:is_running called:DeprecationWarning"),
]


class Sum(BaseModel):
    """A sum."""

    left: int
    right: int


def add(left: int, right: int) -> int:
    """Add two numbers."""
    return left + right


@pytest.fixture
def memory() -> ChatMemoryBuffer:
    """In place of core's default, which opens a database and never closes it."""
    return ChatMemoryBuffer.from_defaults(token_limit=2_000)


@pytest.fixture
def index() -> VectorStoreIndex:
    pages = [Document(text="The answer is forty-two."), Document(text="Bananas are yellow.")]
    return VectorStoreIndex.from_documents(pages, embed_model=MockEmbedding(embed_dim=4))


def from_context(body: dict[str, Any]) -> str | None:
    said = json.dumps(body["messages"]).lower()
    return "Forty-two, says the context." if "forty-two" in said else None


def react(body: dict[str, Any]) -> str:
    """What a well-behaved model writes for a ReAct agent."""
    seen = body["messages"][-1]["content"]
    if seen.startswith("Observation:"):
        return f"Thought: I can answer without using any more tools.\nAnswer: It is {seen.split()[-1]}"
    return 'Thought: I need a tool.\nAction: add\nAction Input: {"left": 19, "right": 23}'


def test_a_query_engine_asks_with_what_it_found(stage, index) -> None:
    stage.answering.says = from_context
    answer = index.as_query_engine(llm=stage.llm).query("What is the answer?")
    assert str(answer) == "Forty-two, says the context."
    assert "stream" not in stage.answering.asked or stage.answering.asked["stream"] is False


def test_a_streaming_query_engine_gives_the_answer_in_steps(stage, index) -> None:
    stage.answering.says = from_context
    answer = index.as_query_engine(llm=stage.llm, streaming=True).query("What is the answer?")
    steps = list(answer.response_gen)
    assert "".join(steps) == "Forty-two, says the context."
    assert stage.answering.asked["stream"] is True


async def test_an_asynchronous_query(stage, index) -> None:
    stage.answering.says = from_context
    assert str(await index.as_query_engine(llm=stage.llm).aquery("What is the answer?")) == (
        "Forty-two, says the context."
    )


async def test_an_asynchronous_streaming_query(stage, index) -> None:
    stage.answering.says = from_context
    answer = await index.as_query_engine(llm=stage.llm, streaming=True).aquery("What is the answer?")
    assert "".join([step async for step in answer.async_response_gen()]) == "Forty-two, says the context."
    assert stage.answering.asked["stream"] is True


@pytest.mark.parametrize("mode", ["refine", "tree_summarize", "simple_summarize", "accumulate"])
def test_every_way_to_put_an_answer_together(stage, index, mode: str) -> None:
    stage.answering.says = from_context
    answer = index.as_query_engine(llm=stage.llm, response_mode=mode).query("What is the answer?")
    assert "Forty-two, says the context." in str(answer)


def test_a_query_engine_with_an_output_class_must_have_a_tool_call(stage, index) -> None:
    answer = index.as_query_engine(llm=stage.llm, output_cls=Sum).query("What is 19 and 23?")
    assert answer.response.model_dump() == {"left": 19, "right": 23}
    assert stage.answering.asked["tool_choice"] == "required"


SUM = PromptTemplate("Add {these}.")


async def test_structured_prediction(stage) -> None:
    llm = stage.llm
    assert llm.structured_predict(Sum, SUM, these="1 and 2") == Sum(left=1, right=2)
    assert await llm.astructured_predict(Sum, SUM, these="3 and 4") == Sum(left=3, right=4)
    assert stage.answering.asked["tool_choice"] == "required"
    assert stage.answering.asked["parallel_tool_calls"] is False


async def test_structured_prediction_in_steps(stage) -> None:
    stage.answering.pause = 0.1
    steps = list(stage.llm.stream_structured_predict(Sum, SUM, these="1 and 2"))
    assert steps[-1] == Sum(left=1, right=2)
    assert any(getattr(step, "left", None) == 1 and getattr(step, "right", 0) is None for step in steps)
    astream = await stage.llm.astream_structured_predict(Sum, SUM, these="3 and 4")
    assert [step async for step in astream][-1] == Sum(left=3, right=4)


async def test_a_structured_llm(stage) -> None:
    llm = stage.llm.as_structured_llm(Sum)
    ask = [ChatMessage(content="Add 5 and 6.")]
    assert llm.chat(ask).raw == (await llm.achat(ask)).raw == Sum(left=5, right=6)
    assert llm.complete("Add 5 and 6.").raw == Sum(left=5, right=6)
    assert list(llm.stream_chat(ask))[-1].raw == Sum(left=5, right=6)
    assert [step async for step in await llm.astream_chat(ask)][-1].raw == Sum(left=5, right=6)


def test_a_program_with_a_tool_choice_of_its_own(stage) -> None:
    program = FunctionCallingProgram.from_defaults(
        Sum, prompt_template_str="Add {these}.", llm=stage.llm, tool_choice="Sum"
    )
    assert program(these="1 and 2") == Sum(left=1, right=2)
    assert stage.answering.asked["tool_choice"]["function"]["name"] == "Sum"


async def test_a_chat_engine_condenses_and_looks_up(stage, index, memory) -> None:
    stage.answering.says = from_context
    engine = index.as_chat_engine(ChatMode.CONDENSE_PLUS_CONTEXT, llm=stage.llm, memory=memory)
    assert str(engine.chat("What is the answer?")) == "Forty-two, says the context."
    assert str(await engine.achat("Are you sure?")) == "Forty-two, says the context."
    assert "".join(engine.stream_chat("Really?").response_gen) == "Forty-two, says the context."
    condensing = [body for body in stage.answering.bodies if "standalone question" in json.dumps(body)]
    assert condensing
    assert "interlock" not in json.dumps(condensing)  # what we say about an answer is no part of a prompt


@pytest.mark.parametrize("mode", [ChatMode.SIMPLE, ChatMode.CONTEXT, ChatMode.CONDENSE_QUESTION])
def test_the_other_chat_engines(stage, index, memory, mode: ChatMode) -> None:
    stage.answering.says = lambda _: "Yes."
    if mode is ChatMode.SIMPLE:
        from llama_index.core.chat_engine import SimpleChatEngine

        engine = SimpleChatEngine.from_defaults(llm=stage.llm, memory=memory)
    else:
        engine = index.as_chat_engine(mode, llm=stage.llm, memory=memory)
    assert str(engine.chat("Is it?")) == "Yes."
    assert "".join(engine.stream_chat("Is it?").response_gen) == "Yes."


@pytest.mark.parametrize("streaming", [True, False])
async def test_a_function_agent_works_with_tools(stage, memory, streaming: bool) -> None:
    agent = FunctionAgent(tools=[add], llm=stage.llm, streaming=streaming)
    running = agent.run("What is 19 and 23?", memory=memory)
    seen = [event async for event in running.stream_events() if isinstance(event, AgentStream)]
    output = await running
    assert str(output) == "The tool says 42."
    assert [(call.tool_name, call.tool_kwargs) for call in output.tool_calls] == [
        ("add", {"left": 19, "right": 23})
    ]
    assert output.raw["interlock"]["deployment"] == stage.answering.name
    if streaming:
        assert "".join(event.delta for event in seen) == "The tool says 42."
    *_, call, result = stage.answering.asked["messages"]
    assert call["tool_calls"][0]["id"] == result["tool_call_id"]
    assert stage.answering.asked.get("stream", False) is streaming


@pytest.mark.parametrize("streaming", [True, False])
async def test_a_react_agent_reads_its_form(stage, memory, streaming: bool) -> None:
    stage.answering.says = react
    agent = ReActAgent(tools=[add], llm=stage.llm, streaming=streaming)
    output = await agent.run("What is 19 and 23?", memory=memory)
    assert str(output) == "It is 42"
    assert [call.tool_kwargs for call in output.tool_calls] == [{"left": 19, "right": 23}]
    assert "tools" not in stage.answering.asked


async def test_agents_hand_over_to_each_other(stage, memory) -> None:
    def speak(body: dict[str, Any]) -> str | None:
        return "Done." if "You add." in json.dumps(body["messages"]) else None

    stage.answering.says = speak
    front = FunctionAgent(
        name="front",
        description="Talks.",
        llm=stage.llm,
        tools=[],
        system_prompt="You talk.",
        can_handoff_to=["adder"],
        initial_tool_choice="handoff",
    )
    adder = FunctionAgent(
        name="adder", description="Adds.", llm=stage.llm, tools=[], system_prompt="You add."
    )
    workflow = AgentWorkflow(agents=[front, adder], root_agent="front")
    output = await workflow.run("Go to adder", memory=memory)
    assert str(output) == "Done."
    assert output.current_agent_name == "adder"


async def test_an_agent_remembers_within_its_memory(stage, memory) -> None:
    agent = FunctionAgent(tools=[add], llm=stage.llm)
    await agent.run("What is 19 and 23?", memory=memory)
    await agent.run("What is 1 and 2?", memory=memory)
    roles = [message["role"] for message in stage.answering.asked["messages"]]
    assert roles == ["user", "assistant", "tool", "assistant", "user", "assistant", "tool"]


async def test_extractors_describe_nodes(stage) -> None:
    nodes = [TextNode(text="The answer is forty-two.", id_="n1")]
    [summary] = await SummaryExtractor(llm=stage.llm, num_workers=1, show_progress=False).aextract(nodes)
    assert summary["section_summary"] == "one two three four five"


async def test_a_long_prompt_is_marked_for_the_vendors_cache(stage) -> None:
    document = Document(text="The answer is forty-two.", id_="d1")
    store = SimpleDocumentStore()
    store.add_documents([document])
    node = TextNode(text="forty-two", id_="n1")
    node.relationships = {"1": document.as_related_node_info()}
    extractor = DocumentContextExtractor(
        docstore=store, llm=stage.llm, num_workers=1, max_context_length=1_000, show_progress=False
    )
    [found] = await extractor.aextract([node])
    assert found["context"] == "one two three four five"


def test_it_is_an_llm_like_any_other(stage) -> None:
    assert isinstance(stage.llm, LLM)
    assert stage.llm.predict(SUM, these="1 and 2") == "one two three four five"
    assert "".join(stage.llm.stream(SUM, these="1 and 2")) == "one two three four five"


def test_a_question_is_asked_in_parts(stage) -> None:
    """With a generator of core's own: the default one is a package for LlamaIndex before 0.13."""
    parts = [{"sub_question": "How old is it?", "tool_name": "pages"}]
    for vendor in (stage.first, stage.second):
        vendor.says = lambda body: json.dumps({"items": parts}) if "<Tools>" in str(body) else None
    index = VectorStoreIndex.from_documents(
        [Document(text="It is old.")], embed_model=MockEmbedding(embed_dim=4)
    )
    pages = QueryEngineTool.from_defaults(
        index.as_query_engine(llm=stage.llm), name="pages", description="All."
    )
    engine = SubQuestionQueryEngine.from_defaults(
        [pages],
        llm=stage.llm,
        question_gen=LLMQuestionGenerator.from_defaults(llm=stage.llm),
        use_async=False,
        verbose=False,
    )
    answer = engine.query("Is it old, and how old?")
    assert str(answer) == "one two three four five"
    assert [record.deployment for record in stage.llm.router.records] == [stage.answering.name] * 3
