"""What a run of an MCP server's tool takes through a toolbox, beside the SDK's own client on the same server.

    nice -n 19 uv run python tests/benchmarks/mcp_calls.py                          the server of the tests
    nice -n 19 uv run python tests/benchmarks/mcp_calls.py TOOL JSON COMMAND ARG…   any other, on its pipes

Both call the same process's tool in turns; the first is the tests' server on pipes, and over HTTP on this
machine. Printed are milliseconds, the median and the 95th in a hundred, and how many times the client's.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import quantiles
from typing import Any

from mcp import Client, StdioServerParameters

from interlock import Router, ToolCall

CALLS = 300
WARM = 20
TESTS = Path(__file__).parents[1] / "plugins" / "mcp"
SERVE = """
import sys
sys.path.insert(0, sys.argv[1])
from sdk_server import server
server.settings.log_level = "ERROR"
server.run(transport="streamable-http", port=int(sys.argv[2]), json_response=True)
"""
PORT = 8917


async def timed(call: Callable[[], Awaitable[Any]], other: Callable[[], Awaitable[Any]]) -> list[list[float]]:
    """Milliseconds of each, called in turns."""
    took: list[list[float]] = [[], []]
    for number in range(CALLS + WARM):
        for which, one in enumerate((call, other)):
            begun = time.perf_counter()
            await one()
            if number >= WARM:
                took[which].append((time.perf_counter() - begun) * 1_000)
    return took


async def compare(
    name: str, entry: dict[str, Any], server: Any, tool: str, arguments: dict[str, Any]
) -> None:
    connector = {"id": "there", "connector": "mcp", "region": "local", **entry}
    rules = {"rules": [{"tools": "*", "effect": "read"}]}
    config = {"connectors": [connector], "tools": rules}
    async with Client(server) as client, Router.from_config(config) as router:
        box = router.toolbox()
        await client.list_tools()
        call = ToolCall(id="call-1", name=tool, arguments=arguments)

        async def ours() -> None:
            outcome = await box.run(call)
            assert outcome.outcome == "done", outcome

        async def theirs() -> None:
            assert not (await client.call_tool(tool, arguments)).is_error

        columns = []
        for took in await timed(ours, theirs):
            cuts = quantiles(took, n=20)
            columns.append((cuts[9], cuts[18]))
    (median, late), (their_median, their_late) = columns
    print(
        f"{name:<8} interlock {median:6.2f} {late:6.2f}   SDK {their_median:6.2f} {their_late:6.2f}   "
        f"{median / their_median:5.2f} {late / their_late:5.2f} times"
    )


async def main(words: list[str]) -> None:
    if words:
        tool, arguments, command, *rest = words
        started = {"options": {"command": command, "args": rest}}
        server = StdioServerParameters(command=command, args=rest)
        await compare("pipes", started, server, tool, json.loads(arguments))
        return
    file = str(TESTS / "sdk_server.py")
    started = {"options": {"command": sys.executable, "args": [file]}}
    server = StdioServerParameters(command=sys.executable, args=[file])
    await compare("pipes", started, server, "list_notes", {})
    serving = subprocess.Popen([sys.executable, "-c", SERVE, str(TESTS), str(PORT)])  # noqa: ASYNC220 - before anything is measured
    try:
        await asyncio.sleep(5)
        address = f"http://127.0.0.1:{PORT}/mcp"
        await compare("HTTP", {"base_url": address}, address, "list_notes", {})
    finally:
        serving.terminate()
        serving.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
