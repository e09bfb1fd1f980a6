"""An agent whose model binds its thoughts to all that stood before them keeps them, over checkpoints too."""

import pytest
from langchain.agents import create_agent
from langchain_core.messages import SystemMessage, messages_from_dict, messages_to_dict
from langchain_core.tools import tool

from interlock.testing import Upstream
from langchain_interlock import ChatInterlock
from sealing_vendor import SealingVendor

NAMES = {"anthropic": "claude-fable-5-1", "bedrock": "anthropic.claude-fable-5-1"}
COUNTS = {"type": "object", "additionalProperties": {"type": "integer"}}
SHAPE = {"type": "json_schema", "json_schema": {"name": "Counts", "schema": COUNTS}}


@tool
def look(a: int) -> str:
    """Looks it up."""
    return str(a)


def model(dialect: str, url: str) -> ChatInterlock:
    there = {"id": "there", "model": "anthropic/claude-4-opus", "provider": dialect, "name": NAMES[dialect]}
    there |= {"region": "local", "api_key": "k", "base_url": url}
    return ChatInterlock(config={"deployments": [there], "retries": {"max": 0}})


@pytest.mark.parametrize("dialect", NAMES)
@pytest.mark.parametrize("streamed", [False, True], ids=["invoked", "streamed"])
def test_an_agent_keeps_its_thoughts_over_turns_and_checkpoints(dialect, streamed):
    vendor = SealingVendor(dialect)
    with Upstream(always=vendor) as upstream:
        agent = create_agent(model(dialect, upstream.url), [look], system_prompt="Be brief.")
        kept = []
        for words in ("Look it up.", "Again.", "And again."):
            asked = {"messages": [*messages_from_dict(messages_to_dict(kept)), ("user", words)]}
            if streamed:
                *_, last = agent.stream(asked, stream_mode="values")
            else:
                last = agent.invoke(asked)
            kept = last["messages"]
    assert vendor.dropped == 0
    assert len(vendor.bodies) == 6  # a call and an answer each time, and none of them asked twice


@pytest.mark.parametrize("dialect", NAMES)
def test_forced_tools_and_odd_schemas_leave_what_was_thought_alone(dialect):
    vendor = SealingVendor(dialect, says='{"a": 1}')
    with Upstream(always=vendor) as upstream:
        asked = model(dialect, upstream.url)
        forced = asked.bind_tools([look], tool_choice="any")
        messages = [SystemMessage("Be brief."), ("user", "Look it up.")]
        called = forced.invoke(messages)
        result = look.invoke(called.tool_calls[0])
        messages += [called, result]
        messages += [
            asked.bind_tools([look]).invoke(messages),
            SystemMessage("Now in French."),
            ("user", "Well?"),
        ]
        shaped = asked.bind_tools([look], tool_choice="none", response_format=SHAPE)
        shaped.invoke(messages)
    assert vendor.dropped == 0
    assert len(vendor.bodies) == 3
