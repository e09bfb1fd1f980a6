"""Files that people write by hand, as texts."""

from pathlib import Path

from interlock.errors import RequestError


def text_of(path: Path, largest: int) -> str:
    """What a file in UTF-8 holds, of at most `largest` bytes.

    Raises:
        RequestError: it cannot be read, is larger, or is no UTF-8.
    """
    try:
        if path.stat().st_size > largest:
            size = f"{largest // 1024**2} MB" if largest >= 1024**2 else f"{largest // 1024} kB"
            raise RequestError(f"is larger than {size}.", key=str(path))
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise RequestError(f"cannot be read: {error.strerror or error}.", key=str(path)) from None
    except UnicodeDecodeError:
        raise RequestError("is no UTF-8.", key=str(path)) from None
