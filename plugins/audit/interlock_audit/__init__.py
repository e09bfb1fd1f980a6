"""Interlock's log as chains of entries, each of which covers the one before it, with signed checkpoints.

`AuditLogs` opens it for a router; `interlock_audit.verifying` says what is wrong with one.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from interlock import ConfigError, hookimpl
from interlock.protocols import API, CommandOffer, DurableLog, LogKind
from interlock.types.logs import LogCall
from interlock_audit.log import AuditLog
from interlock_audit.options import AuditOptions, WebhookOptions
from interlock_sql import address_of

if TYPE_CHECKING:
    from typer import Typer

__all__ = ["AuditLog", "AuditLogs", "AuditOptions", "WebhookOptions"]

_PREFIX = "audit+"


class AuditLogs:
    """`audit+sqlite:///file` and `audit+postgresql://user:password@host/database`."""

    api = API
    name = "audit"
    schemes: tuple[str, ...] = ("audit+sqlite", "audit+postgresql", "audit+postgres")
    options = AuditOptions
    seals = True

    def open(self, call: LogCall) -> DurableLog:
        return opened(call)


def opened(call: LogCall) -> AuditLog:
    """The log at that place.

    Raises:
        StoreError: the address is none, and not repeated.
        ConfigError: `key` is no private Ed25519 key, or `sealing` no key of ours; or there is none, and the
            log is to be told what is personal.
    """
    address = address_of(replace(call, url=call.url.removeprefix(_PREFIX)))
    options = call.options or AuditOptions()
    key = None
    if options.key is not None:
        from interlock_audit.keys import signing_key  # noqa: PLC0415 - loads OpenSSL

        key = signing_key(options.key.reveal())
    sealer = None
    if options.sealing is not None:
        from interlock_audit.sealing import Sealer, sealing_key  # noqa: PLC0415 - likewise

        sealer = Sealer(sealing_key(options.sealing.reveal()))
    elif call.personal:
        raise ConfigError(
            "`log.subject` and `log.personal` need a key that seals what they name: `interlock audit init` "
            "makes one.",
            key="sealing",
        )
    return AuditLog(address, options, key=key, sealer=sealer)


@hookimpl
def interlock_logs() -> Iterable[LogKind]:
    return [AuditLogs()]


def _load() -> "Typer":
    from interlock_audit.verbs import app  # noqa: PLC0415 - whoever does not verify need not wait for it

    return app


@hookimpl
def interlock_commands() -> Iterable[CommandOffer]:
    return [CommandOffer(name="audit", help="Verify the audit log, and look after its keys.", load=_load)]
