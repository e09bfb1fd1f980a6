"""`interlock mcp serve` as a client starts it: on its pipes, and until it is ended."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk import REVISIONS
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from interlock import ToolCall
from interlock.testing import Received, Reply, Upstream, scripted_router

INTERLOCK = [sys.executable, "-c", "from interlock.cli import main; main()"]
KEY = "sk-live-8d2f71a90b4c"
NOTES = Path(__file__).parents[1] / "sdk_server.py"
CONFIG = """
deployments:
  - id: here
    model: zhipu/glm-5.2
    provider: openai-compatible
    base_url: "{url}"
    api_key: env:THERE
    region: eu
connectors:
  - {{id: notes, connector: mcp, region: local, options: {{command: "{python}", args: ["{notes}"]}}}}
constraints: {{residency: [eu]}}
tools:
  rules: [{{tools: list_notes, effect: read}}, {{tools: add_note, effect: write}}]
"""


def answers(request: Received) -> Reply:
    """A model that says what it was asked, and its key."""
    asked = request.json()["messages"][-1]["content"]
    said = {"role": "assistant", "content": f"You said {asked}"}
    return Reply.json({"model": "glm", "choices": [{"message": said, "finish_reason": "stop"}]})


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("serving")
    with Upstream(always=answers) as upstream:
        text = CONFIG.format(url=upstream.url, python=sys.executable, notes=NOTES)
        (folder / "interlock.yaml").write_text(text)
        yield folder


def environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
    return kept | {"THERE": KEY}


def started(folder: Path, *more: str) -> "subprocess.Popen[bytes]":
    command = [*INTERLOCK, "mcp", "serve", *more]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=folder, env=environment())


def message(method: str, id_: int | None = 1, **params: Any) -> bytes:
    plain = {"jsonrpc": "2.0", "method": method, "params": params} | ({} if id_ is None else {"id": id_})
    return json.dumps(plain).encode() + b"\n"


GREETING = message(
    "initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo={"name": "x", "version": "1"}
)


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_client_starts_it_and_uses_tools_and_models(revision, home):
    said = StdioServerParameters(
        command=INTERLOCK[0], args=[*INTERLOCK[1:], "mcp", "serve"], cwd=home, env=environment()
    )
    async with Client(stdio_client(said), mode=revision, cache=None) as client:
        tools = [each.name for each in (await client.list_tools()).tools]
        assert tools[:5] == ["ask", "decide", "list_models", "list_notes", "add_note"]
        done = await client.call_tool("add_note", {"text": "call Ada"})
        assert done.structured_content["outcome"] == "done"
        assert (await client.call_tool("fails", {})).structured_content["reason"] == "consent"
        answer = await client.call_tool("ask", {"prompt": "hello"})
        assert not answer.is_error, answer.content
        assert answer.structured_content["text"] == "You said hello"
        outside = await client.call_tool("ask", {"prompt": "hello", "constraints": {"residency": ["us"]}})
        assert outside.structured_content["error"] == "NoDeployment"
        models = await client.call_tool("list_models", {})
        assert KEY not in models.model_dump_json() + outside.model_dump_json() + answer.model_dump_json()


def test_what_is_no_message_is_answered_and_nothing_else_is_printed(home):
    program = started(home, "--no-tools")
    lines = [
        b"{\n",
        b"\n",
        b'{"jsonrpc":"2.0"}\n',
        b'["a"]\n',
        b"\xff\xfe\n",
        b"[" * 50_000 + b"\n",
        message("no/such/method", 7),
        GREETING,
        message("notifications/initialized", None),
        message("tools/call", 8, name="burn"),
        message("tools/call", 9, name="ask", arguments={"prompt": 7}),
        message("tools/list", 10),
    ]
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(b"".join(lines))
    program.stdin.flush()
    told: list[Any] = []
    while not {1, 7, 8, 9, 10} <= {each.get("id") for each in told}:
        told.append(json.loads(program.stdout.readline()))
    rest, complaints = program.communicate(timeout=60)
    assert rest == b""
    assert complaints == b""
    assert program.returncode == 0
    by_id = {each["id"]: each for each in told if each["id"] is not None}
    nameless = [each["error"]["code"] for each in told if each["id"] is None]
    assert sorted(nameless) == [-32700, -32700, -32700, -32600, -32600]
    assert by_id[1]["result"]["serverInfo"]["name"] == "interlock"
    assert by_id[1]["result"]["capabilities"]["tools"] == {"listChanged": True}
    assert by_id[8]["error"]["code"] == -32602
    assert by_id[9]["result"]["isError"] is True
    assert [each["name"] for each in by_id[10]["result"]["tools"]] == ["ask", "decide", "list_models"]


def test_a_message_without_end_ends_it(home):
    program = started(home, "--no-tools")
    out, _ = program.communicate(GREETING + b"x" * (9 * 1024 * 1024), timeout=60)
    last = json.loads(out.splitlines()[-1])
    assert (last["id"], last["error"]["code"]) == (None, -32600)
    assert program.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize(
    ("way", "number", "code"),
    [("pipes", signal.SIGTERM, 0), ("pipes", signal.SIGINT, 130), ("http", signal.SIGTERM, 0)],
)
def test_a_signal_ends_it_cleanly(way, number, code, home):
    program = started(home, "--no-tools", *(["--http", "0"] if way == "http" else []))
    assert program.stdin is not None
    assert program.stdout is not None
    assert program.stderr is not None
    if way == "http":
        assert b"Serving MCP at http://127.0.0.1:" in program.stderr.readline()
    else:
        program.stdin.write(GREETING)
        program.stdin.flush()
        assert b"protocolVersion" in program.stdout.readline()
    program.send_signal(number)
    # Its input stays open, as that of a client that has forgotten it.
    assert program.wait(60) == code
    assert program.stderr.read() == b""
    for pipe in (program.stdin, program.stdout, program.stderr):
        pipe.close()


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        (["--http", "0.0.0.0:0"], "--key"),
        (["--http", "0.0.0.0:0", "--key", "env:THERE"], "--host-name"),
        (["--http", "0", "--key", KEY], "env:NAME or file:PATH"),
        (["--http", "0", "--key", "env:NOT_THERE"], "NOT_THERE"),
        (["--key", "env:THERE"], "--http"),
        (["--no-tools", "--no-models"], "--no-models"),
        (["--notify", "stderr:"], "--store"),
    ],
)
def test_what_would_be_open_to_others_or_cannot_be_meant_is_refused(more, wrong, home, monkeypatch):
    from typer.testing import CliRunner

    from interlock.cli.app import app

    monkeypatch.chdir(home)
    monkeypatch.setenv("THERE", KEY)
    result = CliRunner().invoke(app, ["mcp", "serve", *more])
    assert result.exit_code == 2, result.output
    assert wrong in result.stderr
    assert KEY not in result.output


async def test_what_waits_in_a_store_is_approved_on_the_command_line_and_then_done(home, tmp_path):
    store = f"sqlite:///{tmp_path}/agents.db"
    arguments = [*INTERLOCK[1:], "mcp", "serve", "--no-models", "--store", store]
    said = StdioServerParameters(command=INTERLOCK[0], args=arguments, cwd=home, env=environment())
    async with Client(stdio_client(said), mode="2026-07-28", cache=None) as client:
        waits = await client.call_tool("report", {})
        request = waits.structured_content["request"]
        approve = [*INTERLOCK, "agent", "approve", request, "--yes", "--store", store]
        await asyncio.to_thread(subprocess.run, approve, env=environment(), cwd=home, check=True)
        done = await client.call_tool("report", {})
        assert done.structured_content["content"] == "done"
        assert (await client.call_tool("report", {})).structured_content["reason"] == "consent"


async def test_our_own_connector_starts_it(home):
    options = {
        "command": sys.executable,
        "args": [*INTERLOCK[1:], "--config", str(home / "interlock.yaml"), "mcp", "serve"],
        "cwd": str(home),
        "env": {"THERE": KEY},
        "trust_annotations": True,
    }
    entry = {"id": "inner", "connector": "mcp", "region": "eu", "options": options}
    async with scripted_router({"model": []}, connectors=[entry]) as outer:
        box = outer.toolbox()

        async def run(name: str, **arguments: Any) -> Any:
            return await box.run(ToolCall(id="call-1", name=name, arguments=arguments))

        assert (await run("add_note", text="call Ada")).outcome == "done"
        asked = await run("ask", prompt="hello")
        assert asked.receipt["text"] == "You said hello"
