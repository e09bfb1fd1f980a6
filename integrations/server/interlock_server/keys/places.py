"""Where keys are kept: a file, or a database by its URL."""

from pathlib import Path

from interlock import ConfigError


def is_url(where: str) -> bool:
    """Whether it is the URL of a database, and not the path of a file."""
    return "://" in where


def path_of(where: str, folder: Path | None) -> Path:
    """The file's path, which begins in `folder` where it is relative.

    Raises:
        ConfigError: it is no path.
    """
    try:
        return (folder or Path()) / Path(where).expanduser()
    except RuntimeError:
        raise ConfigError("is no path.", key="server.keys") from None
