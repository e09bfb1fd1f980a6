"""Servers of the MCP project in Python, through a toolbox, each in a version of either revision.

    uv run python tests/benchmarks/mcp_others.py

They are installed by uv into a folder that is removed again. Each is listed, read from, and asked to change
something in a folder or a database of its own, which is then looked at without it. Printed is a line each.
"""

import asyncio
import json
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from interlock import Router, ToolCall, ToolOutcome
from interlock.testing import Reply, Upstream

Run = Callable[..., Awaitable[ToolOutcome]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """One server.

    Attributes:
        packages: what is installed, by the revision that it is expected to speak.
        proof: what is asked of it; it says what was done.
        args: of its command, by revision.
    """

    module: str
    packages: dict[str, tuple[str, ...]]
    proof: Callable[[Run, Path], Awaitable[str]]
    args: dict[str, tuple[str, ...]] = field(default_factory=dict)


def git(folder: Path, *words: str) -> str:
    named = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    done = subprocess.run(["git", *named, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


async def commits(run: Run, folder: Path) -> str:
    git(folder, "init", "--quiet")
    git(folder, "config", "user.name", "Ada")
    git(folder, "config", "user.email", "ada@example.org")
    (folder / "note.txt").write_text("buy ink\n", "utf-8")
    there = str(folder)
    for tool, more in (("git_add", {"files": ["note.txt"]}), ("git_commit", {"message": "Remember ink"})):
        outcome = await run(tool, repo_path=there, **more)
        assert outcome.outcome == "done", outcome
    assert git(folder, "log", "--format=%s") == "Remember ink\n"
    assert "Remember ink" in str((await run("git_log", repo_path=there)).content)
    wrong = await run("git_commit", repo_path=there)
    assert (wrong.outcome, wrong.reason) == ("refused", "not_sent")
    return "one commit, seen by git; read back; a call without its message not sent"


async def hours(run: Run, _: Path) -> str:
    told = await run("convert_time", source_timezone="Europe/Zurich", time="10:00", target_timezone="UTC")
    assert told.outcome == "done", told
    assert "T0" in json.loads(told.content)["target"]["datetime"]
    wrong = await run("get_current_time", timezone="Europe/Nowhere")
    assert wrong.outcome == "unknown", wrong
    return "an hour in two zones; a zone that is none reported"


async def pages(run: Run, _: Path) -> str:
    page = Reply.raw(b"<html><body><h1>Ink</h1><p>Buy more of it.</p></body></html>", kind="text/html")
    with Upstream(always=lambda asked: Reply(status=404) if "robots" in asked.path else page) as site:
        told = await run("fetch", url=f"{site.url}/ink", raw=True)
        assert "Buy more of it." in str(told.content), told
        asked = [each.path for each in site.requests]
    assert asked == ["/robots.txt", "/ink"], asked
    gone = await run("fetch", url=f"{site.url}/ink")
    assert gone.outcome == "unknown", gone
    return "a page of this machine, asked for once; one that is gone reported"


async def rows(run: Run, folder: Path) -> str:
    made = await run("create_table", query="CREATE TABLE notes (text TEXT)")
    assert made.outcome == "done", made
    assert (await run("write_query", query="INSERT INTO notes VALUES ('buy ink')")).outcome == "done"
    assert "buy ink" in str((await run("read_query", query="SELECT text FROM notes")).content)
    with closing(sqlite3.connect(folder / "notes.db")) as database:
        assert database.execute("SELECT text FROM notes").fetchall() == [("buy ink",)]
    return "a table and a row, seen by sqlite3; read back"


OTHERS = (
    Other(
        module="mcp_server_git",
        packages={
            "2026-07-28": ("mcp-server-git==2026.10.19",),
            "2025-11-25": ("mcp-server-git==2025.12.18", "mcp<2"),
        },
        proof=commits,
    ),
    Other(
        module="mcp_server_time",
        packages={
            "2026-07-28": ("mcp-server-time==2026.10.19",),
            "2025-11-25": ("mcp-server-time==2025.9.25", "mcp<2"),
        },
        proof=hours,
    ),
    Other(
        module="mcp_server_fetch",
        packages={
            "2026-07-28": ("mcp-server-fetch==2026.10.24",),
            "2025-11-25": ("mcp-server-fetch==2025.4.7", "mcp<2", "httpx<0.28"),
        },
        proof=pages,
        args={"2026-07-28": ("--allow-private-ips",)},
    ),
    Other(
        module="mcp_server_sqlite",
        packages={"2025-11-25": ("mcp-server-sqlite==2025.4.25", "mcp<2")},
        proof=rows,
        args={"2025-11-25": ("--db-path", "notes.db")},
    ),
)


def installed(folder: Path, packages: tuple[str, ...]) -> Path:
    """A Python that has them."""
    subprocess.run(["uv", "venv", "--quiet", "--python", sys.executable, folder], check=True)
    python = folder / "bin" / "python"
    subprocess.run(["uv", "pip", "install", "--quiet", "--python", python, *packages], check=True)
    return python


async def show(other: Other, revision: str, python: Path, folder: Path) -> None:
    start = ("-c", f"import {other.module}; {other.module}.main()", *other.args.get(revision, ()))
    options: dict[str, Any] = {"command": str(python), "args": list(start)}
    there = {"id": "there", "connector": "mcp", "region": "local", "timeouts": {"total": 60}}
    connector = there | {"options": options | {"cwd": str(folder), "pins": str(folder.with_suffix(".json"))}}
    rules = {"rules": [{"tools": "*", "effect": "write"}]}
    async with Router.from_config({"connectors": [connector], "tools": rules}) as router:
        box = router.toolbox()

        async def run(tool: str, /, **arguments: Any) -> ToolOutcome:
            return await box.run(ToolCall(id="call-1", name=tool, arguments=arguments))

        count = len(await box.tools())
        assert not box.excluded, box.excluded
        told = router.wiring.toolboxes.sources.connector("there")._server._once.made.agreed
        spoken = getattr(told, "protocol_version", None) or told.supported_versions[-1]
        assert spoken == revision, spoken
        done = await other.proof(run, folder)
    print(f"{other.packages[revision][0]:<28} {spoken}  {count:2} tools  {done}", flush=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as given:
        every = [(other, revision) for other in OTHERS for revision in other.packages]
        for number, (other, revision) in enumerate(every):
            folder = Path(given) / f"work-{number}"
            folder.mkdir()
            python = installed(Path(given) / f"python-{number}", other.packages[revision])
            asyncio.run(show(other, revision, python, folder))


if __name__ == "__main__":
    main()
