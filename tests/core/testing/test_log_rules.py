"""The kit for logs passes one that keeps the contract, and finds what breaks it."""

import asyncio
import json
import os
import threading
from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from interlock import LogEntry, StoreError
from interlock.testing import LogConformance, rules_of
from interlock.types.logs import LogCall, LogQuery

RULES = rules_of(LogConformance)
_numbers = count()


class Journal:
    api = 1
    name = "journal"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.Lock()

    async def append(self, entries: Sequence[LogEntry]) -> None:
        await asyncio.to_thread(self.write, entries)

    async def read(self, query: LogQuery) -> Sequence[LogEntry]:
        found = self.entries()
        first = [entry.id for entry in found].index(query.after) + 1 if query.after else 0
        return found[first : first + query.limit]

    async def aclose(self) -> None:
        """Nothing stays open."""

    def write(self, entries: Sequence[LogEntry]) -> None:
        with self.lock:
            known = {entry.id for entry in self.entries()}
            try:
                with self.path.open("ab") as file:
                    for entry in self.new(entries, known):
                        file.write(json.dumps(self.row(entry)).encode() + b"\n")
            except OSError as error:
                raise self.failure(error) from error

    def row(self, entry: LogEntry) -> dict[str, Any]:
        return asdict(replace(entry, subject=None, personal={}))

    def failure(self, error: OSError) -> Exception:
        return StoreError(f"the journal cannot be written: {error.strerror}")

    def new(self, entries: Sequence[LogEntry], known: set[str]) -> list[LogEntry]:
        return [entry for entry in entries if entry.id not in known]

    def entries(self) -> list[LogEntry]:
        if not self.path.is_file():
            return []
        whole = self.path.read_bytes()
        lines = whole[: whole.rfind(b"\n") + 1].splitlines()
        return [LogEntry(**json.loads(line)) for line in lines]


class Journals:
    api = 1
    name = "journal"
    schemes: Any = ("journal",)

    def __init__(self, log: Any = Journal) -> None:
        self.log = log

    def open(self, call: LogCall) -> Any:
        return self.log(call.folder / call.url.partition(":///")[2])


class Kit(LogConformance):
    def __init__(self, kind: Any, folder: Path) -> None:
        self.kind, self.folder = kind, folder

    def place(self) -> LogCall:
        return LogCall(url=f"journal:///{next(_numbers)}", folder=self.folder)

    def broken(self) -> LogCall:
        return LogCall(url="journal:///.", folder=self.folder)


@pytest.mark.parametrize("rule", RULES)
def test_a_log_that_keeps_the_contract_passes(rule: str, tmp_path: Path) -> None:
    getattr(Kit(Journals(), tmp_path), rule)()


class Late(Journal):
    """Confirms what it only remembers."""

    waiting: Sequence[LogEntry] = ()

    async def append(self, entries: Sequence[LogEntry]) -> None:
        self.waiting = [*self.waiting, *entries]

    async def aclose(self) -> None:
        self.write(self.waiting)


class Twice(Journal):
    def new(self, entries: Sequence[LogEntry], known: set[str]) -> list[LogEntry]:
        del known
        return list(entries)


class Backwards(Journal):
    def new(self, entries: Sequence[LogEntry], known: set[str]) -> list[LogEntry]:
        return super().new(entries, known)[::-1]


class Thin(Journal):
    def new(self, entries: Sequence[LogEntry], known: set[str]) -> list[LogEntry]:
        return [replace(entry, step=None) for entry in super().new(entries, known)]


class Elsewhere(Journal):
    def __init__(self, path: Path) -> None:
        super().__init__(path.parent / f"{path.name}-{os.getpid()}-{next(_numbers)}")


class Bound(Journal):
    """Belongs to the loop that used it first."""

    loop: Any = None

    async def append(self, entries: Sequence[LogEntry]) -> None:
        self.loop = self.loop or asyncio.get_running_loop()
        if self.loop is not asyncio.get_running_loop():
            raise RuntimeError("attached to a different loop")
        await super().append(entries)


class Overwrites(Journal):
    """Each append reads, waits, and writes the whole anew."""

    async def append(self, entries: Sequence[LogEntry]) -> None:
        before = self.entries()
        await asyncio.sleep(0)
        new = self.new(entries, {entry.id for entry in before})
        lines = [json.dumps(asdict(entry)) for entry in (*before, *new)]
        self.path.write_text("".join(f"{line}\n" for line in lines))


class Open(Journal):
    def row(self, entry: LogEntry) -> dict[str, Any]:
        return asdict(entry)


class Tattles(Journal):
    """Keeps the subject, and nothing else of a person."""

    def row(self, entry: LogEntry) -> dict[str, Any]:
        return asdict(replace(entry, personal={}))


class Beside(Journal):
    def write(self, entries: Sequence[LogEntry]) -> None:
        super().write(entries)
        self.path.with_suffix(".people").write_text(" ".join(str(entry.personal) for entry in entries))


class Scrambled(Journal):
    """Seals, for a test: no word of it can be read."""

    def row(self, entry: LogEntry) -> dict[str, Any]:
        sealed = json.dumps([entry.subject, entry.personal])[::-1]
        return asdict(replace(entry, subject=None, personal={"sealed": sealed}))

    def entries(self) -> list[LogEntry]:
        opened = [(entry, json.loads(entry.personal["sealed"][::-1])) for entry in super().entries()]
        return [replace(entry, subject=one, personal=other) for entry, (one, other) in opened]


class Raw(Journal):
    def failure(self, error: OSError) -> Exception:
        return error


class Tells(Journal):
    def failure(self, error: OSError) -> Exception:
        return StoreError(f"journal:///. cannot be written: {error.strerror}")


class StartsOver(Journal):
    async def read(self, query: LogQuery) -> Sequence[LogEntry]:
        return await super().read(replace(query, after=None))


class AllAtOnce(Journal):
    async def read(self, query: LogQuery) -> Sequence[LogEntry]:
        return await super().read(replace(query, limit=10**6))


class Blocking(Journal):
    def append(self, entries: Sequence[LogEntry]) -> Any:
        self.write(entries)


@pytest.mark.parametrize(
    ("log", "rule", "told"),
    [
        (Late, "test_a_killed_process_loses_nothing_that_was_confirmed", "was confirmed, and is there 0"),
        (Twice, "test_keeps_once_what_is_appended_twice", "12 entries were appended"),
        (Backwards, "test_keeps_entries_as_they_are_and_in_their_order", "an entry changed"),
        (Thin, "test_keeps_entries_as_they_are_and_in_their_order", "an entry changed"),
        (Elsewhere, "test_keeps_entries_as_they_are_and_in_their_order", "and 0 are kept"),
        (Bound, "test_serves_several_loops_and_threads", "attached to a different loop"),
        (Overwrites, "test_keeps_what_is_appended_at_once", "60 entries were appended once"),
        (Open, "test_keeps_nothing_personal_in_the_open", "does not say seals = True"),
        (Tattles, "test_keeps_nothing_personal_in_the_open", "does not say seals = True"),
        (Scrambled, "test_keeps_nothing_personal_in_the_open", "does not say seals = True"),
        (Beside, "test_keeps_nothing_personal_in_the_open", r"can be read in \d+\.people"),
        (Raw, "test_a_place_that_cannot_be_written_is_a_typed_error", "must raise StoreError"),
        (Tells, "test_a_place_that_cannot_be_written_is_a_typed_error", "shows the URL"),
        (StartsOver, "test_keeps_entries_as_they_are_and_in_their_order", "`after` starts over"),
        (AllAtOnce, "test_keeps_entries_as_they_are_and_in_their_order", "a page of 7 holds 22"),
        (Blocking, "test_opens_a_log", "append must be a coroutine function"),
    ],
)
def test_what_breaks_the_contract_is_found(log: type, rule: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=told):
        getattr(Kit(Journals(log), tmp_path), rule)()


@pytest.mark.parametrize(
    ("log", "told"),
    [
        (Scrambled, ""),
        (Journal, ""),
        (Tattles, "has a part of `subject` and `personal`"),
        (Open, r"can be read in \d+"),
    ],
)
def test_a_kind_that_seals_gives_both_back_or_neither_and_shows_none(
    log: type, told: str, tmp_path: Path
) -> None:
    kit = Kit(type("Sealing", (Journals,), {"seals": True})(log), tmp_path)
    if not told:
        kit.test_keeps_nothing_personal_in_the_open()
        return
    with pytest.raises(AssertionError, match=told):
        kit.test_keeps_nothing_personal_in_the_open()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"schemes": ["journal"]}, "a tuple of names in lower case"),
        ({"schemes": ("Journal",)}, "a tuple of names in lower case"),
        ({"api": 2}, "this version speaks 1"),
        ({"name": ""}, "name must be text"),
    ],
)
def test_what_is_no_kind_of_log_is_found(change: dict[str, Any], told: str, tmp_path: Path) -> None:
    kind = type("Changed", (Journals,), change)()
    with pytest.raises(AssertionError, match=told):
        Kit(kind, tmp_path).test_is_a_kind_of_log()


def test_a_log_that_cannot_fail_says_why(tmp_path: Path) -> None:
    class Sure(Kit):
        cannot = {"fail": "it is kept in memory"}  # noqa: RUF012 - as authors write it

    with pytest.raises(BaseException, match="kept in memory"):
        Sure(Journals(), tmp_path).test_a_place_that_cannot_be_written_is_a_typed_error()
