"""An MCP server with what a reviewer has: a repository, checks of it, and a place where reviews are posted.

The repository is made here, out of `before` and `after`, at its first use; everything is kept in `work`.
"""

import json
import os
import re
import shutil
import subprocess
import threading
from pathlib import Path

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

HERE = Path(__file__).parent
WORK = HERE / "work"
REPOSITORY = WORK / "repository"
REVIEWS = WORK / "reviews"
RUFF = ("ruff", "check", "--isolated", "--no-cache", "--select=E,F,B", "--output-format=json", "--exit-zero")
BANDIT = ("bandit", "--quiet", "--recursive", "--format=json", "--exit-zero", "shop")
ONE_AT_A_TIME = threading.RLock()
ALONE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}  # nobody's own settings

server = MCPServer("review")


@server.tool()
def diff(change: str) -> dict[str, dict[str, list[int]] | str]:
    """What a change does: the patch, and by file the numbers of the lines that it adds."""
    patch = git("diff", "--unified=0", "--no-color", f"main...{change}")
    lines: dict[str, list[int]] = {}
    for line in patch.splitlines():
        if line.startswith("+++ b/"):
            lines[line.removeprefix("+++ b/")] = []
        elif hunk := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line):
            first, many = int(hunk[1]), int(hunk[2] or 1)
            lines[[*lines][-1]] += range(first, first + many)
    return {"lines": lines, "patch": patch}


@server.tool()
def lint(change: str) -> dict[str, list[dict[str, str | int]] | int]:
    """What the linter finds in the files of a change, and how many errors are among it."""
    folder = files_of(change)
    said = call(*RUFF, cwd=folder)
    found = [
        {
            "file": str(Path(each["filename"]).relative_to(folder.resolve())),
            "line": each["location"]["row"],
            "severity": "error" if each["code"] in ("F821", None) else "warning",
            "rule": each["code"] or "syntax",
            "what": each["message"],
        }
        for each in json.loads(said)
    ]
    return {"findings": found, "errors": sum(each["severity"] == "error" for each in found)}


@server.tool()
def dependencies(change: str) -> dict[str, list[dict[str, str | int]]]:
    """Which of the pinned dependencies have a known vulnerability, by the advisories in advisories.json."""
    advisories = json.loads((HERE / "advisories.json").read_text("utf-8"))
    found: list[dict[str, str | int]] = []
    for number, line in enumerate(git("show", f"{change}:requirements.txt").splitlines(), start=1):
        name, _, version = line.partition("==")
        for each in advisories:
            affected = SpecifierSet(each["affected"], prereleases=True)
            if each["package"] == canonicalize_name(name) and affected.contains(version):
                what = (
                    f"{line}: {each['summary']} ({each['cve']}). Fixed in {each['fixed']}. {each['source']}"
                )
                found.append(
                    {
                        "file": "requirements.txt",
                        "line": number,
                        "severity": each["severity"],
                        "rule": each["id"],
                        "what": what,
                    }
                )
    return {"findings": found}


@server.tool()
def security(change: str, scanner: str = "bandit") -> dict[str, list[dict[str, str | int]]]:
    """What a security scanner finds in the files of a change. There is bandit."""
    if scanner != "bandit":
        raise ToolError(f"there is no scanner {scanner!r} here; there is bandit")
    said = call(*BANDIT, cwd=files_of(change))
    severities = {"HIGH": "error", "MEDIUM": "warning"}
    found = [
        {
            "file": each["filename"],
            "line": each["line_number"],
            "severity": severities.get(each["issue_severity"], "note"),
            "rule": each["test_id"],
            "what": each["issue_text"],
        }
        for each in json.loads(said)["results"]
    ]
    return {"findings": found}


@server.tool()
def post_review(
    change: str, verdict: str, summary: str, findings: list[dict[str, str | int]], request_id: str
) -> str:
    """Post a review of a change. Posted twice with the same request_id, it is there once."""
    REVIEWS.mkdir(parents=True, exist_ok=True)
    lines = [f"{change}: {verdict.replace('_', ' ')}. {summary}", ""]
    lines += [
        f"{each['file']}:{each['line']}: {each['severity']}: {each['rule']}: {each['what']}"
        for each in findings
    ]
    text = "\n".join(lines)
    written = REVIEWS / f".{request_id}"
    written.write_text(text, "utf-8")
    written.replace(REVIEWS / f"{request_id}.txt")
    return text


def git(*arguments: str) -> str:
    """What git says in the repository, which is made if it is not there."""
    with ONE_AT_A_TIME:
        if not REPOSITORY.exists():
            make_repository()
        return call("git", *arguments, cwd=REPOSITORY)


def files_of(change: str) -> Path:
    """A folder with the files of a change."""
    folder = WORK / "files" / change
    with ONE_AT_A_TIME:
        if not folder.exists():
            git("worktree", "add", "--quiet", str(folder), change)
    return folder


def call(*command: str, cwd: Path) -> str:
    """What a program prints."""
    if shutil.which(command[0]) is None:
        raise ToolError(f"{command[0]} is not installed")
    done = subprocess.run(  # noqa: S603 - programs that are named above, with arguments that are no shell's
        command,
        cwd=cwd,
        env=os.environ | ALONE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ToolError(f"{command[0]} fails: {done.stderr.strip()[-500:]}")
    return done.stdout


def make_repository() -> None:
    """Two commits: `before` as main, and `after` as the change."""
    made = WORK / "repository-in-the-making"
    shutil.rmtree(made, ignore_errors=True)
    shutil.copytree(HERE / "before", made)
    call("git", "init", "--quiet", "--initial-branch=main", cwd=made)
    commit(made, "Orders of a shop")
    call("git", "checkout", "--quiet", "-b", "change", cwd=made)
    shutil.copytree(HERE / "after", made, dirs_exist_ok=True)
    commit(made, "Look customers up, and archive orders")
    call("git", "checkout", "--quiet", "main", cwd=made)
    made.rename(REPOSITORY)


def commit(made: Path, message: str) -> None:
    call("git", "add", "--all", cwd=made)
    name = ("-c", "user.name=Ada Example", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
    call("git", *name, "commit", "--quiet", f"--message={message}", cwd=made)


if __name__ == "__main__":
    server.run()
