"""Verbs that plugins offer: listed without being loaded, loaded when one is used."""

import os
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Final

from interlock.cli.session import log_to_stderr
from interlock.errors import InterlockError, PluginError
from interlock.plugins import PluginHost
from interlock.plugins.claims import settle, way_out
from interlock.plugins.verbs import command_of
from interlock.protocols import CommandOffer
from interlock.types.commands import COMMANDS

_HOOK: Final = "interlock_commands"


class OfferedVerbs:
    """The verbs of the plugins that are installed. Nothing is imported before somebody asks."""

    def __init__(self, config: str | None) -> None:
        """`config` is a path, or None for what `Router.from_config` finds by itself."""
        self._config = config
        self._made: dict[str, Any] = {}

    @cached_property
    def lines(self) -> Mapping[str, str]:
        """Each verb and its line of help, by name; one that two distributions claim as well.

        What the configuration switches off is in it: to read that takes longer than all else in a list.
        """
        found = _Found(())
        return dict(
            sorted({**{name: each.help for name, each in found.offers.items()}, **found.contested}.items())
        )

    def command(self, name: str) -> Any | None:
        """The verb as a command of Typer's; None where no plugin is known to have it.

        Raises:
            PluginError: it cannot be had; the message says whose it is and what to do.
        """
        if name not in self._made:
            self._made[name] = self._used.make(name)
        return self._made[name]

    @property
    def failed(self) -> list[str]:
        """The plugins that failed, any of which may have had a verb."""
        return [report.name for report in self._used.reports if report.failures]

    @cached_property
    def _used(self) -> "_Found":
        return _Found(_switched_off(self._config))


class _Found:
    """What one look at the installed plugins has found."""

    def __init__(self, disabled: Iterable[str]) -> None:
        log_to_stderr(0)  # of what fails here, `interlock plugins` tells
        # Strict plugins end everything at the first failure, also what has nothing to do with it.
        environ = {name: value for name, value in os.environ.items() if name != "INTERLOCK_STRICT_PLUGINS"}
        host = PluginHost(disabled=disabled, environ=environ)
        claims = host.claims(_HOOK, CommandOffer)
        self.offers: dict[str, CommandOffer]
        self.offers, self.contested = settle(host, _HOOK, claims, COMMANDS.get)
        self.reports = host.reports
        self._whose = {id(claim.item): claim.report.distribution for claim in claims}

    def make(self, name: str) -> Any | None:
        if name in self.contested:
            raise PluginError(f"the verb {self.contested[name]}.")
        if name in self.offers:
            offer = self.offers[name]
            return command_of(offer, self._whose[id(offer)])
        if name in COMMANDS:
            owner = COMMANDS[name]
            state = next((each.status for each in self.reports if each.distribution == owner), None)
            raise PluginError(
                f"no plugin offers the verb {name!r}: {way_out(owner, state)}", distribution=owner
            )
        return None


def _switched_off(config: str | None) -> Iterable[str]:
    from interlock.config import load

    try:
        return load(config).plugins.disabled
    except InterlockError:
        return ()  # a verb that needs the configuration says what is wrong with it
