"""`interlock audit init`: a key, and the lines for the configuration."""

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
    checkpoints: [{checkpoints}]
"""


def init(
    key: Annotated[Path, typer.Option(metavar="FILE", help="Where the new key goes.")] = Path("audit.key"),
    url: Annotated[
        str, typer.Option(metavar="URL", help="Where the log is to be.")
    ] = "audit+sqlite:///audit.db",
    checkpoints: Annotated[
        Path,
        typer.Option(metavar="FILE", help="Where checkpoints are to go, better on another machine's disk."),
    ] = Path("audit-checkpoints.jsonl"),
) -> None:
    """Make a key that signs checkpoints, and print the lines for interlock.yaml.

    The public key goes beside it, with `.pub`: whoever verifies needs that one alone. A key that is there
    already is left alone.
    """
    from interlock_audit.keys import public_path

    written_key(key, option="--key")
    print(_CONFIGURATION.format(url=url, key=key, checkpoints=checkpoints), end="")
    note(f"Wrote {key}, which nobody else may read, and {public_path(key)}, for whoever verifies.")
    note("Next: put these lines into interlock.yaml. `interlock audit verify` says if the log is whole.")
    note("Keep the key and the checkpoints where nobody gets who can write the database.")


def written_key(path: Path, *, option: str) -> "SigningKey":
    """A new key, in a new file.

    Raises:
        RequestError: there is one already, or none can be written there.
    """
    from interlock_audit.keys import SigningKey

    made = SigningKey.new()
    try:
        made.write(path)
    except FileExistsError:
        raise RequestError(
            f"{path} is there already, and stays as it is; name another file.", key=option
        ) from None
    except OSError as error:
        raise RequestError(f"{path}: {error.strerror or type(error).__name__}.", key=option) from None
    return made
