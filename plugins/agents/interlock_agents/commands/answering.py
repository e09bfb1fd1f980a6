"""Who answers: the user of this machine, or a person who has a token."""

import os
import sys

from interlock import RequestError
from interlock_agents.store import Store

TOKEN = "INTERLOCK_APPROVER_TOKEN"  # noqa: S105 - the name of a variable


async def approver_named(store: Store, name: str | None) -> str:
    """The name under which an answer is kept, as it was authenticated.

    Raises:
        RequestError: the token is not that person's, or there is none.
    """
    from interlock_agents.approvals.approvers import Approvers, machine_user
    from interlock_agents.approvals.deciding import same_name

    if name is None:
        return machine_user()
    token = os.environ.get(TOKEN, "") or _typed(name)
    owner = await Approvers(store=store).name_for(token)
    if owner is None or same_name(owner) != same_name(name):
        raise RequestError(
            f"the token is not {name!r}'s; `interlock agent approver` makes one, and {TOKEN} holds it.",
            key="--as",
        )
    return owner


def _typed(name: str) -> str:
    if not sys.stdin.isatty():
        raise RequestError(f"to answer as {name!r} takes their token, in {TOKEN}.", key="--as")
    from getpass import getpass

    return getpass(f"Token of {name}: ").strip()
