"""What a verification of the log came to, out of the JSON that `interlock audit verify --json` printed."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from interlock.errors import RequestError

_LARGEST: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A verification: its verdict in words, and on which day its file was written (UTC).

    `unanchored` counts the entries that no checkpoint covers.
    """

    verdict: str
    whole: bool
    entries: int
    unanchored: int
    day: date


def read_verified(path: Path) -> Verified:
    """Raises RequestError for a file that cannot be read, or that is something else."""
    try:
        if path.stat().st_size > _LARGEST:
            raise RequestError(f"is larger than {_LARGEST // 1024**2} MiB.", key=str(path))
        told = json.loads(path.read_text("utf-8"))
        day = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    except OSError as error:
        raise RequestError(f"cannot be read: {error.strerror or error}.", key=str(path)) from None
    except (ValueError, RecursionError):
        raise RequestError("is no JSON.", key=str(path)) from None
    return Verified(
        verdict=_one(told, "verdict", str, path),
        whole=_one(told, "whole", bool, path),
        entries=_one(told, "entries", int, path),
        unanchored=_one(told, "unanchored", int, path),
        day=day,
    )


def _one(told: Any, name: str, kind: type, path: Path) -> Any:
    value = told.get(name) if isinstance(told, dict) else None
    if type(value) is not kind:
        what = f"has no `{name}`; expected what `interlock audit verify --json` printed."
        raise RequestError(what, key=str(path))
    return value
