"""A tool loop stays with its model unless the model fails, and then goes on with the next."""

import pytest
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.base.llms.types import ChatMessage, ToolCallBlock
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.tools import FunctionTool

pytestmark = pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecationWarning")


def add(left: int, right: int) -> int:
    """Add two numbers."""
    return left + right


@pytest.mark.parametrize("streaming", [True, False])
async def test_the_second_finishes_what_the_first_began(plain_stage, streaming: bool) -> None:
    stage, ran = plain_stage, []

    def fragile(left: int, right: int) -> int:
        """Add two numbers."""
        ran.append((left, right))
        stage.first.failing = True
        return left + right

    agent = FunctionAgent(tools=[fragile], llm=stage.llm, streaming=streaming)
    output = await agent.run("What is 19 and 23?", memory=ChatMemoryBuffer.from_defaults())
    assert str(output) == "The tool says 42."
    assert ran == [(19, 23)]
    [body] = stage.second.bodies
    *_, call, result = body["messages"]
    assert call["tool_calls"][0]["id"] == result["tool_call_id"] == "call_first_1"
    assert output.raw["interlock"]["deployment"] == "second"
    tried = [(each["deployment"], each["error"] is None) for each in output.raw["interlock"]["attempts"]]
    assert tried == [("first", False), ("second", True)]
    assert output.raw["usage"]["total_tokens"] == 18
    first, last = stage.llm.router.records
    assert (first.deployment, last.deployment) == ("first", "second")


@pytest.mark.parametrize("streaming", [True, False])
async def test_a_loop_stays_where_it_began_and_no_longer(plain_stage, streaming: bool) -> None:
    stage = plain_stage
    stage.first.failing = True

    def mend(left: int, right: int) -> int:
        """Add two numbers."""
        stage.first.failing = False
        return left + right

    agent = FunctionAgent(tools=[mend], llm=stage.llm, streaming=streaming)
    memory = ChatMemoryBuffer.from_defaults()
    await agent.run("What is 19 and 23?", memory=memory)
    assert [record.deployment for record in stage.llm.router.records] == ["second", "second"]
    await agent.run("What is 1 and 2?", memory=memory)
    assert [record.deployment for record in stage.llm.router.records][2:] == ["first", "first"]


async def test_results_find_their_calls_in_a_history_of_ones_own(plain_stage) -> None:
    llm, tool = plain_stage.llm, FunctionTool.from_defaults(add)
    asked = [ChatMessage(content="What is 19 and 23?")]
    called = llm.chat_with_tools([tool], chat_history=asked, tool_required=True)
    [call] = llm.get_tool_calls_from_response(called)
    result = ChatMessage(role="tool", content=str(tool(**call.tool_kwargs)))  # it names no call
    answer = await llm.achat_with_tools([tool], chat_history=[*asked, called.message, result])
    assert answer.message.content == "The tool says 42."
    *_, sent, answered = plain_stage.first.asked["messages"]
    assert sent["tool_calls"][0]["id"] == answered["tool_call_id"] == call.tool_id


def test_a_result_without_any_call_is_an_observation(plain_stage) -> None:
    history = [ChatMessage(content="Hello."), ChatMessage(role="tool", content="Observation: 42")]
    plain_stage.llm.chat(history)
    assert plain_stage.first.asked["messages"][-1] == {"role": "user", "content": "Observation: 42"}


def test_calls_written_in_openais_form_are_calls_too(plain_stage) -> None:
    function = {"name": "add", "arguments": '{"left": 1, "right": 2}'}
    called = {"tool_calls": [{"id": "c9", "type": "function", "function": function}]}
    history = [
        ChatMessage(content="What is 1 and 2?"),
        ChatMessage(role="assistant", additional_kwargs=called),
        ChatMessage(role="tool", content="3", additional_kwargs={"tool_call_id": "c9"}),
    ]
    assert plain_stage.llm.chat(history).message.content == "The tool says 3."
    assert plain_stage.first.asked["messages"][1]["tool_calls"][0]["function"] == function


def test_one_call_at_a_time_where_that_is_asked_for(plain_stage) -> None:
    blocks = [ToolCallBlock(tool_call_id=id_, tool_name="add", tool_kwargs={"left": 1}) for id_ in "ab"]
    llm, tool = plain_stage.llm, FunctionTool.from_defaults(add)
    response = llm.chat_with_tools([tool], user_msg="What is 1 and 2?", tool_required=True)
    response.message.blocks.extend(blocks)
    kept = llm._validate_chat_with_tools_response(response, [tool])
    assert len(llm.get_tool_calls_from_response(kept)) == 1
    assert len(llm.get_tool_calls_from_response(response)) == 3


def test_no_call_where_one_was_needed_is_an_error(plain_stage) -> None:
    response = plain_stage.llm.chat([ChatMessage(content="Count.")])
    assert plain_stage.llm.get_tool_calls_from_response(response, error_on_no_tool_call=False) == []
    with pytest.raises(ValueError, match="called no tool"):
        plain_stage.llm.get_tool_calls_from_response(response)
