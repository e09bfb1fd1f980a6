"""Keys as they are written in a configuration: a value, `env:NAME`, or `file:PATH`."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from interlock.errors import ConfigError
from interlock.logs import looks_secret
from interlock.types.files import is_exposed, read_regular
from interlock.types.models import Credential, Secret

_SHELL = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_LONGEST = 65_536
_Build = Callable[[str], ConfigError]


def resolve_key(
    spec: str | Secret,
    *,
    environ: Mapping[str, str],
    key: str = "api_key",
    source: str = "",
    line: int | None = None,
    folder: Path | None = None,
) -> Credential:
    """The credential that `spec` stands for; one without a secret, and a hint, when env:NAME is not set.

    A relative path is taken from `folder`. Raises ConfigError, which never repeats the key, for a file that
    cannot be read and for a value that no key can be.
    """
    text = (spec.reveal() if isinstance(spec, Secret) else spec).strip()

    def error(message: str) -> ConfigError:
        return ConfigError(message, key=key, source=source, line=line)

    kind, colon, rest = text.partition(":")
    shell = _SHELL.fullmatch(text)
    if shell:
        raise error(f"is written for a shell; write env:{shell[1]}.")
    if colon and kind == "env":
        return _from_environment(rest.strip(), environ, error)
    if colon and kind == "file":
        return _from_file(rest.strip(), folder, error)
    return Credential(secret=_checked(text, error, "is empty."), source="configuration")


def _from_environment(name: str, environ: Mapping[str, str], error: _Build) -> Credential:
    if not name:
        raise error("env: must be followed by the name of a variable.")
    value = environ.get(name, "").strip()
    # A key that was put in a variable's place must not be told to whoever asks why there is none.
    shown = name if _VARIABLE.fullmatch(name) and not looks_secret(name) else ""
    source = f"env:{shown or '***'}"
    if not value:
        hint = f"{shown} is not set" if shown else "what follows env: is no name of a variable that is set"
        return Credential(source=source, hint=hint)
    return Credential(secret=_checked(value, error, ""), source=source)


def _from_file(name: str, folder: Path | None, error: _Build) -> Credential:
    if not name:
        raise error("file: must be followed by a path.")
    shown = name if not looks_secret(name) else "of that name"
    try:
        path = (folder or Path()) / Path(name).expanduser()
        if path.is_dir():
            raise error(f"{shown} is a directory.")
        raw = read_regular(path, _LONGEST + 1)
        exposed = is_exposed(path)
        text = raw.decode("utf-8-sig").strip()
    except FileNotFoundError:
        raise error(f"there is no file {shown}.") from None
    except OSError as problem:
        raise error(f"{shown} cannot be read: {problem.strerror or problem}.") from None
    except UnicodeDecodeError:
        raise error(f"{shown} is not text.") from None
    except (ValueError, RuntimeError):
        raise error(f"{shown!r} is no path.") from None
    if len(raw) > _LONGEST:
        raise error(f"{shown} is too long for a key.")
    secret = _checked(text, error, f"{shown} is empty.")
    warning = f"everybody on this machine may read {shown}; chmod 600 keeps it to you" if exposed else ""
    return Credential(secret=secret, source=f"file:{shown}", warning=warning)


def _checked(value: str, error: _Build, empty: str) -> Secret:
    if not value:
        raise error(empty)
    if not (value.isascii() and value.isprintable()):
        raise error("holds a character that no key can: a line break, or a letter outside ASCII.")
    return Secret(value)
