"""What a database is asked about a ledger: each exchange in one transaction."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Insert, Table, bindparam, delete, func, select

from interlock import StoreError
from interlock.types.ledgers import AccountTally, Hold, LedgerCall, LedgerReply, Settlement, SharedAccount
from interlock.types.windows import window
from interlock_sql.address import Address
from interlock_sql.connected import INSERT, Connected
from interlock_sql.engines import writing
from interlock_sql.ledger_tables import LEDGER, accounts, holds

_LARGEST = 2**63 - 1
_MARGIN = 60.0  # seconds for which what is over is still known
_SWEEP = 60.0  # seconds between two looks for what may be forgotten
_ROWS = 10_000  # that are forgotten at once
_TRIES = 3


class LedgerDatabase(Connected):
    """Counts what is held and used."""

    def __init__(self, address: Address) -> None:
        super().__init__(address, migrations=LEDGER, patience=2.0)
        self._writing = writing(self.engine)
        self._swept = 0.0

    def exchange(self, call: LedgerCall) -> LedgerReply:
        with self.told(), self._writing.begin() as connection:
            exchange = _Exchange(connection, call)
            refused = frozenset(
                step.id
                for step in call.steps
                if isinstance(step, Hold | Settlement) and not exchange.take(step)
            )
            exchange.write()
        if exchange.now - self._swept > _SWEEP:
            self._swept = exchange.now
            self._sweep(exchange.now)
        return LedgerReply(refused=refused, tallies=exchange.tallies)

    def _sweep(self, now: float) -> None:
        """Forget what is over, but for what others are just looking at; another time will do as well."""
        for key, over in (
            (holds.c.id, holds.c.forget < now),
            (accounts.c.name, accounts.c.end < now - _MARGIN),
        ):
            gone = select(key).where(over).limit(_ROWS).with_for_update(skip_locked=True)
            with suppress(StoreError), self.told(), self._writing.begin() as connection:
                connection.execute(delete(key.table).where(key.in_(gone)))


class _Known:
    """A hold: what it holds, and since when in which account; without windows it is settled."""

    __slots__ = ("forget", "money", "tokens", "windows")

    def __init__(self, tokens: int, money: int, windows: Mapping[str, float] | None, forget: float) -> None:
        self.tokens, self.money, self.windows, self.forget = tokens, money, windows, forget


class _Exchange:
    """The rows that an exchange is about, which are nobody else's until it is over."""

    def __init__(self, connection: Connection, call: LedgerCall) -> None:
        self._connection = connection
        self._accounts = {each.name: each for step in call.steps for each in step.accounts}
        rows = self._locked(sorted(self._accounts))
        # Once the rows are ours: nobody turns a window after us and was there before.
        self.now = self._time()
        self.tallies = {name: self._tally(each, rows.get(name)) for name, each in self._accounts.items()}
        ids = {step.id for step in call.steps if isinstance(step, Hold | Settlement)}
        found = connection.execute(_HOLDS, {"ids": list(ids)}) if ids else ()
        self._holds = {row.id: _Known(row.tokens, row.money, row.windows, row.forget) for row in found}
        self._changed: set[str] = set()
        self._touched: set[str] = set()

    def take(self, step: Hold | Settlement) -> bool:
        """Whether it was taken."""
        known = self._holds.get(step.id)
        if isinstance(step, Settlement):
            self._settle(step, known)
            return True
        if known is not None:
            return known.windows is not None
        fits = all(_fits(each, self.tallies[each.name], step) for each in step.accounts)
        if not (fits or step.forced):
            return False
        self._hold(step)
        return True

    def write(self) -> None:
        if self._changed:
            rows = [{"name": name} | asdict(self.tallies[name]) for name in sorted(self._changed)]
            self._put(accounts, "name", rows)
        if self._touched:
            rows = [
                {
                    "id": id_,
                    "tokens": known.tokens,
                    "money": known.money,
                    "windows": known.windows,
                    "forget": known.forget,
                }
                for id_, known in sorted(self._holds.items())
                if id_ in self._touched
            ]
            self._put(holds, "id", rows)

    def _hold(self, step: Hold) -> None:
        windows, last = {}, self.now
        tokens, money = _most(step.tokens), _most(step.money)
        for each in step.accounts:
            held = {"held_tokens": tokens, "held_money": money}
            self._change(each.name, requests=1, tokens=tokens, money=money, **held)
            windows[each.name] = self.tallies[each.name].start
            last = max(last, self.tallies[each.name].end)
        self._holds[step.id] = _Known(tokens, money, windows, last + _MARGIN)
        self._touched.add(step.id)

    def _settle(self, step: Settlement, known: _Known | None) -> None:
        if known is not None:
            if known.windows is None:
                return
            for each in step.accounts:
                if known.windows.get(each.name) == self.tallies[each.name].start:
                    self._change(
                        each.name,
                        requests=step.requests - 1,
                        tokens=step.tokens - known.tokens,
                        money=step.money - known.money,
                        held_tokens=-known.tokens,
                        held_money=-known.money,
                    )
        # A hold that comes after it finds that it was settled.
        self._holds[step.id] = _Known(0, 0, None, self.now + _MARGIN)
        self._touched.add(step.id)

    def _change(self, name: str, **changes: int) -> None:
        found = self.tallies[name]
        counts = {count: _most(getattr(found, count) + change) for count, change in changes.items()}
        self.tallies[name] = replace(found, **counts)
        self._changed.add(name)

    def _locked(self, names: list[str]) -> dict[str, Any]:
        """The rows of accounts, each locked, always in the same order.

        PostgreSQL has nothing to lock of one that is not there, and two that want the same new account would
        both find none: it is made first, all of them before any is locked, so that nobody waits in a circle.
        """
        if not names:
            return {}
        wanted = {"names": names}
        if self._connection.dialect.name != "postgresql":
            return {row.name: row for row in self._connection.execute(_ACCOUNTS, wanted)}
        empty = {"start": 0.0, "end": 0.0} | dict.fromkeys(_COUNTS, 0)
        insert = INSERT["postgresql"](accounts).on_conflict_do_nothing(index_elements=["name"])
        for _ in range(_TRIES):
            self._connection.execute(insert, [{"name": name} | empty for name in names])
            found = {row.name: row for row in self._connection.execute(_LOCKED, wanted)}
            if len(found) == len(names):  # as ever, but for one that was forgotten just between the two
                return found
        raise StoreError("its accounts go as soon as they are made")

    def _time(self) -> float:
        """By the database's own clock; a file's is that of its machine."""
        if self._connection.dialect.name != "postgresql":
            return time.time()
        seconds = select(func.extract("epoch", func.clock_timestamp()))
        return float(self._connection.execute(seconds).scalar_one())

    def _tally(self, account: SharedAccount, row: Any) -> AccountTally:
        # A clock that was set back leaves the window as it is: nothing is forgotten.
        if row is None or self.now >= row.end:
            start, end = window(account.per, self.now)
            return AccountTally(start=start, end=end)
        counts = {name: getattr(row, name) for name in _COUNTS}
        return AccountTally(start=row.start, end=row.end, **counts)

    def _put(self, table: Table, key: str, rows: list[dict[str, Any]]) -> None:
        self._connection.execute(_putting(self._connection.dialect.name, table, key, tuple(rows[0])), rows)


# To put together a statement costs more than to run it, and these are the same for every exchange.
_HOLDS = select(holds).where(holds.c.id.in_(bindparam("ids", expanding=True)))
_ACCOUNTS = (
    select(accounts).where(accounts.c.name.in_(bindparam("names", expanding=True))).order_by(accounts.c.name)
)
_LOCKED = _ACCOUNTS.with_for_update()


@lru_cache(maxsize=16)
def _putting(dialect: str, table: Table, key: str, columns: tuple[str, ...]) -> Insert:
    """What writes these columns of rows, whether or not they are there."""
    insert = INSERT[dialect](table)
    new = {name: insert.excluded[name] for name in columns if name != key}
    putting: Insert = insert.on_conflict_do_update(index_elements=[key], set_=new)
    return putting


_COUNTS = ("requests", "tokens", "money", "held_tokens", "held_money")


def _fits(account: SharedAccount, found: AccountTally, step: Hold) -> bool:
    return (
        (account.requests is None or found.requests + 1 <= account.requests)
        and (account.tokens is None or found.tokens + step.tokens <= account.tokens)
        and (account.money is None or found.money + step.money <= account.money)
    )


def _most(amount: int) -> int:
    """What a column holds."""
    return min(amount, _LARGEST)
