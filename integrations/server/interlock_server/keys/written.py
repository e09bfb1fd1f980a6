"""Keys that are written down: a YAML document, or pairs in an environment variable."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from interlock import ConfigError
from interlock.documents import Node, read
from interlock.logs import looks_secret
from interlock.types.files import read_regular
from interlock_server.keys.entry import RULES, check_id, check_known, names_of, principal_of
from interlock_server.keys.ring import Key
from interlock_server.keys.secrets import check_secret, digest_of
from interlock_server.principals import Principal

VARIABLE: Final = "INTERLOCK_KEYS"
_FIELDS: Final = ("sha256", "secret", *RULES)
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_LONGEST: Final = 65_536
_MADE: Final = "`interlock keys create` makes a key, and says what to write"


def keys_in(
    text: str, source: str, *, environ: Mapping[str, str] | None = None, folder: Path | None = None
) -> tuple[Key, ...]:
    """The keys of a document: a mapping from id to fields. `env:` and `file:` in it are looked up here.

    Raises:
        ConfigError: naming the file, the line, the key's id and the field. Nothing in it is taken then.
    """
    root = read(text, source)
    if root is None or root.value is None:
        return ()
    if not isinstance(root.value, dict):
        raise ConfigError("expected ids of keys, and below each its fields.", source=source, line=root.line)
    found: list[Key] = []
    for id_, node in root.value.items():
        line = root.keys[id_]
        try:
            check_id(id_)
        except ConfigError as error:
            raise ConfigError(error.message, key=error.key, source=source, line=line) from None
        try:
            found.append(_key(id_, node.plain(), os.environ if environ is None else environ, folder))
        except ConfigError as error:
            raise _placed(error, id_, node, line, source) from None
    return tuple(found)


def keys_of(pairs: str) -> tuple[Key, ...]:
    """The keys of an environment variable: `id=secret`, with spaces or commas between them. The
    configuration alone restricts them.

    Raises:
        ConfigError: naming the pair by its number, or by its id.
    """
    found: list[Key] = []
    for number, pair in enumerate(pairs.replace(",", " ").split(), 1):
        id_, equals, secret = pair.partition("=")
        try:
            if not equals:
                raise ConfigError("expected id=secret, as in support=ilk_….", key=f"pair {number}")
            key = Key(principal=Principal(id=check_id(id_)), digests=(digest_of(check_secret(secret, id_)),))
        except ConfigError as error:
            raise ConfigError(error.message, key=error.key, source=VARIABLE) from None
        if any(id_ == other.principal.id for other in found):
            raise ConfigError("this id comes twice; every key has its own.", key=id_, source=VARIABLE)
        found.append(key)
    return tuple(found)


def _key(id_: str, written: Any, environ: Mapping[str, str], folder: Path | None) -> Key:
    if not isinstance(written, Mapping):
        raise ConfigError(f"expected fields of a key: {', '.join(_FIELDS)}.")
    check_known(written, _FIELDS)
    rules = {name: value for name, value in written.items() if name in RULES}
    return Key(principal=principal_of(id_, rules), digests=_digests(written, environ, folder))


def _digests(written: Mapping[str, Any], environ: Mapping[str, str], folder: Path | None) -> tuple[str, ...]:
    given = [name for name in ("sha256", "secret") if written.get(name) is not None]
    if len(given) != 1:
        what = "has both `sha256` and `secret`; one is enough." if given else f"has no `sha256`; {_MADE}."
        raise ConfigError(what)
    if given == ["secret"]:
        return (digest_of(_looked_up(written["secret"], environ, folder)),)
    digests = tuple(each.lower() for each in names_of(written["sha256"], "sha256"))
    for digest in digests:
        if _DIGEST.fullmatch(digest) is None:
            raise ConfigError(f"expected 64 hexadecimal digits of a digest; {_MADE}.", key="sha256")
    if not digests or len(set(digests)) < len(digests):
        raise ConfigError("expected one digest, or several that differ.", key="sha256")
    return digests


def _looked_up(written: Any, environ: Mapping[str, str], folder: Path | None) -> str:
    """The secret that `env:NAME` or `file:PATH` stands for. One that is written out itself is refused: the
    digest will do, and gives nothing away.
    """
    kind, colon, rest = written.partition(":") if isinstance(written, str) else ("", "", "")
    rest = rest.strip()
    if not (colon and kind in ("env", "file") and rest):
        what = "a secret is not written down; write env:NAME, file:PATH, or its digest as `sha256`"
        raise ConfigError(f"{what}: {_MADE}.", key="secret")
    shown = "what it names" if looks_secret(rest) else rest
    if kind == "env":
        secret = environ.get(rest, "").strip() if _NAME.fullmatch(rest) else ""
        if not secret:
            raise ConfigError(f"{shown} is not set in the environment.", key="secret")
    else:
        secret = _from_file(folder or Path(), rest, shown)
    return check_secret(secret, "secret")


def _from_file(folder: Path, name: str, shown: str) -> str:
    try:
        return read_regular(folder / Path(name).expanduser(), _LONGEST).decode("utf-8-sig").strip()
    except OSError as problem:
        what = f"{shown} cannot be read: {problem.strerror or type(problem).__name__}."
        raise ConfigError(what, key="secret") from None
    except (ValueError, RuntimeError):
        raise ConfigError(f"{shown} is no path of a text.", key="secret") from None


def _placed(error: ConfigError, id_: str, node: Node, line: int, source: str) -> ConfigError:
    """The error with the place at which it is mended."""
    steps = error.key.split(".") if error.key else []
    taken, found = node.find(steps)
    return ConfigError(
        error.message,
        key=".".join([id_, *steps]),
        source=source,
        line=found if taken else line,
        suggestion=error.suggestion,
    )
