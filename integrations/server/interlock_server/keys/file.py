"""Keys in a YAML file, which is read again when it changes."""

import asyncio
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from interlock import ConfigError
from interlock.documents import MAX_CHARACTERS
from interlock.logs import redacting_logger
from interlock.types.files import read_regular
from interlock_server.keys.following import Following
from interlock_server.keys.ring import Ring
from interlock_server.keys.written import keys_in

_log = redacting_logger("interlock.server.keys")
_BYTES: Final = 4 * MAX_CHARACTERS
_State = tuple[int, int, int] | None


class FileKeys:
    """The keys of one file. A change is seen within a second; a file that cannot be used, or is gone, leaves
    the keys as they were, and says why. `ring` and `problem` are those of a `KeySource`.
    """

    current = True

    def __init__(
        self,
        path: Path,
        *,
        environ: Mapping[str, str] | None = None,
        check: Callable[[Ring, str], None] | None = None,
        every: float = 0.4,
    ) -> None:
        """Reads the file, which is looked at `every` so many seconds once it is followed. `check` is asked
        about the keys of each, and for which file, and raises ConfigError where they cannot be used.

        Raises:
            ConfigError: it is not there, or cannot be used; naming the line.
        """
        self._path = path
        self._environ = environ
        self._check = check
        self._state = self._stat()
        self.ring = self._read()
        self.problem: str | None = None
        self._following = Following(self._look, every)

    async def start(self) -> None:
        await self._following.start()

    async def aclose(self) -> None:
        await self._following.aclose()

    async def _look(self) -> None:
        state = await asyncio.to_thread(self._stat)
        if state == self._state:
            return
        try:
            ring = await asyncio.to_thread(self._read)
        except ConfigError as error:
            self.problem = f"keys are as they were: {error}"
            _log.error("%s", self.problem)
        else:
            self.problem = None
            _log.info("%s has changed: %d keys", self._path.name, len(ring))
            self.ring = ring
        self._state = state

    def _stat(self) -> _State:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _read(self) -> Ring:
        source = os.fspath(self._path)
        text = text_of(self._path)
        ring = Ring(keys_in(text, source, environ=self._environ, folder=self._path.parent), source)
        if self._check is not None:
            self._check(ring, source)
        return ring


def text_of(path: Path) -> str:
    """What a file of keys says.

    Raises:
        ConfigError: it is not there, or is no text of a bearable length.
    """
    source = os.fspath(path)
    try:
        raw = read_regular(path, _BYTES + 1)
        if len(raw) > _BYTES:
            raise ConfigError(f"is longer than {MAX_CHARACTERS:,} characters.", source=source)
        return raw.decode("utf-8-sig")
    except FileNotFoundError:
        what = "there is no such file; `interlock keys create` makes one, with a key in it."
        raise ConfigError(what, source=source) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(f"cannot be read: {reason}.", source=source) from None
    except ValueError:
        raise ConfigError("is no path of a text in UTF-8.", source=source) from None
