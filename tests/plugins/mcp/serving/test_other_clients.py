"""The client of the MCP project's TypeScript SDK, which shares no line with ours."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from desk import REVISIONS, Desk, router_of
from endpoint import served

from emulators.node import PACKAGES, needs_packages, node_command
from interlock import Delta
from interlock.testing import Step

pytestmark = needs_packages("@modelcontextprotocol/client")
KEY = "k-5d1f0c9b7a3e4826"
SCRIPT = Path(__file__).with_name("client.cjs")
# The desk on pipes, for a client that starts it.
PROGRAM = """
import asyncio, sys
sys.path.insert(0, {folder!r})
from desk import Desk, router_of
from interlock import Delta
from interlock.testing import Step
from interlock_mcp.serving import server
from interlock_mcp.serving.pipes import pipes

async def main():
    said = Step(["a" * 300, "b" * 300, "c" * 300, Delta(finish_reason="stop")])
    router = router_of(Desk(), said)
    made = server(router)
    print("what a plugin prints is no message")
    async with router, pipes() as (read, write):
        await made.run(read, write, made.create_initialization_options())

asyncio.run(main())
"""


def told(revision: str, *there: str) -> Any:
    command = node_command(SCRIPT, str(PACKAGES), revision, KEY, *there)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
    done = subprocess.run(command, capture_output=True, env=kept, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check(said: Any) -> None:
    hints = {each["name"]: each["annotations"] for each in said["tools"]}
    assert len(hints) == 10
    assert hints["look"]["readOnlyHint"] is True
    assert hints["burn"]["destructiveHint"] is True
    assert said["look"]["structuredContent"]["outcome"] == "done"
    assert said["burn"]["structuredContent"]["reason"] == "consent"
    assert said["order"]["structuredContent"]["outcome"] == "unknown"
    assert said["order"]["isError"] is True
    assert len(said["ask"]["structuredContent"]["text"]) == 900
    assert set(said["heard"]) <= {300, 900}  # what comes at once with the answer it does not tell
    assert said["nothing"]["code"] == -32602


@pytest.mark.parametrize("revision", REVISIONS)
async def test_it_uses_tools_and_models_over_http(revision):
    desk = Desk()
    said = Step(["a" * 300, "b" * 300, "c" * 300, Delta(finish_reason="stop")])
    with served(router_of(desk, said), key=KEY) as address:
        check(await asyncio.to_thread(told, revision, address))
    assert [name for name, _ in desk.runs] == ["look", "ink"]


def test_it_uses_tools_and_models_of_a_server_that_it_starts(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.format(folder=str(Path(__file__).parents[1])))
    check(told("2026-07-28", sys.executable, str(program)))
