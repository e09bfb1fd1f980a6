"""Reading what was sealed, for whoever has the key."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interlock_audit.sealing.keyring import Kept
from interlock_audit.sealing.keys import DataKey, SealingKey, Unopened, unseal


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """What an entry says of a person."""

    subject: str | None
    facts: Mapping[str, Any]


class Opener:
    """Opens what was sealed under the keys of a keyring, as far as it has the keys that wrap them."""

    def __init__(self, keys: Sequence[SealingKey], kept: Iterable[Kept]) -> None:
        self._keys = {key.id: key for key in keys}
        self._kept = {each.handle: each for each in kept}
        self._open: dict[str, DataKey] = {}

    def erased(self, body: Mapping[str, Any]) -> bool:
        """Whether nobody can open it any more."""
        return "sealed" in body and body.get("handle") not in self._kept

    def opened(self, body: Mapping[str, Any]) -> Personal | None:
        """What was sealed in an entry; None where there is nothing, or it was erased.

        Raises:
            Unopened: it is sealed under a key that is not here, was changed, or belongs to another entry.
        """
        if "sealed" not in body or (kept := self._kept.get(body.get("handle", ""))) is None:
            return None
        data_key = self._open.get(kept.handle)
        if data_key is None:
            if (key := self._keys.get(kept.sealing)) is None:
                raise Unopened
            data_key = self._open[kept.handle] = key.unwrapped(
                kept.wrapped, handle=kept.handle, lookup=kept.lookup
            )
        said = json.loads(unseal(data_key, body["sealed"], entry=body["id"], handle=kept.handle))
        return Personal(subject=said.get("subject"), facts=said["personal"])
