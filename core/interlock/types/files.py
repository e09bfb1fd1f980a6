"""Files: read when they are files, and nothing else; written whole or not at all."""

import errno
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Final

_NO_FILE: Final = "it is a pipe or a device and no file"
_HERE: Final = threading.Lock()
Stamp = tuple[int, int, int, int]
"""What tells a file from what it was: device, node, bytes and when it was written, in nanoseconds."""

_NOTED: ContextVar[dict[Path, Stamp | None] | None] = ContextVar("interlock.types.files", default=None)


def read_regular(path: str | Path, most: int) -> bytes:
    """The first `most` bytes. Raises OSError, whose `strerror` says why, for a pipe or a device as well.

    A pipe would be waited for without end, and a device may have none.
    """
    noted = _NOTED.get()
    if noted is not None:
        noted.setdefault(Path(path).absolute())
    # Without waiting, because opening a pipe already waits for whoever writes to it.
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, _NO_FILE)
        if noted is not None:
            noted[Path(path).absolute()] = _stamp(found)
        with open(number, "rb", closefd=False) as file:
            return file.read(most)
    finally:
        os.close(number)


@contextmanager
def noted_reads() -> Iterator[dict[Path, Stamp | None]]:
    """The files that the block reads by `read_regular`, in their order, each with its stamp; None for those
    that are not there. What is read in other threads counts where they have the block's context.
    """
    noted: dict[Path, Stamp | None] = {}
    token = _NOTED.set(noted)
    try:
        yield noted
    finally:
        _NOTED.reset(token)


def stamp_of(path: str | Path) -> Stamp | None:
    """Of the file that is there now; None where there is none."""
    try:
        return _stamp(os.stat(path))  # noqa: PTH116 - links are followed, as opening would
    except OSError:
        return None


def _stamp(found: os.stat_result) -> Stamp:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def check_regular(path: str | Path) -> None:
    """Raise OSError for what is no file, before a library opens it by its name."""
    if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 - takes text as well
        raise OSError(errno.EINVAL, _NO_FILE)


def is_exposed(path: str | Path) -> bool:
    """Whether everybody on this machine may read it."""
    return os.name == "posix" and bool(os.stat(path).st_mode & stat.S_IROTH)  # noqa: PTH116 - as above


def write_whole(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Put `data` in the file's place at once: whoever reads has the old or the new, and after a power cut
    one of them is there. `mode` is of a new file, less what the process leaves out. Raises OSError.
    """
    # A name that nobody foresees, and a file that was not there: its mode is the one that is asked for.
    beside = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
    number = os.open(beside, flags, mode)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Alone among all who ask so for the same path: in this process and, where the system has locks of files,
    in every one; another file stands for it. Raises OSError.
    """
    try:
        import fcntl  # noqa: PLC0415 - not on every system
    except ImportError:
        with _HERE:
            yield
        return
    lock = os.open(f"{path}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
