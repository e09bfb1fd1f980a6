"""Tools that read the repository: files, commits, differences, checks."""

import difflib
import json
from typing import Annotated, Any

from pydantic import Field

from interlock_evaluation.worlds.software_development import checking, history
from interlock_evaluation.worlds.software_development.subset import Failing
from interlock_evaluation.worlds.software_development.world import WORLD
from interlock_evaluation.worlds.world import Refused, State

Ref = Annotated[str, Field(description="A branch, a tag, a commit's id, or pull/<number>.")]
_MOST = 200


@WORLD.reads
def branches_list(state: State) -> list[dict[str, Any]]:
    """Branches, each with its newest commit, and whether it is protected."""
    return [
        {"branch": name, "commit": commit, "protected": name == "main" or name.startswith("release/")}
        for name, commit in sorted(state.data["branches"].items())
    ]


@WORLD.reads
def files_list(state: State, ref: Ref = "main") -> list[str]:
    """Paths of all files."""
    return [*history.files_at(state, history.commit_at(state, ref))]


@WORLD.reads
def files_read(state: State, path: str, ref: Ref = "main") -> dict[str, Any]:
    """A file: its `text`, and its `lines` by number."""
    files = history.files_at(state, history.commit_at(state, ref))
    if path not in files:
        raise Refused(f"{ref} has no file {path!r:.80}; files_list says what there is", reason="not_found")
    lines = files[path]
    return {
        "path": path,
        "text": history.text_of(lines),
        "lines": {str(number): line for number, line in enumerate(lines, 1)},
    }


@WORLD.reads
def code_search(state: State, text: str, ref: Ref = "main", whole_word: bool = False) -> list[dict[str, Any]]:
    """Lines that hold a text, at most 200. With `whole_word`, no letter, digit or _ may stand beside it."""
    if not text:
        raise Refused("text: say what is looked for", reason="invalid")
    found = []
    for path, lines in history.files_at(state, history.commit_at(state, ref)).items():
        for number, line in enumerate(lines, 1):
            if _holds(line, text, whole_word=whole_word):
                found.append({"path": path, "line": number, "text": line})
    return found[:_MOST]


def _holds(line: str, text: str, *, whole_word: bool) -> bool:
    if not whole_word:
        return text in line
    at = line.find(text)
    while at >= 0:
        beside = line[at - 1 : at] + line[at + len(text) : at + len(text) + 1]
        if not any(each.isalnum() or each == "_" for each in beside):
            return True
        at = line.find(text, at + 1)
    return False


@WORLD.reads
def commits_list(state: State, ref: Ref = "main", limit: int = 20) -> list[dict[str, Any]]:
    """Commits of a branch, newest first: id, message, author, time and the paths of what they change."""
    found = history.first_parents(state, history.commit_at(state, ref))[: max(limit, 0)]
    return [_told(state, each) for each in found]


@WORLD.reads
def commits_get(state: State, commit: Ref) -> dict[str, Any]:
    """A commit, with its difference to the one before it."""
    found = history.commit_at(state, commit)
    before, after = history.parent_files(state, found), history.files_at(state, found)
    return {**_told(state, found), "diff": _difference(before, after)}


@WORLD.reads
def compare(state: State, base: Ref, head: Ref) -> dict[str, Any]:
    """What `head` has that `base` has not: its `commits`, newest first, the `files`, and the `diff`."""
    one, other = history.commit_at(state, base), history.commit_at(state, head)
    both = history.base_of(state, one, other)
    known = history.ancestors(state, one)
    before, after = history.files_at(state, both), history.files_at(state, other)
    return {
        "commits": [_told(state, each) for each in history.ancestors(state, other) if each not in known],
        "files": history.between(before, after),
        "diff": _difference(before, after),
    }


@WORLD.reads
def checks_get(state: State, ref: Ref = "main") -> list[dict[str, Any]]:
    """The checks of continuous integration: whether each is required, whether it passes, its complaints.

    `tests` runs tests/*.py. Code and tests are Python in a subset: functions with assignments, if, for,
    while, return, assert and raise; numbers, texts, lists, tuples, dictionaries; imports of the repository's
    own modules; `with raises(ValueError):` in tests; and `setting(name)`, of config/settings.toml.
    """
    return checking.results(state, history.files_at(state, history.commit_at(state, ref)))


@WORLD.reads
def code_try(state: State, expression: str, ref: Ref = "main") -> dict[str, Any]:
    """What an expression comes to, such as `shipping.fee(5000, 800)`: each module goes by its last name.

    Gives `value`, or `error` with what it raised. The subset of Python is that of checks_get.
    """
    files = history.files_at(state, history.commit_at(state, ref))
    try:
        found = checking.program(files).evaluate(expression)
        return {"value": json.loads(json.dumps(found))}
    except Failing as error:
        return {"error": str(error)}
    except (RecursionError, TypeError, ValueError):
        return {"error": "it comes to no number, text, list or dictionary"}


def _told(state: State, commit: str) -> dict[str, Any]:
    row = state.data["commits"][commit]
    told = {name: row[name] for name in ("id", "message", "author", "at", "parents")}
    return {**told, "files": sorted([*row["changes"], *row["removed"]])}


def _difference(before: history.Files, after: history.Files) -> str:
    found: list[str] = []
    for path in history.between(before, after):
        old, new = before.get(path, []), after.get(path, [])
        found += difflib.unified_diff(old, new, f"a/{path}", f"b/{path}", n=2, lineterm="")
    return "\n".join(found)
