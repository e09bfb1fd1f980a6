"""The folder that holds a world's state."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from interlock import RequestError
from interlock.types.files import alone_with, write_whole
from interlock_evaluation.worlds.world import State, World


@dataclass(slots=True, kw_only=True)
class Kept:
    """What `state.json` holds.

    Attributes:
        keys: what came of a call that had a key: `call`, the digest of the tool and its arguments, and
            `answer`.
        times: how often a call was applied, by that digest.
        writes: how many lines `applied.jsonl` has.
        last: its last line.
        text: the file as it was read.
    """

    world: str
    state: State
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)
    writes: int = 0
    last: dict[str, Any] = field(default_factory=dict)
    text: str = "{}"

    def original(self) -> Any:
        """The state's data as they were read, apart from those that a tool may change."""
        return json.loads(self.text).get("data")


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """Where the state of one world is kept. Each call reads it anew, so several processes may share it.

    Before the first call it may hold `task.json`, whose `state` is a merge patch (RFC 7396) that is laid over
    the world's `initial.json`. Afterwards `state.json` is the state, and `applied.jsonl` has a line for each
    write that was applied.
    """

    path: Path
    world: World

    @contextmanager
    def opened(self) -> Iterator[Kept]:
        """Alone with what is kept. Raises RequestError where it cannot be read or is another world's."""
        self.path.mkdir(parents=True, exist_ok=True)
        with alone_with(self.path / "state.json"):
            yield self._read()

    def keep(self, kept: Kept) -> None:
        """Write the state whole, and then the last of its lines. Only while it is opened."""
        plain = {
            "world": kept.world,
            "data": kept.state.data,
            "counters": kept.state.counters,
            "keys": kept.keys,
            "times": kept.times,
            "writes": kept.writes,
            "last": kept.last,
        }
        kept.text = json.dumps(plain, ensure_ascii=False)
        write_whole(self.path / "state.json", kept.text.encode())
        self._note(kept)

    def task(self) -> dict[str, Any]:
        """What `task.json` holds; nothing without one. Raises RequestError where it cannot be read."""
        path = self.path / "task.json"
        return _json_of(path) if path.exists() else {}

    def applied(self) -> list[dict[str, Any]]:
        """The lines of `applied.jsonl`, oldest first."""
        path = self.path / "applied.jsonl"
        return (
            [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
            if path.exists()
            else []
        )

    def _read(self) -> Kept:
        path = self.path / "state.json"
        if not path.exists():
            kept = Kept(world=self.world.name, state=State(self._initial()))
            (self.path / "applied.jsonl").touch()
            self.keep(kept)
            return kept
        text = _text_of(path)
        plain = _mapping_in(text, path)
        if plain.get("world") != self.world.name:
            raise RequestError(f"holds a state of {plain.get('world')!r:.80}.", key=str(path))
        kept = Kept(
            world=plain["world"],
            state=State(plain["data"], plain["counters"]),
            keys=plain["keys"],
            times=plain["times"],
            writes=plain["writes"],
            last=plain["last"],
            text=text,
        )
        self._note(kept)
        return kept

    def _initial(self) -> dict[str, Any]:
        initial = _json_of(self.world.folder / "initial.json")
        laid_over = self.task().get("state")
        return dict(patched(initial, laid_over)) if laid_over else initial

    def _note(self, kept: Kept) -> None:
        """Write the last line, unless it is there: a process may have ended before it could."""
        path = self.path / "applied.jsonl"
        there = path.read_bytes() if path.exists() else b""
        if not kept.writes or there.count(b"\n") >= kept.writes:
            return
        line = json.dumps(kept.last).encode() + b"\n"
        if there and not there.endswith(b"\n"):
            write_whole(path, there[: there.rfind(b"\n") + 1] + line)
            return
        with path.open("ab") as file:
            file.write(line)


def patched(target: Any, patch: Any) -> Any:
    """A merge patch (RFC 7396) laid over JSON: mappings are merged, None takes away, all else replaces."""
    if not isinstance(patch, dict):
        return patch
    found = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = patched(found.get(key), value)
    return found


def _json_of(path: Path) -> dict[str, Any]:
    return _mapping_in(_text_of(path), path)


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise RequestError(f"cannot be read: {error}", key=str(path)) from None


def _mapping_in(text: str, path: Path) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RequestError(f"cannot be read: {error}", key=str(path)) from None
    if not isinstance(found, dict):
        raise RequestError("holds no mapping.", key=str(path))
    return found
