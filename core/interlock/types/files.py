"""Files that a configuration names: read when they are files, and nothing else."""

import errno
import os
import stat
from pathlib import Path
from typing import Final

_NO_FILE: Final = "it is a pipe or a device and no file"


def read_regular(path: str | Path, most: int) -> bytes:
    """The first `most` bytes. Raises OSError, whose `strerror` says why, for a pipe or a device as well.

    A pipe would be waited for without end, and a device may have none.
    """
    # Without waiting, because opening a pipe already waits for whoever writes to it.
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise OSError(errno.EINVAL, _NO_FILE)
        with open(number, "rb", closefd=False) as file:
            return file.read(most)
    finally:
        os.close(number)


def check_regular(path: str | Path) -> None:
    """Raise OSError for what is no file, before a library opens it by its name."""
    if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 - takes text as well
        raise OSError(errno.EINVAL, _NO_FILE)


def is_exposed(path: str | Path) -> bool:
    """Whether everybody on this machine may read it."""
    return os.name == "posix" and bool(os.stat(path).st_mode & stat.S_IROTH)  # noqa: PTH116 - as above
