"""What a database is asked about a ledger: each exchange in one transaction."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from types import ModuleType

from sqlalchemy import Connection, delete, select

from interlock import StoreError
from interlock.types.ledgers import AccountTally, Hold, LedgerCall, LedgerReply, Settlement, SharedAccount
from interlock.types.windows import window
from interlock_sql import ledger_pipeline, ledger_rows
from interlock_sql.address import Address
from interlock_sql.connected import Connected
from interlock_sql.engines import writing
from interlock_sql.ledger_rows import Read, Row
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
        self._rows = ledger_pipeline if self.engine.dialect.name == "postgresql" else ledger_rows
        self._swept = 0.0

    def exchange(self, call: LedgerCall) -> LedgerReply:
        with self.told(), self._writing.begin() as connection, self._rows.together(connection):
            exchange = _Exchange(self._rows, connection, call)
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

    __slots__ = ("forget", "money", "requests", "tokens", "windows")

    def __init__(
        self, requests: int, tokens: int, money: int, windows: Mapping[str, float] | None, forget: float
    ) -> None:
        self.requests, self.tokens, self.money = requests, tokens, money
        self.windows, self.forget = windows, forget


class _Exchange:
    """The rows that an exchange is about, which are nobody else's until it is over."""

    def __init__(self, rows: ModuleType, connection: Connection, call: LedgerCall) -> None:
        self._rows, self._connection = rows, connection
        self._accounts = {each.name: each for step in call.steps for each in step.accounts}
        ids = {step.id for step in call.steps if isinstance(step, Hold | Settlement)}
        ids |= {step.windows_of for step in call.steps if isinstance(step, Hold) and step.windows_of}
        read = self._read(sorted(self._accounts), sorted(ids))
        self.now = self._time(read)
        self.tallies = {
            name: self._tally(each, read.accounts.get(name)) for name, each in self._accounts.items()
        }
        self._holds = {
            id_: _Known(row["requests"], row["tokens"], row["money"], row["windows"], row["forget"])
            for id_, row in read.holds.items()
        }
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
        changed = [_row(name, self.tallies[name]) for name in sorted(self._changed)]
        touched = [
            {
                "id": id_,
                "requests": known.requests,
                "tokens": known.tokens,
                "money": known.money,
                "windows": known.windows,
                "forget": known.forget,
            }
            for id_, known in sorted(self._holds.items())
            if id_ in self._touched
        ]
        if changed or touched:
            self._rows.write(self._connection, {accounts: changed, holds: touched})

    def _hold(self, step: Hold) -> None:
        windows, last = {}, self.now
        requests, tokens, money = _most(step.requests), _most(step.tokens), _most(step.money)
        other = self._holds.get(step.windows_of or "")
        held_in = {} if other is None or other.windows is None else other.windows
        for each in step.accounts:
            found = self.tallies[each.name]
            windows[each.name] = start = held_in.get(each.name, found.start)
            if start == found.start:
                held = {"held_tokens": tokens, "held_money": money}
                self._change(each.name, requests=requests, tokens=tokens, money=money, **held)
            last = max(last, found.end)
        self._holds[step.id] = _Known(requests, tokens, money, windows, last + _MARGIN)
        self._touched.add(step.id)

    def _settle(self, step: Settlement, known: _Known | None) -> None:
        if known is not None:
            if known.windows is None:
                return
            for each in step.accounts:
                if known.windows.get(each.name) == self.tallies[each.name].start:
                    self._change(
                        each.name,
                        requests=step.requests - known.requests,
                        tokens=step.tokens - known.tokens,
                        money=step.money - known.money,
                        held_tokens=-known.tokens,
                        held_money=-known.money,
                    )
        # A hold that comes after it finds that it was settled.
        self._holds[step.id] = _Known(0, 0, 0, None, self.now + _MARGIN)
        self._touched.add(step.id)

    def _change(self, name: str, **changes: int) -> None:
        found = self.tallies[name]
        counts = {count: _most(getattr(found, count) + change) for count, change in changes.items()}
        self.tallies[name] = replace(found, **counts)
        self._changed.add(name)

    def _read(self, names: list[str], ids: list[str]) -> Read:
        for _ in range(_TRIES):
            read: Read = self._rows.read(self._connection, names, ids)
            # As ever in PostgreSQL, but for an account that was forgotten between its making and its lock.
            if self._rows is ledger_rows or len(read.accounts) == len(names):
                return read
        raise StoreError("its accounts go as soon as they are made")

    def _time(self, read: Read) -> float:
        return read.now

    def _tally(self, account: SharedAccount, row: Row | None) -> AccountTally:
        # A clock that was set back leaves the window as it is: nothing is forgotten.
        if row is None or self.now >= row["end"]:
            start, end = window(account.per, self.now)
            return AccountTally(start=start, end=end)
        counts = {name: row[name] for name in _COUNTS}
        return AccountTally(start=row["start"], end=row["end"], **counts)


def _row(name: str, tally: AccountTally) -> Row:
    return {"name": name, **{count: getattr(tally, count) for count in ("start", "end", *_COUNTS)}}


_COUNTS = ("requests", "tokens", "money", "held_tokens", "held_money")


def _fits(account: SharedAccount, found: AccountTally, step: Hold) -> bool:
    return (
        (account.requests is None or found.requests + step.requests <= account.requests)
        and (account.tokens is None or found.tokens + step.tokens <= account.tokens)
        and (account.money is None or found.money + step.money <= account.money)
    )


def _most(amount: int) -> int:
    """What a column holds."""
    return min(amount, _LARGEST)
