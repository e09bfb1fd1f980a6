"""The page's table of fields is the code's."""

import re
from pathlib import Path

import pytest

from interlock_server.dialects.chat import CHAT
from interlock_server.dialects.chat.request import HONOURED, ONLY, PASSED_OVER, REFUSED

PAGE = Path(__file__).resolve().parents[5] / "docs" / "server.md"


def test_every_field_is_in_the_table_and_nothing_else_is():
    section = PAGE.read_text(encoding="utf-8").partition("## Chat completions")[2].partition("\n## ")[0]
    rows = [line.split("|") for line in section.splitlines() if line.startswith("| `")]
    said = {name: row[2] for row in rows for name in re.findall(r"`(\w+)`", row[1])}
    assert said.keys() == HONOURED | PASSED_OVER | ONLY.keys() | REFUSED.keys()
    assert {name for name, what in said.items() if "passed over" in what} == PASSED_OVER
    assert {name for name, what in said.items() if what.strip() == "refused"} == REFUSED.keys()


SAMPLES = {
    "frequency_penalty": 0.5,
    "function_call": "auto",
    "functions": [{"name": "f"}],
    "interlock": {"task": "qa"},
    "logprobs": True,
    "max_completion_tokens": 5,
    "max_tokens": 5,
    "messages": [{"role": "user", "content": "other"}],
    "metadata": {"a": "b"},
    "model": "other",
    "parallel_tool_calls": False,
    "presence_penalty": 0.5,
    "reasoning": {"effort": "low"},
    "reasoning_effort": "low",
    "response_format": {"type": "json_object"},
    "safety_identifier": "u",
    "seed": 1,
    "stop": ".",
    "stream": True,
    "stream_options": {"include_usage": True},
    "temperature": 0.5,
    "thinking": {"type": "disabled"},
    "tool_choice": "none",
    "tools": [{"type": "function", "function": {"name": "f"}}],
    "top_k": 5,
    "top_logprobs": 2,
    "top_p": 0.5,
    "user": "u",
}
BESIDE = {"function_call": {"functions": SAMPLES["functions"]}, "top_logprobs": {"logprobs": True}}


@pytest.mark.parametrize("name", sorted(HONOURED))
def test_every_field_that_is_honoured_changes_what_is_asked(name):
    plain = {"model": "auto", "messages": [{"role": "user", "content": "hello"}], **BESIDE.get(name, {})}
    assert CHAT.read(plain | {name: SAMPLES[name]}) != CHAT.read(plain)


@pytest.mark.parametrize("name", sorted(PASSED_OVER))
def test_a_field_that_is_passed_over_changes_nothing(name):
    plain = {"model": "auto", "messages": [{"role": "user", "content": "hello"}]}
    assert CHAT.read(plain | {name: "x"}) == CHAT.read(plain)
