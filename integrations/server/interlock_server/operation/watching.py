"""Whether files have changed. They are looked at again and again, for some file systems tell nobody."""

from collections.abc import Mapping
from pathlib import Path

from interlock.types.files import Stamp, stamp_of


class Watched:
    """A set of files, each as it was when it was read or last found to have changed.

    A file that is replaced, as editors and orchestrators do it, has changed; so has one that comes or goes.
    """

    def __init__(self, files: Mapping[Path, Stamp | None]) -> None:
        self._read: Mapping[Path, Stamp | None] = files
        self._stamps = dict(files)

    def follow(self, files: Mapping[Path, Stamp | None]) -> None:
        """Watch these from now on, and no others: the same ones until they are read again."""
        if files is not self._read:
            self._read, self._stamps = files, dict(files)

    def changed(self) -> list[Path]:
        """Those that are not what they were."""
        found = []
        for path, before in self._stamps.items():
            now = stamp_of(path)
            if now != before:
                self._stamps[path] = now
                found.append(path)
        return found
