"""Tokens count once where a backend adds up its spans, with and without an instrumentor."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SUPPORT = Path(__file__).parents[2] / "support"
PROGRAM = """
import asyncio, json, sys
from interlock import Answer, Text, Usage
from interlock.testing import scripted_router
from langchain_interlock import ChatInterlock
from traced_agent import instrument
from watched import watched

said = Answer(parts=(Text("hi"),), finish_reason="stop", usage=Usage(input_tokens=9, output_tokens=3))
NAMES = ("llm.token_count.prompt", "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")

async def asynchronously(chat):
    await chat.ainvoke("x")
    async for _ in chat.astream("x"):
        pass

sums = {}
with watched() as seen:
    def total():
        found = [next((s.attributes[n] for n in NAMES if n in s.attributes), 0) for s in seen.spans]
        aside = [s.attributes.get("interlock.usage.input_tokens", 0) for s in seen.spans]
        seen.clear()
        return [sum(found), sum(aside)]

    router = scripted_router({"a": [said] * 6})
    if sys.argv[1] != "bare":
        instrument(sys.argv[1])
    chat = ChatInterlock(router=router)
    chat.invoke("x")
    sums["invoke"] = total()
    list(chat.stream("x"))
    sums["stream"] = total()
    asyncio.run(asynchronously(chat))
    sums["async"] = total()
print(json.dumps(sums))
"""


@pytest.mark.parametrize("name", ["bare", "openinference"])
def test_tokens_count_once(name):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, name],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(SUPPORT), "OTEL_SDK_DISABLED": "false"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    aside = 0 if name == "bare" else 1
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "invoke": [9, 9 * aside],
        "stream": [9, 9 * aside],
        "async": [18, 18 * aside],
    }
