"""Examples of docs/agent-examples.md, each played in a copy of its folder as its page tells it."""

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from interlock.cli.app import app

ROOT = Path(__file__).parents[4]
FOLDER = ROOT / "docs" / "examples" / "agents"
PAGE = ROOT / "docs" / "agent-examples.md"
# What differs from run to run.
VARIES = re.compile(
    r"\b[0-9a-f]{12}\b|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC|\b[\d.,]+ m?s\b"
    r"|\b4500000\d{3}\b|(?<=by )\w+(?=: it may)"
)
Interlock = Callable[..., Result]


@pytest.fixture
def example(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the folder that the test's module names, as the folder that it is run in."""
    folder = tmp_path / request.module.EXAMPLE
    shutil.copytree(FOLDER / request.module.EXAMPLE, folder, ignore=shutil.ignore_patterns("work", "*.db*"))
    monkeypatch.chdir(folder)
    # Servers are started as `python`, which is the one that runs the tests.
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    return folder


@pytest.fixture
def interlock(example: Path) -> Interlock:
    return lambda *arguments: CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture
def shown(interlock: Interlock) -> Callable[[str], dict[str, Any]]:
    """What `interlock agent show` knows of a run, its nodes' values by id."""

    def shown(run: str) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(interlock("agent", "show", run, "--json").stdout)
        return told | {"values": {node["id"]: node["value"] for node in told["nodes"]}}

    return shown


@pytest.fixture
def play(interlock: Interlock) -> Callable[[str], list[str]]:
    """Runs a section's commands one after another, and complains of lines shown that were not printed.

    Gives what was printed by each.
    """

    def play(section: str) -> list[str]:
        told = []
        for command, shown in commands(section):
            if command[0] != "interlock":
                continue
            result = interlock(*command[1:])
            printed = {_plain(line) for line in (*result.stdout.splitlines(), *result.stderr.splitlines())}
            lacking = [line for line in shown if _plain(line) not in printed]
            assert not lacking, f"{shlex.join(command)} printed\n{result.output}\nand not\n{lacking}"
            told.append(result.output)
        return told

    return play


def commands(section: str) -> Iterator[tuple[list[str], list[str]]]:
    """Each command of a section of the page, and the lines that are shown of what it prints."""
    text = PAGE.read_text("utf-8").split(f"\n## {section}\n")[1].split("\n## ")[0]
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, *shown = part.splitlines()
            yield shlex.split(line), [each for each in shown if each.strip() not in ("", "…")]


def _plain(line: str) -> str:
    return " ".join(VARIES.sub("…", line).split())
