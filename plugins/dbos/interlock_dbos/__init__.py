"""Agents of Interlock that go on after a crash, and jobs that machines share, on DBOS (`dbos+sqlite`,
`dbos+postgresql`).
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from interlock import hookimpl
from interlock.protocols import CommandOffer
from interlock_dbos.kind import DbosEngines

if TYPE_CHECKING:
    from typer import Typer

__all__ = ["DbosEngines", "interlock_commands"]


def _work() -> Callable[..., Any]:
    from interlock_dbos.commands.work import work  # noqa: PLC0415 - only when it is asked for

    return work


def _jobs() -> "Typer":
    from interlock_dbos.commands.jobs import app  # noqa: PLC0415 - likewise

    return app


@hookimpl
def interlock_commands() -> Iterable[CommandOffer]:
    return [
        CommandOffer(name="work", help="Take tasks of jobs, on this machine.", load=_work),
        CommandOffer(name="jobs", help="See how jobs stand; cancel and resume them.", load=_jobs),
    ]
