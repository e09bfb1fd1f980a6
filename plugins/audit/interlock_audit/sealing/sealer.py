"""Seals what is personal of entries, within the transaction that appends them."""

import json
import os
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from interlock import LogEntry, StoreError
from interlock_audit.bodies import Content
from interlock_audit.sealing.keys import DataKey, SealingKey, Unopened, new_data_key, seal

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from interlock_audit.sealing.keyring import Kept

ROOM = 4096
"""So many subjects' keys are remembered."""

_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)
_Found = tuple[str, DataKey]


def owner_of(entry: LogEntry) -> tuple[str, str]:
    """Whose key seals it: the subject's, else that of its call, else one of its own."""
    if entry.subject is not None:
        return "subject", entry.subject
    return ("call", entry.call) if entry.call is not None else ("entry", entry.id)


def personal(entry: LogEntry) -> bool:
    """Whether there is something to seal."""
    return entry.subject is not None or bool(entry.personal)


class Sealer:
    """Used by one thread at a time.

    Keys that were looked up are remembered, and forgotten when the keyring says that something has been
    erased since. It is asked in each transaction that seals, which no erasure can interrupt: what was erased
    seals nothing more.
    """

    def __init__(self, key: SealingKey) -> None:
        self.key = key
        self._known: OrderedDict[str, _Found] = OrderedDict()
        self._made: dict[str, _Found] = {}  # in the transaction that is under way
        self._erasures = -1

    def sealed(
        self, connection: "Connection", contents: Sequence[Content], secrets: Mapping[str, LogEntry]
    ) -> list[Content]:
        """The contents, with `handle` and `sealed` for those whose ids are among the secrets.

        Raises:
            StoreError: a subject's key in the keyring cannot be read.
        """
        from interlock_audit.sealing import keyring  # noqa: PLC0415 - it loads SQLAlchemy

        self._made = {}
        keyring.hold(connection)
        if (erasures := keyring.erasures(connection)) != self._erasures:
            self._known.clear()
            self._erasures = erasures
        due = {content["id"] for content in contents} & secrets.keys()
        lookups = {id_: self.key.lookup(*owner_of(secrets[id_])) for id_ in due}
        # In one order everywhere, so that two who make several at once do not wait for each other.
        found = self._found(connection, sorted({*lookups.values()}))
        return [
            {**content, **_part(secrets[content["id"]], content["id"], *found[lookups[content["id"]]])}
            if content["id"] in due
            else content
            for content in contents
        ]

    def confirmed(self) -> None:
        """The transaction is durable: the keys that it made are there."""
        for lookup, found in self._made.items():
            self._remember(lookup, found)
        self._made = {}

    def forget(self) -> None:
        """All keys that are remembered."""
        self._known.clear()
        self._made = {}

    def _found(self, connection: "Connection", lookups: Sequence[str]) -> dict[str, _Found]:
        from interlock_audit.sealing import keyring  # noqa: PLC0415 - it loads SQLAlchemy

        found = {}
        for lookup in lookups:
            if lookup in self._known:
                self._known.move_to_end(lookup)
                found[lookup] = self._known[lookup]
        if not (unknown := [lookup for lookup in lookups if lookup not in found]):
            return found
        there = keyring.by_lookup(connection, unknown)
        for lookup, kept in there.items():
            found[lookup] = kept.handle, self._unwrapped(kept)
            self._remember(lookup, found[lookup])
        if missing := [lookup for lookup in unknown if lookup not in there]:
            for lookup, kept in keyring.add(connection, [*map(self._new, missing)]).items():
                found[lookup] = self._made[lookup] = kept.handle, self._unwrapped(kept)
        return found

    def _new(self, lookup: str) -> "Kept":
        from interlock_audit.sealing.keyring import Kept  # noqa: PLC0415 - it loads SQLAlchemy

        handle = os.urandom(16).hex()
        wrapped = self.key.wrapped(new_data_key(), handle=handle, lookup=lookup)
        return Kept(handle=handle, lookup=lookup, wrapped=wrapped, sealing=self.key.id)

    def _unwrapped(self, kept: "Kept") -> DataKey:
        try:
            return self.key.unwrapped(kept.wrapped, handle=kept.handle, lookup=kept.lookup)
        except Unopened:
            raise StoreError("a subject's key in the keyring is damaged") from None

    def _remember(self, lookup: str, found: _Found) -> None:
        self._known[lookup] = found
        if len(self._known) > ROOM:
            self._known.popitem(last=False)


def _part(entry: LogEntry, id_: str, handle: str, data_key: DataKey) -> Content:
    said: Content = {"personal": dict(entry.personal)}
    if entry.subject is not None:
        said["subject"] = entry.subject
    try:
        text = _JSON.encode(said).encode()
    except (ValueError, TypeError, RecursionError):
        raise StoreError(f"what is personal of the entry {entry.kind!r} is not what JSON has") from None
    return {"handle": handle, "sealed": seal(data_key, text, entry=id_, handle=handle)}
