"""MCP servers that others wrote, through a toolbox: the five of ThinkingBox, 178 tools, in both revisions.

    nice -n 19 uv run python tests/benchmarks/mcp_foreign.py FOLDER [--made FOLDER] [--every N] [--only PART]

FOLDER is a copy of github.com/microsoft/thinkingbox-data, of which nothing is kept here. Its servers run in
environments of their own, made by uv below --made, or in a folder that is removed again.

First the servers are listed. Then the 507 tasks of ThinkingBox-Bench are done by the calls that the benchmark
holds for right, each task in a world of its own, and the server says whether the state of its database is the
one that these calls make without us in between: by a hash of all that is stable.

At last they are done once more, through the ledger and over HTTP, with one fault in each: the request or the
answer is lost, 429, 503, half of an answer, or whoever makes the calls is killed. No tool takes a key or can
be read back, so nothing may be sent again on a guess: where nobody knows, somebody looks at what has reached
the server, and says so. --every 10 takes every tenth task, --only one part
(`list`, `plain`, `faults`), --revision one revision.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(each) for each in (HERE / "foreign", HERE / "kills", HERE.parent / "support")]

from faults import FAULTS  # noqa: E402 - found by the line above
from faulty import playing  # noqa: E402 - likewise
from servers import FASTMCP, SERVERS, Environment, environment  # noqa: E402 - likewise
from stores import folder  # noqa: E402 - likewise
from tasks import Task, tasks  # noqa: E402 - likewise

from interlock import Router, ToolCall, ToolSpec  # noqa: E402 - likewise
from interlock.tools import digest  # noqa: E402 - likewise
from interlock_mcp.kind import McpConnector  # noqa: E402 - likewise
from interlock_tools.schemas import Checker  # noqa: E402 - likewise

PARTS = ("list", "plain", "faults")
RULES = {"rules": [{"tools": "*", "effect": "write"}]}


def router(server: str, entry: dict[str, Any]) -> Router:
    there = {"id": server, "connector": "mcp", "region": "local", "timeouts": {"total": 120}}
    return Router.from_config({"connectors": [there | entry], "tools": RULES})


def agreed(made: Router, server: str) -> str:
    """The revision that is spoken."""
    connector = made.wiring.toolboxes.sources.connector(server)
    assert isinstance(connector, McpConnector)
    told = connector._server._once.made.agreed
    return str(getattr(told, "protocol_version", None) or told.supported_versions[-1])


async def list_one(server: str, there: Environment, pins: Path) -> tuple[str, int]:
    """The revision, and how many tools are offered: none withdrawn, by a second process of it neither."""
    options = there.launch(server) | {"pins": str(pins)}
    took = []
    for _ in range(2):
        async with router(server, {"options": options}) as made:
            box = made.toolbox()
            begun = time.perf_counter()
            offered = await box.tools()
            took.append(time.perf_counter() - begun)
            assert not box.excluded, box.excluded
            for each in offered:
                assert each.tool.definition.name == each.name, each.name
                assert each.tool.spec.parameters["type"] == "object", each.name
                assert digest(each.tool, connector=server, version=""), each.name
            revision = agreed(made, server)
    print(
        f"  {server:<28} {revision}  {len(offered):3} tools, pinned and offered again  "
        f"{min(took):5.1f} s with its start",
        flush=True,
    )
    return revision, len(offered)


async def said(box: Any, tool: str, arguments: Any) -> Any:
    """What one of the benchmark's own tools answers."""
    outcome = await box.run(ToolCall(id="call-0", name=tool, arguments=arguments))
    assert outcome.outcome == "done", outcome
    return json.loads(outcome.content)


def mended(call: ToolCall, spec: ToolSpec) -> ToolCall:
    """A call with texts in place of numbers, which some of the benchmark's have, as its schema has it."""
    told = spec.parameters["properties"]
    fit = {
        name: float(value) if isinstance(value, str) and told[name].get("type") == "number" else value
        for name, value in call.arguments.items()
    }
    return replace(call, arguments=fit)


async def fit(box: Any, call: ToolCall) -> ToolCall:
    """The call as the tool's schema allows it."""
    tool = await box.tool(call.name)
    return mended(call, tool.spec) if Checker(tool.spec.parameters).objection(call.arguments) else call


async def verdict(box: Any, task: Task) -> int:
    """Whether the server's state is the one that the benchmark holds for right."""
    effects = await said(box, "__reserved__geteffects", {})
    right = bool(effects["result_db_hash"] == effects["golden_db_hash"])
    if not right:
        print(f"  {task.id}: differs in {[each['path'] for each in effects['diff']][:4]}")
    return right


async def play(server: str, there: Environment, todo: Iterable[Task]) -> Counter[str]:
    """Its tasks, one after another, without faults."""
    counts: Counter[str] = Counter()
    async with router(server, {"options": there.launch(server)}) as made:
        box = made.toolbox()
        for task in todo:
            assert await said(box, "__reserved__init", {"config": dict(task.init)}) == {}
            for call in task.calls:
                sent = await fit(box, call)
                counts["mended"] += sent is not call
                outcome = await box.run(sent)
                counts[outcome.outcome] += 1
                if outcome.outcome != "done":
                    print(f"  {task.id}: {call.name}: {outcome.outcome}, {str(outcome.content)[:200]}")
            counts["tasks"] += 1
            counts["right"] += await verdict(box, task)
    return counts


async def play_faulty(
    server: str, there: Environment, todo: Iterable[tuple[int, Task]], kept: Path
) -> Counter[str]:
    """Its tasks, one after another, with a fault each."""
    counts: Counter[str] = Counter()
    with playing(there, server, kept) as (address, played):
        async with router(server, {"base_url": address}) as made:
            box = made.toolbox()
            for number, task in todo:
                assert await said(box, "__reserved__init", {"config": dict(task.init)}) == {}
                calls = [await fit(box, each) for each in task.calls]
                found = await played.play(task, calls, number)
                found["tasks"] += 1
                found["right"] += await verdict(box, task)
                if not (found["right"] and found["ended"]) or found["doubled"] or found["lost"]:
                    print(f"  {task.id}: {dict(found)}", flush=True)
                counts += found
    return counts


async def main() -> None:
    words = argparse.ArgumentParser(description="See the file.")
    words.add_argument("folder", type=Path)
    words.add_argument("--made", type=Path)
    words.add_argument("--every", type=int, default=1)
    words.add_argument("--only", choices=PARTS)
    words.add_argument("--revision", choices=FASTMCP)
    given = words.parse_args()
    parts = (given.only,) if given.only else PARTS
    with folder() as own, tempfile.TemporaryDirectory() as installed:
        made = given.made or Path(installed)
        wanted = (given.revision,) if given.revision else tuple(FASTMCP)
        found = {each: environment(each, given.folder.resolve(), made.resolve()) for each in wanted}
        for revision, there in found.items() if "list" in parts else ():
            print(f"{revision}: FastMCP {FASTMCP[revision]}, on pipes")
            listed = [await list_one(server, there, own / f"{revision}.json") for server in SERVERS]
            assert {each for each, _ in listed} == {revision}
            print(f"  {'together':<28} {revision}  {sum(count for _, count in listed):3} tools")
        todo = list(enumerate(tasks(given.folder)))[:: given.every]
        for part, revision in ((part, each) for part in parts if part != "list" for each in found):
            faulty = part == "faults"
            total, since = Counter[str](), time.perf_counter()
            for server in SERVERS:
                begun, there = time.perf_counter(), found[revision]
                own_tasks = [(number, each) for number, each in todo if each.server == server]
                counts = await (
                    play_faulty(server, there, own_tasks, own)
                    if faulty
                    else play(server, there, (each for _, each in own_tasks))
                )
                total += counts
                print(f"{server}: ", end="")
                (tell_faulty if faulty else tell)(revision, counts, time.perf_counter() - begun)
            print("together: ", end="")
            (tell_faulty if faulty else tell)(revision, total, time.perf_counter() - since)


def tell(revision: str, counts: Counter[str], took: float) -> None:
    print(
        f"{revision}: {counts['right']} of {counts['tasks']} tasks end in the right state; "
        f"{counts['done']} calls done, {counts['refused']} refused, {counts['unknown']} unknown; "
        f"{counts['mended']} had a text for a number, which is not sent, and were mended; {took:.0f} s",
        flush=True,
    )


def tell_faulty(revision: str, counts: Counter[str], took: float) -> None:
    met = ", ".join(f"{kind} {counts[kind]}" for kind in FAULTS)
    print(
        f"{revision}, with faults ({met}; killed {counts['killed']}): "
        f"{counts['ended']} of {counts['tasks']} tasks end, {counts['by a person']} of them after a person "
        f"was asked ({counts['asked']} times); {counts['right']} in the right state; of {counts['calls']} "
        f"calls {counts['doubled']} were done twice and {counts['lost']} never; {took:.0f} s",
        flush=True,
    )


if __name__ == "__main__":
    asyncio.run(main())
