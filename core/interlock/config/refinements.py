"""What learned routes are refined by: a file of arrays that lies beside them, or with their versions."""

from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator

from interlock.config.policies import named
from interlock.config.schema import Part, Text
from interlock.errors import ConfigError
from interlock.types.files import read_regular
from interlock.types.learned import LearnedRefinement

LARGEST: Final = 32 * 1024**2
"""Bytes."""
_DIGEST: Final = "sha256:"
_HEXADECIMAL: Final = frozenset("0123456789abcdef")
_DIGITS: Final = 64


def _digest(value: str) -> str:
    digits = value.removeprefix(_DIGEST)
    if not value.startswith(_DIGEST) or len(digits) != _DIGITS or not _HEXADECIMAL.issuperset(digits):
        raise named("expected `sha256:` and 64 hexadecimal digits.")
    return value


def _beside(value: str) -> str:
    if value in (".", "..") or any(each in value for each in ("/", "\\", ":", "\0")):
        raise named("expected the name of a file beside this one, without a folder.")
    return value


class RefinementConfig(Part):
    """As `LearnedRefinement`; `file` lies beside the routes."""

    by: Text
    file: Annotated[Text, AfterValidator(_beside)]
    digest: Annotated[Text, AfterValidator(_digest)]


def refinement_of(written: RefinementConfig, routes: Path) -> LearnedRefinement:
    """What the routes at that path are refined by.

    A version that was put to use has its file among the versions, whatever has become of the one beside it.

    Raises:
        ConfigError: nowhere there lies a file with that digest; its key is `file` or `digest`.
    """
    other = ""
    for path in (routes.with_name(written.file), *_kept(routes, written.digest)):
        try:
            content = read_regular(path, LARGEST + 1)
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise ConfigError(f"{path.name!r} cannot be read: {said}.", key="file") from None
        if len(content) > LARGEST:
            raise ConfigError(f"{path.name!r} has more than {LARGEST:,} bytes.", key="file")
        if digest_of(content) == written.digest:
            return LearnedRefinement(by=written.by, digest=written.digest, content=content, file=str(path))
        other = other or path.name
    if other:
        message = f"{other!r} is not what these routes were learned with: its digest is another one."
        raise ConfigError(message, key="digest")
    raise ConfigError(f"there is no file {written.file!r} beside the routes.", key="file")


def digest_of(content: bytes) -> str:
    """As a file of routes has it."""
    return f"{_DIGEST}{sha256(content).hexdigest()}"


def kept_name(digest: str) -> str:
    """What a file is called among the versions of routes."""
    return f"{digest.removeprefix(_DIGEST)[:16]}.npz"


def folder_of(routes: Path) -> Path:
    """Where the versions of a file of routes are kept."""
    return routes.with_name(f"{routes.name}.versions")


def _kept(routes: Path, digest: str) -> tuple[Path, Path]:
    """Among the versions, of which the routes themselves may be one."""
    return folder_of(routes) / kept_name(digest), routes.with_name(kept_name(digest))
