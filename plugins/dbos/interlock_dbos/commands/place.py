"""Where the verbs find jobs."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interlock.commands import session
from interlock.errors import RequestError

if TYPE_CHECKING:
    from interlock_dbos.jobs.places import Place

_VARIABLE = "INTERLOCK_EVAL_STORE"

StoreOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help=f"Where jobs are, e.g. dbos+postgresql://host/database; {_VARIABLE} says the same.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def place_for(context: typer.Context, url: str | None) -> "Place":
    """As the option says, else the environment; a relative path begins beside the configuration.

    Raises:
        RequestError: neither says it.
        StoreError: the URL cannot be used.
    """
    from interlock_dbos.jobs.places import EXAMPLE, place_of

    given = url or os.environ.get(_VARIABLE)
    if not given:
        raise RequestError(f"say where jobs are, as in {EXAMPLE}, or in {_VARIABLE}.", key="--store")
    config = session(context).config
    return place_of(given, Path() if config is None else Path(config).parent)
