"""A file of keys, changed where a verb is to change it, and left as it was in every other line."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from interlock import ConfigError
from interlock.documents import Node, read
from interlock.types.files import alone_with, write_whole
from interlock_server.keys.file import text_of

_PRIVATE: Final = 0o600
_HEAD: Final = "# Keys of the endpoint: `interlock keys create` and `revoke` write here, and so may you.\n"


def add_entry(path: Path, id_: str, sha256: str, fields: Mapping[str, Any]) -> None:
    """Write a key below those that a file has, or into a new file that its owner alone may read.

    Raises:
        ConfigError: the file has a key of that id, cannot be read or written, or is not written line by line.
    """

    def added(text: str) -> str:
        before = _entries(text, path)
        if id_ in before.value:
            what = f"there is a key of this id; `interlock keys revoke {id_}` makes room for another."
            raise ConfigError(what, key=id_, source=str(path), line=before.keys[id_])
        lines = [f"{_scalar(id_)}:", f"  sha256: {_scalar(sha256)}"]
        lines += [f"  {field}: {_scalar(value)}" for field, value in fields.items()]
        ended = text if not text or text.endswith("\n") else f"{text}\n"
        after = ended + "\n".join(lines) + "\n"
        _check(after, {**before.plain(), id_: {"sha256": sha256, **fields}}, id_, path)
        return after

    _change(path, added, missing=_HEAD)


def remove_entry(path: Path, id_: str) -> bool:
    """Take a key out of a file, with the lines that are its own. Whether there was one.

    Raises:
        ConfigError: the file cannot be read or written, or is not written line by line.
    """
    found = False

    def without(text: str) -> str:
        nonlocal found
        before = _entries(text, path)
        found = id_ in before.value
        if not found:
            return text
        lines = text.splitlines(keepends=True)
        begin = before.keys[id_] - 1
        # Down to the first line that is not indented: what stands there is about the next key, or it is that.
        rest = (at for at in range(begin + 1, len(lines)) if not lines[at].startswith((" ", "\t", "\n")))
        after = "".join([*lines[:begin], *lines[next(rest, len(lines)) :]])
        _check(after, {name: each for name, each in before.plain().items() if name != id_}, id_, path)
        return after

    _change(path, without)
    return found


def _check(text: str, wanted: Mapping[str, Any], id_: str, path: Path) -> None:
    """Raise ConfigError unless a file says what is wanted, and nothing else."""
    try:
        said = _entries(text, path).plain()
    except ConfigError:
        said = None
    if said != wanted:
        what = "the file is not written line by line; change it by hand."
        raise ConfigError(what, key=id_, source=str(path))


def _entries(text: str, path: Path) -> Node:
    root = read(text, str(path))
    if root is None or root.value is None:
        return Node(1, {})
    if not isinstance(root.value, dict):
        what = "expected ids of keys, and below each its fields."
        raise ConfigError(what, source=str(path), line=root.line)
    return root


def _change(path: Path, change: Callable[[str], str], missing: str | None = None) -> None:
    """Put what `change` makes of a file's text into its place at once, alone among those who do so."""
    try:
        with alone_with(path):
            there = path.exists()
            before = missing if not there and missing is not None else text_of(path)
            after = change(before)
            if after != before:
                mode = path.stat().st_mode & 0o777 if there else _PRIVATE
                write_whole(path, after.encode(), mode=mode)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(f"cannot be written: {reason}.", source=str(path)) from None


def _scalar(value: Any) -> str:
    """As JSON, all of which is YAML; words as they are."""
    word = isinstance(value, str) and value.isascii() and value.replace("-", "").replace("_", "").isalpha()
    plain = word and value.lower() not in ("true", "false", "null")
    return value if plain else json.dumps(value, ensure_ascii=False)
