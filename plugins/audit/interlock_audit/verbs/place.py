"""Which log a verb is about: that of the configuration, or one that is named."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from urllib.parse import quote

import typer

from interlock.commands import session
from interlock.errors import ConfigError, RequestError, StoreError
from interlock.types.logs import LogCall

if TYPE_CHECKING:
    from interlock_audit import AuditLog
    from interlock_audit.keys import PublicKey
    from interlock_audit.sealing import SealingKey

T = TypeVar("T")

UrlOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="The log, as audit+sqlite:///audit.db or a path; without it that of the configuration.",
    ),
]
KeysOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--key",
        metavar="PEM",
        help="A public key, or a private one, in place of the configured. May be repeated.",
    ),
]

SealingOption = Annotated[
    Path | None,
    typer.Option("--sealing-key", metavar="FILE", help="A sealing key, in place of the configured one."),
]


def named_log(context: typer.Context, url: str | None) -> "AuditLog":
    """That log, of which nothing was opened yet.

    Raises:
        ConfigError: the configuration names no audit log.
        RequestError: the address is none.
    """
    from interlock_audit import AuditLog, opened

    if url is None:
        log = session(context).open_log()
        if not isinstance(log, AuditLog):
            raise ConfigError(
                f"the log {log.name} is no audit log. Write `log: audit+sqlite:///audit.db` into the "
                "configuration, or name one with --url.",
                key="log.url",
            )
        return log
    scheme, there, _ = url.partition("://")
    if not there:
        url = f"audit+sqlite:///{quote(str(Path(url).absolute()))}"
    elif scheme.removeprefix("audit+") not in {"sqlite", "postgresql", "postgres"}:
        raise RequestError(
            f"there is no audit log in {scheme!r}; audit+sqlite and audit+postgresql are.", key="--url"
        )
    try:
        return opened(LogCall(url=url, folder=Path()))
    except StoreError as error:
        raise RequestError(error.message, key="--url") from None


def public_keys(log: "AuditLog", given: list[Path] | None) -> "list[PublicKey]":
    """Those that were named, else the configuration's, with those that were in use before.

    Raises:
        RequestError: a file cannot be read.
        ConfigError: one holds no key.
    """
    from interlock_audit.keys import public_key

    found = [] if given or log.key is None else [log.key.public]
    for path in given or log.options.earlier:
        try:
            found.append(public_key(path.read_text("utf-8", "replace"), key=f"--key {path}"))
        except OSError as error:
            raise RequestError(f"{path}: {error.strerror or type(error).__name__}.", key="--key") from None
    return found


def with_sealing_key(log: "AuditLog", path: Path | None) -> None:
    """Have the log seal with the key in that file, where one is named.

    Raises:
        RequestError: it cannot be read.
        ConfigError: it holds no sealing key.
    """
    from interlock_audit.sealing import Sealer

    if path is not None:
        log.sealer = Sealer(sealing_key_in(path))


def sealing_key_in(path: Path) -> "SealingKey":
    """Raises as `with_sealing_key` does."""
    from interlock_audit.sealing import sealing_key

    try:
        return sealing_key(path.read_text("utf-8", "replace"), key=f"--sealing-key {path}")
    except OSError as error:
        raise RequestError(
            f"{path}: {error.strerror or type(error).__name__}.", key="--sealing-key"
        ) from None


def run(log: "AuditLog", work: Coroutine[Any, Any, T]) -> T:
    """What comes of it, once the log is closed."""

    async def through() -> T:
        try:
            return await work
        finally:
            await log.aclose()

    return asyncio.run(through())
