"""What was said before the verb, and the router that follows from it."""

import logging
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from interlock.router import Router


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`config` is a path, or None for what `Router.from_config` finds by itself."""

    config: str | None = None
    verbose: int = 0

    def router(self) -> "Router":
        from interlock.router import Router  # noqa: PLC0415 - help needs no router

        return Router.from_config(self.config)


def session(context: typer.Context) -> Session:
    found = context.find_object(Session)
    return found if found is not None else Session()


def log_to_stderr(verbose: int) -> None:
    """Show the log of `interlock` at -v, its details at -vv, and nothing of it without."""
    logger = logging.getLogger("interlock")
    if not verbose:
        # Without any handler, logging prints warnings by itself.
        logger.addHandler(logging.NullHandler())
        return
    from interlock.http.redact import RedactingFilter  # noqa: PLC0415 - few commands log

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    handler.addFilter(RedactingFilter())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO if verbose == 1 else logging.DEBUG)
