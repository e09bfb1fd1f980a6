"""Grants that effects use: once, in the transaction of the intent, and nowhere else."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from interlock import ApprovalRequest, Grant

if TYPE_CHECKING:
    from sqlalchemy import Connection


def use_once(connection: "Connection", grant: Grant, asked: ApprovalRequest, *, effect: str) -> str | None:
    """Use the grant for that effect; None, or why not, in a sentence.

    It is taken as it is given: for a program that lets nobody make one who may not consent.
    """
    from sqlalchemy import select  # noqa: PLC0415 - whoever runs no agent does without

    from interlock_agents.ledger.tables import grants_used  # noqa: PLC0415 - likewise
    from interlock_sql.building import INSERT  # noqa: PLC0415 - likewise

    now = time.time()
    used = select(grants_used.c.effect).where(grants_used.c.grant == grant.id)
    by = connection.execute(used).scalar()
    if by is not None:
        return None if by == effect else "the grant has been used before"
    if why := grant.why_not(asked, now=now):
        return why
    use = INSERT[connection.dialect.name](grants_used).values(grant=grant.id, effect=effect, at=now)
    once = use.on_conflict_do_nothing(index_elements=["grant"]).returning(grants_used.c.grant)
    used_now = connection.execute(once).scalar() is not None
    return None if used_now else "the grant has been used before"


class SendingGrants:
    """The GrantBook for toolboxes of a ledger: yes, once, to the grant that an effect was written down with
    and is being sent under; to whatever else runs by the toolbox, no. Threads and event loops may share it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._due: list[str] = []

    @contextmanager
    def sending(self, grant: Grant | None) -> Iterator[Grant | None]:
        """Let the grant, which the effect's row holds, be used inside, once. What is handed on is dated anew:
        consent to an effect does not end while the effect is under way.
        """
        if grant is None:
            yield None
            return
        with self._lock:
            self._due.append(grant.id)
        now = time.time()
        try:
            yield replace(grant, issued=now, expires=now + grant.expires - grant.issued)
        finally:
            with self._lock:
                if grant.id in self._due:
                    self._due.remove(grant.id)

    async def consume(self, grant: Grant) -> bool:
        with self._lock:
            if grant.id not in self._due:
                return False
            self._due.remove(grant.id)
            return True
