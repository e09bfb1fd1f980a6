"""Thoughts that a model must have back, its own or a blank one."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from interlock.http import HttpReply
from interlock.types.messages import Message, Reasoning, ToolCall, ToolResult
from interlock.types.request import Request
from interlock.types.traits import Traits
from interlock_openai import VENDORS


def test_deepseek_gets_a_thought_for_every_turn_its_own_or_a_blank_one(dialect: Callable[[str], Any]) -> None:
    history = [
        Message("user", "q"),
        Message("assistant", [Reasoning("mine", vendor="deepseek"), ToolCall(id="a", name="look")]),
        Message("tool", [ToolResult(id="a", content="seen")]),
        Message("assistant", [Reasoning("other", vendor="zhipu"), ToolCall(id="b", name="look")]),
        Message("tool", [ToolResult(id="b", content="seen")]),
        Message("assistant", "done"),
        Message("user", "go on"),
    ]
    asked = dialect("deepseek")
    sent = json.loads(asked.codec.encode(asked.call(Request(history)), stream=False).body)["messages"]
    thoughts = [message.get("reasoning_content") for message in sent]
    assert thoughts == [None, "mine", None, " ", None, " ", None]


@pytest.mark.parametrize("vendor", [vendor.name for vendor in VENDORS])
@pytest.mark.parametrize("own", [None, "", "mine"])
def test_a_thought_that_is_owed_stands_where_the_vendor_writes_its_own(
    dialect: Callable[[str], Any], vendor: str, own: str | None
) -> None:
    """Read as if it were the vendor's answer, the turn holds a thought."""
    call = ToolCall(id="abcdefghi", name="look", arguments={})
    thoughts = [] if own is None else [Reasoning(own, vendor=vendor)]
    history = [
        Message("user", "q"),
        Message("assistant", [*thoughts, call]),
        Message("tool", [ToolResult(id="abcdefghi", content="seen")]),
    ]
    asked = dialect(vendor)
    made = asked.call(Request(history), traits=Traits(reasoning_owed=True))
    turn = json.loads(asked.codec.encode(made, stream=False).body)["messages"][1]
    payload = {"choices": [{"message": turn, "finish_reason": "tool_calls"}]}
    reply = HttpReply(status=200, headers={}, body=json.dumps(payload).encode())
    assert asked.codec.decode(asked.call(), reply).reasoning == (own or " ")
