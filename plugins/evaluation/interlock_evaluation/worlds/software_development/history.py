"""The repository's history: commits, each with what it changes of its first parent; branches and merges."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from interlock.types.names import nearest
from interlock_evaluation.worlds.world import Refused, State

Lines = Sequence[str]
Files = dict[str, list[str]]
PROTECTED: Final = ("main", "release/")
AGENT: Final = "agent"
_LARGEST: Final = 20_000  # characters of a file
_LONGEST: Final = 200  # characters of a path


def commit_at(state: State, ref: str) -> str:
    """The id of a commit by its id, a branch, a tag, or `pull/17`. Raises Refused for none."""
    data = state.data
    if ref in data["branches"]:
        return str(data["branches"][ref])
    if ref in data["releases"]:
        return str(data["releases"][ref]["commit"])
    number = ref.removeprefix("pull/")
    if number != ref and number in data["pulls"]:
        pull = data["pulls"][number]
        return commit_at(state, pull["head"]) if pull["state"] == "open" else str(pull["head_commit"])
    if ref in data["commits"]:
        return ref
    known = [
        *data["branches"],
        *data["releases"],
        *data["commits"],
        *(f"pull/{each}" for each in data["pulls"]),
    ]
    near = nearest(ref, known)
    hint = f"; did you mean {near}?" if near else ""
    raise Refused(f"there is no branch, tag, commit or pull/<number> {ref!r:.80}{hint}", reason="not_found")


def files_at(state: State, commit: str) -> Files:
    """Lines by path."""
    chain = []
    at: str | None = commit
    while at is not None:
        row = state.data["commits"][at]
        chain.append(row)
        at = row["parents"][0] if row["parents"] else None
    found: Files = {}
    for row in reversed(chain):
        found |= {path: list(lines) for path, lines in row["changes"].items()}
        for path in row["removed"]:
            found.pop(path, None)
    return dict(sorted(found.items()))


def parent_files(state: State, commit: str) -> Files:
    """The files before a commit."""
    parents = state.data["commits"][commit]["parents"]
    return files_at(state, parents[0]) if parents else {}


def ancestors(state: State, commit: str) -> list[str]:
    """The commit and all before it, nearest first."""
    found, waiting = [], [commit]
    while waiting:
        at = waiting.pop(0)
        if at not in found:
            found.append(at)
            waiting += state.data["commits"][at]["parents"]
    return found


def first_parents(state: State, commit: str) -> list[str]:
    """The commit and those that its branch stood at before, newest first."""
    found = [commit]
    while state.data["commits"][found[-1]]["parents"]:
        found.append(state.data["commits"][found[-1]]["parents"][0])
    return found


def base_of(state: State, one: str, other: str) -> str:
    """The newest commit that both have. Raises Refused where they have none."""
    theirs = set(ancestors(state, other))
    common = [each for each in ancestors(state, one) if each in theirs]
    if not common:
        raise Refused(f"{one} and {other} have nothing in common", reason="conflict")
    return max(common, key=lambda each: len(ancestors(state, each)))


def between(before: Mapping[str, Lines], after: Mapping[str, Lines]) -> dict[str, str]:
    """By path, what has become of a file: `added`, `removed` or `modified`."""
    found = {path: "removed" for path in before if path not in after}
    for path, lines in after.items():
        if path not in before:
            found[path] = "added"
        elif list(before[path]) != list(lines):
            found[path] = "modified"
    return dict(sorted(found.items()))


def merged(base: Files, ours: Files, theirs: Files) -> tuple[Files, list[str]]:
    """What both sides have made of `base`, file by file, and the paths that both have changed differently."""
    found, conflicts = dict(ours), []
    for path in between(base, theirs):
        if ours.get(path) == theirs.get(path):
            continue
        if ours.get(path) != base.get(path):
            conflicts.append(path)
        elif path in theirs:
            found[path] = theirs[path]
        else:
            found.pop(path, None)
    return found, conflicts


def commit(
    state: State, branch: str, files: Files, message: str, *, parents: Sequence[str] = (), author: str = AGENT
) -> dict[str, Any]:
    """Put a branch on a new commit in which the files are these. Raises Refused where nothing changes."""
    before = [state.data["branches"][branch]]
    old = files_at(state, before[0])
    changed = between(old, files)
    if not changed and not parents:
        raise Refused(f"nothing would change on {branch}", reason="conflict")
    if not message.strip():
        raise Refused("message: a commit needs one", reason="invalid")
    row: dict[str, Any] = {
        "parents": [*before, *parents],
        "message": message,
        "author": author,
        "at": state.now,
        "changes": {path: files[path] for path, what in changed.items() if what != "removed"},
        "removed": [path for path, what in changed.items() if what == "removed"],
    }
    id_ = sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:7]
    while id_ in state.data["commits"]:
        id_ = sha256(id_.encode()).hexdigest()[:7]
    state.data["commits"][id_] = {"id": id_, **row}
    state.data["branches"][branch] = id_
    return {"commit": id_, "branch": branch, "files": changed}


def writable(state: State, branch: str) -> str:
    """The commit of a branch that may be written to. Raises Refused for others."""
    if branch not in state.data["branches"]:
        near = nearest(branch, list(state.data["branches"]))
        hint = f"; did you mean {near}?" if near else ""
        raise Refused(f"there is no branch {branch!r:.80}{hint}", reason="not_found")
    if branch.startswith(PROTECTED) and (branch == "main" or branch.startswith("release/")):
        raise Refused(f"{branch} is protected: make a branch, and a pull request into {branch}")
    return str(state.data["branches"][branch])


def lines_of(text: str) -> list[str]:
    """A file's lines. Raises Refused for one that is too large."""
    if len(text) > _LARGEST:
        raise Refused(f"a file has at most {_LARGEST} characters", reason="invalid")
    return text.removesuffix("\n").split("\n")


def text_of(lines: Lines) -> str:
    return "\n".join(lines) + "\n"


def path_named(path: str) -> str:
    """The path, from the repository's root. Raises Refused for what cannot be one."""
    parts = path.split("/")
    if len(path) > _LONGEST or any(part in ("", ".", "..") or part.strip() != part for part in parts):
        raise Refused(f"path: {path!r:.80} is no path from the repository's root", reason="invalid")
    return path
