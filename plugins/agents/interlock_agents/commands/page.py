"""`interlock agent page`: the page on which people answer what waits for them."""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from interlock.commands import note
from interlock.errors import RequestError
from interlock_agents.commands.answering import approver_named
from interlock_agents.commands.place import AsOption, StoreOption, folder_of, log_of, with_store
from interlock_agents.store import DEFAULT, Store

if TYPE_CHECKING:
    from interlock.protocols import DurableLog
    from interlock_agents.pages.site import Site

_NEEDS = "interlock_pages"


def page(
    context: typer.Context,
    *,
    port: Annotated[int, typer.Option(metavar="PORT", help="0 is any that is free.")] = 8791,
    host: Annotated[str, typer.Option(metavar="HOST", help="Where it listens.")] = "127.0.0.1",
    origin: Annotated[
        str, typer.Option(metavar="URL", help="Under which name people reach it, where that is another.")
    ] = "",
    as_: AsOption = None,
    store: StoreOption = DEFAULT,
) -> None:
    """Serve a page that shows what waits, to approve or deny it, until it is interrupted.

    It prints a link that signs you in once, within ten minutes; others sign in with tokens of their own. It
    listens on this machine alone, unless somebody has a token and https protects its --origin.
    """
    if find_spec(_NEEDS) is None:
        raise RequestError(
            "the page needs interlock-pages; install interlock-agents[page].", key="interlock agent page"
        )
    from interlock_agents.approvals.approvers import Approvers
    from interlock_agents.pages.app import app_of
    from interlock_agents.pages.serving import bound
    from interlock_pages import origins_of, serve

    async def who(opened: Store) -> tuple[str, list[str]]:
        return await approver_named(opened, as_), await Approvers(store=opened).names()

    name, approvers = with_store(context, store, who)
    listening = bound(host, port, approvers=approvers, origin=origin)
    with listening, log_of(context) as log:
        opened = Store.open(store, folder_of(context))
        site = _site(opened, log, name, origins_of(host, listening, origin))
        note(f"What waits, at {site.origins[0]}. This signs {name} in, once:")
        print(f"{site.origins[0]}/login?once={site.sessions.link_for(name)}", flush=True)
        serve(app_of(site), listening)


def _site(store: Store, log: "DurableLog | None", name: str, origins: list[str]) -> "Site":
    from interlock_agents.approvals import Requests
    from interlock_agents.approvals.approvers import Approvers
    from interlock_agents.ledger.ledger import Ledger
    from interlock_agents.pages.desk import goals_of
    from interlock_agents.pages.sessions import Sessions
    from interlock_agents.pages.site import Site

    return Site(
        requests=Requests(store=store, log=log),
        sessions=Sessions(Approvers(store=store)),
        origins=origins,
        ledger=Ledger(store, owner=f"page of {name}", log=log),
        goal_of=goals_of(store),
    )
