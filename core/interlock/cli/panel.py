"""`interlock panel`: what several models answer, side by side, and what an arbiter made of it."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interlock.cli import kept, memory, show
from interlock.cli.asking import Asked, asking
from interlock.cli.failures import FAILED
from interlock.cli.inputs import check_denied, parted
from interlock.cli.panel_view import panel_data, show_panel
from interlock.cli.session import session
from interlock.cli.status import StatusLine
from interlock.errors import RequestError
from interlock.types.members import Ensemble
from interlock.types.response import Response

if TYPE_CHECKING:
    from interlock.router import Router

_ASKS = "select_best"


@asking
def panel(
    context: typer.Context,
    *,
    asked: Asked,
    member: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MODEL",
            help="A model or deployment to ask; instead of --ensemble. Repeat it or use commas, the same one "
            "as often as it is to be asked.",
        ),
    ] = None,
    mode: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=f"The arbiter, with --member: vote, or {_ASKS} where --arbiter is given, unless you say so.",
        ),
    ] = None,
    arbiter: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MODEL", help="A model that the arbiter asks, with --member. Repeat it for a jury."
        ),
    ] = None,
    quorum: Annotated[
        int | None, typer.Option(min=1, metavar="COUNT", help="How many have to answer, with --member.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as one JSON object.")] = False,
) -> None:
    """Ask several models one question, and show what each answers.

    The answers stand side by side, the chosen one marked; below them whether they agree, who dissents and
    how, what each took and cost, and all together.
    """
    router = session(context).informed_router()
    check_denied(asked.constraints.deny_vendors, router.wiring.vendors)
    options = {
        **asked.options,
        "ensemble": _ensemble(asked.options["ensemble"], member, mode, arbiter, quorum),
    }
    try:
        response = asyncio.run(_ask(router, asked.messages, options))
    finally:
        if not router.wiring.config.records:
            memory.remember(router.records)
        kept.tell_losses(router.wiring)
    data = panel_data(response)
    if as_json:
        show.write_json(data)
    else:
        show_panel(data)
    if response.finish_reason == "length":
        raise typer.Exit(FAILED)


def _ensemble(
    name: str | None,
    member: list[str] | None,
    mode: str | None,
    arbiter: list[str] | None,
    quorum: int | None,
) -> str | Ensemble:
    """Which is asked. Raises RequestError where it is none, or two."""
    members, judges = parted(member), parted(arbiter)
    if not members:
        for key, given in (("--mode", mode), ("--arbiter", judges), ("--quorum", quorum)):
            if given:
                raise RequestError("it goes with --member; an ensemble has its own.", key=key)
        if name is None:
            raise RequestError("name an ensemble, or ask --member MODEL twice or more.", key="--ensemble")
        return name
    if name is not None:
        raise RequestError("give an ensemble's name or members, not both.", key="--member")
    default = _ASKS if judges else "vote"
    return Ensemble(members=members, mode=mode or default, arbiter=judges, quorum=quorum or 1)


async def _ask(router: "Router", messages: list[dict[str, str]], options: dict[str, Any]) -> Response:
    status, named = StatusLine(), options["ensemble"]
    asked = f"the members of {named}" if isinstance(named, str) else f"{len(named.members)} models"
    status.write(f"Asking {asked} …")
    async with router, router.stream(messages, **options) as stream:
        try:
            async for chunk in stream:
                if chunk.progress is not None:
                    status.tell(chunk.progress)
        finally:
            status.clear()
        if stream.response is None:
            raise AssertionError("a stream that ends without an error has a response")
        return stream.response
