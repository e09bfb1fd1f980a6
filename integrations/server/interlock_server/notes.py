"""Notes that the processes of one port leave for each other.

Each writes its own down once a second, in a folder that the first process makes, so that whichever of them is
asked can speak for all.
"""

import contextlib
import json
import os
from pathlib import Path
from time import time_ns
from typing import Any, Final

_ENDED: Final = ".ended"


class Notes:
    """What a process writes of one `subject`, and what those beside it have written; without a folder it is
    alone.
    """

    def __init__(self, folder: Path | None, subject: str) -> None:
        self._folder, self._subject = folder, subject
        # A number that the system gives once more is another process's.
        self._own = None if folder is None else folder / f"{os.getpid()}-{time_ns()}.{subject}"

    @property
    def shared(self) -> bool:
        """Whether there may be others."""
        return self._folder is not None

    def write(self, note: Any) -> None:
        """Let the others know: anything that JSON holds."""
        if self._own is None:
            return
        beside = self._own.with_suffix(".new")
        with contextlib.suppress(OSError):
            beside.write_text(json.dumps(note), "utf-8")
            beside.replace(self._own)  # at once, for others read it meanwhile

    def others(self) -> list[Any]:
        """What those have written that serve beside this one."""
        return self._read("")

    def ended(self) -> list[Any]:
        """The last of what those had written that serve no longer."""
        return self._read(_ENDED)

    def _read(self, suffix: str) -> list[Any]:
        found: list[Any] = []
        if self._folder is not None:
            for path in sorted(self._folder.glob(f"*.{self._subject}{suffix}")):
                with contextlib.suppress(OSError, ValueError):
                    if path != self._own:
                        found.append(json.loads(path.read_bytes()))
        return found


def bury(folder: Path, pid: int) -> None:
    """Say that a process has ended."""
    for each in folder.glob(f"{pid}-*"):
        if each.suffix != _ENDED:
            with contextlib.suppress(OSError):
                each.rename(each.with_name(each.name + _ENDED))
