"""The last calls of the command line, kept in the user's state directory for `interlock trace`.

Records alone, without a prompt, an answer or a vendor's words, in a file that only the user may read.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from interlock.logs import redacting_logger
from interlock.records import Unreadable, record_from_plain, record_to_plain
from interlock.types.records import Record

_log = redacting_logger("interlock.cli")
_KEPT = 20
_FILE = "last-calls.json"


def folder() -> Path:
    """Where a program keeps what it would like to find again, by the customs of the system."""
    stated = Path(os.environ.get("XDG_STATE_HOME", ""))
    if stated.is_absolute():  # a relative one is to be ignored, says its specification
        return stated / "interlock"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "interlock"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "interlock"
    return Path.home() / ".local" / "state" / "interlock"


def remember(records: Iterable[Record]) -> None:
    """Keep the newest beside those of before. A place that cannot be written to is no reason to fail."""
    try:
        kept = [*recall(), *records][-_KEPT:]
        _write(folder() / _FILE, json.dumps([record_to_plain(record) for record in kept]))
    except (OSError, RuntimeError) as error:  # RuntimeError: the user has no home
        _log.info("the call could not be kept for `interlock trace`: %s", type(error).__name__)


def recall() -> list[Record]:
    """The calls that were kept, oldest first."""
    try:
        text = (folder() / _FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    try:
        found = json.loads(text)
        return [record_from_plain(plain) for plain in found] if isinstance(found, list) else []
    except (ValueError, Unreadable):
        return []  # of another version, or damaged; the next call begins anew


def _write(path: Path, text: str) -> None:
    """Whole or not at all, for the user's eyes alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
