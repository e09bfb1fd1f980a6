"""Other people's public programs, run with their framework's own class and with Interlock's in its place.

    uv run --with-requirements tests/benchmarks/programs.txt \
        python tests/benchmarks/programs.py --programs DIR [--fetch] [--only WORD]

programs.toml names the programs and the line that is changed in each; nothing else of them is. DIR holds, or
with `--fetch` is given, a folder `owner/name` for each repository, at the commit that is named there. A step
is a cell of a notebook, a block of Python in a page, or a whole script, and ends well or with an error of
some class; a program is the same with both when every step that ends well with its own class ends well with
ours, and better when others do too. What they say is not compared.

Both are given `OPENAI_API_KEY` and `ANTHROPIC_API_KEY` and nothing else: no configuration, and the models'
names are those in the programs. The vendors are a server on 127.0.0.1, which reads requests as they do, calls
the tools that are offered, and fills in schemas. The frameworks' classes find it by `OPENAI_BASE_URL` and
`ANTHROPIC_BASE_URL`, Interlock because program_steps.py gives its providers that address; no other address
can be reached, and drawings of graphs, which a website makes, are empty.

Exits with 1 when a program is not the same with both. `--json` prints every step.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from programs_vendor import Eager

HERE = Path(__file__).parent
CLASSES = ("own", "interlock")
SECONDS = 240.0
OK = "ok"


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


def run(program: Program, kind: str, folder: Path, address: str) -> list[str]:
    """How each step ended, in a copy of the repository and a process of its own."""
    with tempfile.TemporaryDirectory() as parent:
        copy = Path(parent, "program")
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".git"))
        ended = Path(parent, "ended.jsonl")
        asked = {
            "program": str(copy / program.path),
            "file": str(copy / program.file),
            "swap": dict(program.swap) if kind == "interlock" else {},
            "ended": str(ended),
            "address": address,
        }
        with Path(parent, "output.txt").open("w+", encoding="utf-8") as output:
            child = subprocess.Popen(
                [sys.executable, str(HERE / "program_steps.py"), json.dumps(asked)],
                cwd=(copy / program.path).parent,
                env=environment(parent, address),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            try:
                child.wait(SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            output.seek(0)
            said = output.read()
        steps = ended.read_text("utf-8").splitlines() if ended.exists() else []
        if not steps or steps[-1] != '"end"':
            steps += [json.dumps(f"ended early: {said.strip().rpartition(chr(10))[2]}"), ""]
        return [json.loads(step) for step in steps[:-1]]


def environment(home: str, address: str) -> dict[str, str]:
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


def table(results: Mapping[str, Mapping[str, list[str]]]) -> str:
    width = max(map(len, results))
    lines = [f"{'program':{width}}  own class  Interlock  same"]
    for name, by in results.items():
        own, ours = (f"{by[kind].count(OK)}/{len(by[kind])}" for kind in CLASSES)
        lines.append(f"{name:{width}}  {own:>9}  {ours:>9}  {verdict(by)}")
    same = sum(map(alike, results.values()))
    return "\n".join([*lines, f"{same} of {len(results)} the same or better"])


def verdict(by: Mapping[str, list[str]]) -> str:
    if not alike(by):
        return "NO"
    own, ours = (by[kind].count(OK) for kind in CLASSES)
    return "better" if ours > own else "yes"


def alike(by: Mapping[str, list[str]]) -> bool:
    """Some step has to end well: a program that never begins shows nothing."""
    own, ours = (by[kind] for kind in CLASSES)
    pairs = zip_longest(own, ours)
    return OK in own and all(here == OK or there != OK for there, here in pairs)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--programs", type=Path, required=True, metavar="DIR")
    parser.add_argument("--fetch", action="store_true", help="get the repositories that DIR lacks")
    parser.add_argument("--only", default="", metavar="WORD", help="programs whose name holds it")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    results: dict[str, dict[str, list[str]]] = {}
    with Eager() as vendor:
        for program in programs(given.only):
            folder = given.programs.resolve() / program.repo
            if given.fetch:
                fetch(program, folder)
            if not folder.is_dir():
                parser.error(f"{folder} is missing; --fetch gets it")
            results[program.name] = {kind: run(program, kind, folder, vendor.url) for kind in CLASSES}
            print(program.name, {k: v.count(OK) for k, v in results[program.name].items()}, file=sys.stderr)
    print(json.dumps(results, indent=1) if given.json else table(results))
    return 0 if all(map(alike, results.values())) else 1


if __name__ == "__main__":
    sys.exit(main())
