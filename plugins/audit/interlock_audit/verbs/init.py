"""`interlock audit init`: keys, and the lines for the configuration."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interlock.commands import note
from interlock.errors import RequestError

if TYPE_CHECKING:
    from interlock_audit.keys import SigningKey

_CONFIGURATION = """\
log:
  url: {url}
  options:
    key: file:{key}
    sealing: file:{sealing}
    checkpoints: [{checkpoints}]
"""


def init(
    key: Annotated[
        Path, typer.Option(metavar="FILE", help="Where the key that signs checkpoints goes.")
    ] = Path("audit.key"),
    sealing: Annotated[
        Path, typer.Option(metavar="FILE", help="Where the key that seals what is personal goes.")
    ] = Path("audit-sealing.key"),
    url: Annotated[
        str, typer.Option(metavar="URL", help="Where the log is to be.")
    ] = "audit+sqlite:///audit.db",
    checkpoints: Annotated[
        Path,
        typer.Option(metavar="FILE", help="Where checkpoints are to go, better on another machine's disk."),
    ] = Path("audit-checkpoints.jsonl"),
) -> None:
    """Make a key that signs checkpoints and one that seals what is personal, and print the lines for
    interlock.yaml.

    The public key goes beside the first, with `.pub`: whoever verifies needs that one alone. A key that is
    there already is left alone.
    """
    from interlock_audit.keys import public_path
    from interlock_audit.sealing import SealingKey

    if key.exists() and sealing.exists():
        raise RequestError(
            f"{key} and {sealing} are there already, and stay as they are; name other files.", key="--key"
        )
    wrote, stays = [], [path for path in (key, sealing) if path.exists()]
    if key not in stays:
        written_key(key, option="--key")
        wrote.append(f"{key}, which nobody else may read, and {public_path(key)}, for whoever verifies")
    if sealing not in stays:
        _write(SealingKey.new().write, sealing, option="--sealing")
        wrote.append(f"{sealing}, which nobody else may read")
    print(_CONFIGURATION.format(url=url, key=key, sealing=sealing, checkpoints=checkpoints), end="")
    note(f"Wrote {'; '.join(wrote)}.")
    for path in stays:
        note(f"{path} was there already, and stays as it is.")
    note("Next: put these lines into interlock.yaml. `interlock audit verify` says if the log is whole.")
    note("Keep the keys and the checkpoints where nobody gets who can write the database.")
    note(f"Keep a copy of {sealing}: without it nobody reads what was sealed.")


def written_key(path: Path, *, option: str) -> "SigningKey":
    """A new key, in a new file.

    Raises:
        RequestError: there is one already, or none can be written there.
    """
    from interlock_audit.keys import SigningKey

    made = SigningKey.new()
    _write(made.write, path, option=option)
    return made


def _write(write: Callable[[Path], None], path: Path, *, option: str) -> None:
    try:
        write(path)
    except FileExistsError:
        raise RequestError(
            f"{path} is there already, and stays as it is; name another file.", key=option
        ) from None
    except OSError as error:
        raise RequestError(f"{path}: {error.strerror or type(error).__name__}.", key=option) from None
