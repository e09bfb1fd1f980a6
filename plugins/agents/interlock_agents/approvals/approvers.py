"""People who may answer beside the users of the machine, each with a token of their own."""

import os
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe

from sqlalchemy import Connection, delete, select

from interlock_agents.approvals.deciding import name_of, same_name
from interlock_agents.approvals.tables import approvers
from interlock_agents.store import Store
from interlock_sql.building import INSERT

_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvers:
    """Who they are, in the store of the requests. Of a token, it keeps a digest alone."""

    store: Store

    async def add(self, name: str) -> str:
        """A token for that person, which is told here and never again; one from before is void.

        Raises:
            RequestError: it is no name.
            StoreError: it could not be kept.
        """
        shown, token = name_of(name), token_urlsafe(_BYTES)

        def work(connection: Connection) -> None:
            values = {"shown": shown, "token": _digest(token), "made_at": self.store.now(connection)}
            new = INSERT[connection.dialect.name](approvers).values(name=same_name(shown), **values)
            connection.execute(new.on_conflict_do_update(index_elements=["name"], set_=values))

        await self.store.run(work)
        return token

    async def remove(self, name: str) -> bool:
        """Whether there was such a person, whose token is void now."""
        gone = delete(approvers).where(approvers.c.name == same_name(name))
        return await self.store.run(lambda each: each.execute(gone).rowcount == 1)

    async def names(self) -> list[str]:
        """Whoever has a token, in the order of their names."""
        everybody = select(approvers.c.shown).order_by(approvers.c.name)
        return await self.store.read(lambda each: list(each.execute(everybody).scalars()))

    async def name_for(self, token: str) -> str | None:
        """Whose token it is; None for nobody's."""
        theirs = select(approvers.c.shown).where(approvers.c.token == _digest(token))
        return await self.store.read(lambda each: each.execute(theirs).scalar())


def machine_user() -> str:
    """The user of the machine who runs this process, as the system knows them, and not the environment."""
    try:
        import pwd  # noqa: PLC0415 - not everywhere

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return f"user {os.getuid()}" if hasattr(os, "getuid") else os.getlogin()


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
