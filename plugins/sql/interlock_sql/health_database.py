"""What a database is asked about health: each exchange in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, delete, func, select

from interlock.health.news import Seen, page_name
from interlock.types.health import HealthChange, HealthSync
from interlock_sql.address import Address
from interlock_sql.clocks import seconds
from interlock_sql.connected import INSERT, Connected
from interlock_sql.engines import writing
from interlock_sql.health_tables import HEALTH, head, pages

_MOST_PAGES = 1024
_SWEEP = 60.0  # seconds between two looks for what may be forgotten
_NEW: Mapping[str, Any] = {
    **dict.fromkeys(("s", "f", "h", "c"), 0),
    **dict.fromkeys(("rs", "rf", "till", "lease"), 0.0),
    **dict.fromkeys(("cause", "by"), ""),
}


@dataclass(slots=True)
class Reply:
    """What has changed since a process last asked, as `interlock.health.news` reads it."""

    era: str
    version: int
    news: list[dict[str, Any]] = field(default_factory=list)
    granted: list[str] = field(default_factory=list)


class HealthDatabase(Connected):
    """A page for each deployment, and for each of its tasks.

    Its s, f, h and c count successes, failures, hard failures and clearings for ever; rs and rf are what a
    newcomer is told of the last `window` attempts. Times are the database's own.
    """

    def __init__(self, address: Address) -> None:
        super().__init__(address, migrations=HEALTH, patience=1.0)
        self._writing = writing(self.engine)
        self._swept = 0.0

    def exchange(self, call: HealthSync, seen: Seen, me: str) -> Reply:
        if not call.changes and seen.era:
            with self.told(), self.engine.connect() as connection:
                found = connection.execute(select(head)).first()
                if found is not None:
                    reply = Reply(found.era, found.version)
                    return _with_news(connection, reply, seen, seconds(connection))
        with self.told(), self._writing.begin() as connection:
            reply = _head(connection)
            now = seconds(connection)
            _apply(connection, call, reply, me, now)
            if now - self._swept > _SWEEP:
                self._swept = now
                _sweep(connection, reply.version, now - call.keep)
            return _with_news(connection, reply, seen, now)


def _head(connection: Connection) -> Reply:
    """The one row, which is nobody else's until this is over. A lost one begins another era."""
    insert = INSERT[connection.dialect.name](head).on_conflict_do_nothing(index_elements=["id"])
    wanted = select(head).with_for_update()
    found = connection.execute(wanted).first()
    if found is None:
        connection.execute(insert, [{"id": 1, "era": uuid4().hex[:12], "version": 0}])
        found = connection.execute(wanted).one()
    return Reply(found.era, found.version)


def _apply(connection: Connection, call: HealthSync, reply: Reply, me: str, now: float) -> None:
    """Write what one process tells."""
    told = {page_name(change.deployment, change.task): change for change in call.changes}
    if not told:
        return
    found = connection.execute(select(pages).where(pages.c.name.in_(told)))
    known = {row.name: (row.version, row.told, row.page) for row in found}
    rows = []
    for name, change in told.items():
        version, when, page = known.get(name, (0, now, dict(_NEW)))
        if _changed(page, change, call.window, now):
            reply.version += 1
            version, when = reply.version, now
        elif not change.probe:
            continue
        if change.probe and _given(page, change, me, now, call.lease):
            reply.granted.append(name)
        rows.append({"name": name, "version": version, "told": when, "page": page})
    if not rows:
        return
    insert = INSERT[connection.dialect.name](pages)
    new = {name: insert.excluded[name] for name in ("version", "told", "page")}
    connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=new), rows)
    connection.execute(head.update().values(version=reply.version))


def _changed(page: dict[str, Any], change: HealthChange, window: int, now: float) -> bool:
    """Whether there is something in it for others to hear."""
    if change.closed:
        page |= {"c": page["c"] + 1, "rs": 0.0, "rf": 0.0, "cause": "", "till": 0.0, "by": "", "lease": 0.0}
    attempts = change.successes + change.failures
    if attempts:
        page["s"] += change.successes
        page["f"] += change.failures
        page["h"] += change.hard
        page["rs"] += change.successes
        page["rf"] += change.failures
        excess = (page["rs"] + page["rf"]) / window
        if excess > 1:
            page |= {"rs": page["rs"] / excess, "rf": page["rf"] / excess}
    if change.cause:
        if not page["cause"] or now + change.seconds > page["till"]:
            page |= {"cause": change.cause, "till": now + change.seconds}
        page |= {"by": "", "lease": 0.0}
    return bool(change.closed or attempts or change.cause)


def _given(page: dict[str, Any], change: HealthChange, me: str, now: float, lease: float) -> bool:
    """Whether the turn to probe is the process's."""
    if (page["by"] != me and page["lease"] <= now) or change.probing:
        page |= {"by": me, "lease": now + lease}
    return bool(page["by"] == me)


def _sweep(connection: Connection, version: int, before: float) -> None:
    """Forget pages that nobody has told anything about since, and the oldest of too many."""
    connection.execute(delete(pages).where(pages.c.told < before))
    count = connection.execute(select(func.count()).select_from(pages)).scalar_one()
    if count > _MOST_PAGES:
        kept = select(pages.c.version).order_by(pages.c.version.desc()).limit(_MOST_PAGES)
        oldest = min(connection.execute(kept).scalars(), default=version)
        connection.execute(delete(pages).where(pages.c.version < oldest))


def _with_news(connection: Connection, reply: Reply, seen: Seen, now: float) -> Reply:
    since = seen.version if seen.era == reply.era else 0
    wanted = select(pages).where(pages.c.version > since).order_by(pages.c.version).limit(_MOST_PAGES)
    for row in connection.execute(wanted):
        left = row.page["till"] - now
        open_ = {"cause": row.page["cause"], "seconds": left} if left > 0 else {"cause": "", "seconds": 0.0}
        counts = {name: row.page[name] for name in ("s", "f", "h", "c", "rs", "rf")}
        reply.news.append({"n": row.name} | counts | open_)
        reply.version = max(reply.version, row.version)
    return reply
