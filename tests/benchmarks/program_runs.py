"""The public programs that programs.toml names, and one run of one of them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from programs_vendor import Eager

HERE = Path(__file__).parent
OUT_OF_TIME = "out of time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """`swap`: line -> the line in its place; `file` is where it stands, if not in the program itself."""

    framework: str
    repo: str
    commit: str
    path: str
    file: str
    swap: Mapping[str, str]

    @property
    def name(self) -> str:
        return f"{self.repo.rpartition('/')[2]}/{self.path.removesuffix('.ipynb')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How each step ended, and how many requests for chat it sent, by the software that did."""

    steps: list[str]
    requests: Mapping[str, int]
    seconds: float


def programs(only: str) -> Iterator[Program]:
    data = tomllib.loads((HERE / "programs.toml").read_text("utf-8"))
    for repo in data["repositories"]:
        for spec in repo["programs"]:
            given: dict[str, Any] = {"path": spec} if isinstance(spec, str) else spec
            program = Program(
                framework=repo["framework"],
                repo=repo["repo"],
                commit=repo["commit"],
                path=given["path"],
                file=given.get("file", given["path"]),
                swap=given.get("swap", data["swap"][repo["framework"]]),
            )
            if only in f"{program.framework} {program.name}":
                yield program


def fetch(program: Program, folder: Path) -> None:
    """The repository at its commit, with nothing of its history."""
    if folder.exists():
        return
    folder.mkdir(parents=True)
    git = ["git", "-C", str(folder)]
    url = f"https://github.com/{program.repo}"
    for step in (["init", "-q"], ["fetch", "-q", "--depth=1", url, program.commit]):
        subprocess.run([*git, *step], check=True)
    subprocess.run([*git, "checkout", "-q", "FETCH_HEAD"], check=True)


def run(program: Program, folder: Path, *, swap: Mapping[str, str], seconds: float) -> Run:
    """The program in a copy of its repository, in a process of its own and with a vendor of its own."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as parent, Eager() as vendor:
        copy = Path(parent, "program")
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".git"))
        ended, output = Path(parent, "ended.jsonl"), Path(parent, "output.txt")
        asked = {
            "program": str(copy / program.path),
            "file": str(copy / program.file),
            "swap": dict(swap),
            "ended": str(ended),
            "address": vendor.url,
        }
        in_time = _finished(
            [sys.executable, str(HERE / "program_steps.py"), json.dumps(asked)],
            cwd=(copy / program.path).parent,
            env=_environment(parent, vendor.url),
            output=output,
            seconds=seconds,
        )
        steps = [json.loads(step) for step in ended.read_text("utf-8").splitlines()] if ended.exists() else []
        if steps[-1:] == ["end"]:
            steps.pop()
        elif in_time:
            steps.append(f"ended early: {output.read_text('utf-8').strip().rpartition(chr(10))[2]}")
        else:
            steps.append(OUT_OF_TIME)
        return Run(steps=steps, requests=dict(vendor.asked), seconds=round(time.monotonic() - began, 1))


def _finished(command: list[str], *, cwd: Path, env: Mapping[str, str], output: Path, seconds: float) -> bool:
    """Whether it ends in time; what it has started ends with it either way."""
    with output.open("w", encoding="utf-8") as said:
        child = subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        else:
            return True
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _environment(home: str, address: str) -> dict[str, str]:
    """Keys, addresses, and what a process needs; nothing of whoever runs this."""
    kept = ("PATH", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "HOME": home,
        "OPENAI_API_KEY": "sk-x",
        "ANTHROPIC_API_KEY": "sk-ant-x",
        "OPENAI_BASE_URL": f"{address}/v1",
        "OPENAI_API_BASE": f"{address}/v1",
        "ANTHROPIC_BASE_URL": address,
        "PYTHONPATH": os.pathsep.join(sys.path[1:]),
        "ANONYMIZED_TELEMETRY": "false",
    }
