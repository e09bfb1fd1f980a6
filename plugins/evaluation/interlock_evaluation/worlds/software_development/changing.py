"""Tools that write to the repository: branches and commits."""

from typing import Annotated, Any

from pydantic import Field

from interlock_evaluation.worlds.software_development import history
from interlock_evaluation.worlds.software_development.code import Ref
from interlock_evaluation.worlds.software_development.world import WORLD
from interlock_evaluation.worlds.world import Refused, State

_NAME = r"[a-z0-9][a-z0-9._/-]{0,79}"


@WORLD.writes()
def branches_create(
    state: State, name: Annotated[str, Field(pattern=f"^{_NAME}$")], source: Ref = "main"
) -> dict[str, Any]:
    """Make a branch that begins at `source`."""
    if name in state.data["branches"]:
        raise Refused(f"there is a branch {name} already", reason="conflict")
    if name == "main" or name.startswith("release/"):
        raise Refused("only a release manager makes release branches")
    state.data["branches"][name] = history.commit_at(state, source)
    return {"branch": name, "commit": state.data["branches"][name]}


@WORLD.writes()
def commits_create(
    state: State, branch: str, message: str, files: dict[str, str], removed: list[str] | None = None
) -> dict[str, Any]:
    """Commit whole files, by path, to a branch that is not protected, and remove others."""
    found = history.files_at(state, history.writable(state, branch))
    for path in removed or ():
        if path not in found:
            raise Refused(f"{branch} has no file {path!r:.80}", reason="not_found")
        del found[path]
    found |= {history.path_named(path): history.lines_of(text) for path, text in files.items()}
    return history.commit(state, branch, found, message)


@WORLD.writes()
def files_edit(state: State, *, branch: str, path: str, old: str, new: str, message: str) -> dict[str, Any]:
    """Put `new` in the place of `old`, which has to stand in the file exactly once, and commit that."""
    found = history.files_at(state, history.writable(state, branch))
    if path not in found:
        raise Refused(f"{branch} has no file {path!r:.80}", reason="not_found")
    text = history.text_of(found[path])
    times = text.count(old) if old else 0
    if times != 1:
        raise Refused(
            f"old: it stands in {path} {times} times, and has to stand there once", reason="conflict"
        )
    found[path] = history.lines_of(text.replace(old, new))
    return history.commit(state, branch, found, message)


@WORLD.writes()
def commits_cherry_pick(state: State, branch: str, commit: Ref) -> dict[str, Any]:
    """Do on a branch what a commit did where it was made. Files are taken whole: one that has been changed on
    the branch as well is a conflict.
    """
    picked = history.commit_at(state, commit)
    before, after = history.parent_files(state, picked), history.files_at(state, picked)
    said = state.data["commits"][picked]["message"]
    return _merged(state, branch, before, after, f"{said}\n\nPicked from {picked}.")


@WORLD.writes()
def commits_revert(state: State, branch: str, commit: Ref) -> dict[str, Any]:
    """Undo on a branch what a commit did. Files are taken whole: one that has been changed since is a
    conflict.
    """
    undone = history.commit_at(state, commit)
    before, after = history.files_at(state, undone), history.parent_files(state, undone)
    said = state.data["commits"][undone]["message"].partition("\n")[0]
    return _merged(state, branch, before, after, f'Revert "{said}"\n\nThis reverts {undone}.')


@WORLD.writes()
def branches_merge(
    state: State, branch: str, source: Ref, resolutions: dict[str, str] | None = None
) -> dict[str, Any]:
    """Merge `source` into a branch that is not protected. Files are merged whole: one that both sides have
    changed is a conflict, and is refused unless `resolutions` has its whole text, by path.
    """
    ours, theirs = history.writable(state, branch), history.commit_at(state, source)
    base = history.base_of(state, ours, theirs)
    if base == theirs:
        raise Refused(f"{branch} has all of {source} already", reason="conflict")
    given = {path: history.lines_of(text) for path, text in (resolutions or {}).items()}
    files, conflicts = history.merged(*(history.files_at(state, each) for each in (base, ours, theirs)))
    for path in given:
        if path not in conflicts:
            raise Refused(f"resolutions: {path!r:.80} is no conflict", reason="invalid")
    if left := [path for path in conflicts if path not in given]:
        raise Refused(f"both sides have changed {', '.join(left)}", reason="conflict")
    return history.commit(state, branch, files | given, f"Merge {source} into {branch}", parents=[theirs])


def _merged(
    state: State, branch: str, before: history.Files, after: history.Files, message: str
) -> dict[str, Any]:
    ours = history.files_at(state, history.writable(state, branch))
    files, conflicts = history.merged(before, ours, after)
    if conflicts:
        raise Refused(f"{', '.join(conflicts)} is another on {branch}", reason="conflict")
    return history.commit(state, branch, files, message)
