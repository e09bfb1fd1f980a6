"""The examples run on this machine's model, as they stand in the docs."""

import importlib.util
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, ToolMessage

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"


@pytest.fixture
def example(request):
    spec = importlib.util.spec_from_file_location(request.param, EXAMPLES / f"{request.param}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("example", ["langchain_chain"], indirect=True)
def test_a_chain_and_the_same_with_its_primary_down(example, capsys):
    example.main()
    lines = capsys.readouterr().out.splitlines()
    tried = [line.strip() for line in lines if line.startswith("  ")]
    assert tried == ["here: answered", "primary: ConnectionFailed", "here: answered"]
    healthy, rescued = (line for line in lines if not line.startswith("  "))
    assert healthy == rescued != ""


@pytest.mark.parametrize("example", ["langchain_agent"], indirect=True)
def test_an_agent_with_two_tools(example):
    messages = example.ask("I am going to Lyon. What is the weather, and when does the next train leave?")
    assert [each.name for each in messages if isinstance(each, ToolMessage)] == ["weather", "train"]
    answers = [each for each in messages if isinstance(each, AIMessage)]
    assert [len(each.tool_calls) for each in answers] == [1, 1, 0]
    assert answers[-1].text.strip()
    assert all(each.usage_metadata["output_tokens"] > 0 for each in answers)
