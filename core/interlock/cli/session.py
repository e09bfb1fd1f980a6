"""What was said before the verb, and the router that follows from it."""

import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from interlock.cli import show
from interlock.errors import ConfigError

if TYPE_CHECKING:
    from interlock.assembly import Wiring
    from interlock.protocols import DurableLog
    from interlock.router import Router


_HANDLER: Final = "interlock.cli"
_LEARNED: Final = "INTERLOCK_LEARNED_ROUTES"
_NEWS: Final = 1.5  # seconds; a store that is down is known to be so after one


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`config` is a path, or None for what `Router.from_config` finds by itself."""

    config: str | None = None
    verbose: int = 0

    def router(self, *, routes: Path | None = None) -> "Router":
        """A router of that configuration, with other learned `routes` than it names where some are given.

        Raises:
            ConfigError: one of them cannot be used.
        """
        from interlock.router import Router

        if routes is None:
            return Router.from_config(self.config)
        from interlock.assembly import assemble

        environ = {**os.environ, _LEARNED: str(routes.absolute())}
        return Router(assemble(self.config, environ=environ))

    def informed_router(self) -> "Router":
        """A router that has heard what other processes know of the deployments, where they share it.

        A long-lived process hears it while it works; a command decides once, and right away.
        """
        router = self.router()
        sharing = router.wiring.sharing
        if sharing is not None:
            sharing.wait(_NEWS)
            if sharing.problem:
                show.note(f"Health is not shared: {sharing.problem}.")
        return router

    def open_log(self) -> "DurableLog":
        """The log that the configuration names, opened once more beside the router's.

        Raises:
            ConfigError: it names none, or one that cannot be used.
        """
        return open_log(self.router().wiring)


def open_log(wiring: "Wiring") -> "DurableLog":
    """As `Session.open_log`."""
    from interlock.assembly.recording import log_opener

    opening = log_opener(wiring.config, wiring.offers)
    if opening is None:
        raise ConfigError(
            "nothing says where the log is. Write `log: sqlite:///audit.db` into the configuration; it is "
            "written from then on.",
            key="log",
        )
    return opening()


def session(context: typer.Context) -> Session:
    """What was said for the whole program; a verb that is run on its own is given the defaults."""
    found = context.find_object(Session)
    return found if found is not None else Session()


def log_to_stderr(verbose: int) -> None:
    """Show the log of `interlock` at -v, its details at -vv, and nothing of it without.

    A second call takes the place of the first.
    """
    logger = logging.getLogger("interlock")
    for old in [each for each in logger.handlers if each.name == _HANDLER]:
        logger.removeHandler(old)
    # Without any handler, logging would print warnings by itself.
    handler: logging.Handler = logging.NullHandler()
    if verbose:
        from interlock.logs import RedactingFilter

        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        handler.addFilter(RedactingFilter())
    handler.name = _HANDLER
    logger.addHandler(handler)
    logger.setLevel((logging.NOTSET, logging.INFO, logging.DEBUG)[min(verbose, 2)])
