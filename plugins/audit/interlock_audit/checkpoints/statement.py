"""A checkpoint as a line of JSON: how far chains had come at a time, signed."""

import base64
import binascii
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock_audit.chaining import Heads
from interlock_audit.keys import PublicKey, SigningKey

_FORMAT = 1
_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)
_DIGITS = frozenset("0123456789abcdef")
_HASH = 64
_LARGEST = 2**63 - 1  # what databases count to


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """That a chain had `head` at its entry `seq`.

    Attributes:
        at: microseconds since the epoch, by its writer's clock.
        heads: the same of other chains, as they were found.
        key: the id of the key that signed it.
    """

    chain: str
    seq: int
    head: str
    at: int
    heads: Heads = field(default_factory=dict)
    key: str = ""

    @property
    def all_heads(self) -> Heads:
        return {**self.heads, self.chain: (self.seq, self.head)}


def signed_line(key: SigningKey, *, chain: str, seq: int, head: str, heads: Heads) -> str:
    """A checkpoint of now, as a line without its end."""
    said = {
        "checkpoint": _FORMAT,
        "chain": chain,
        "seq": seq,
        "head": head,
        "at": time.time_ns() // 1000,
        "heads": {name: list(found) for name, found in heads.items()},
        "key": key.public.id,
    }
    signature = base64.b64encode(key.sign(_payload(said))).decode()
    return _JSON.encode({**said, "signature": signature})


class Unreadable(ValueError):
    """A line is no checkpoint."""


class Unsigned(ValueError):
    """A line is a checkpoint, and none of the keys has signed it. `key` is whose it says that it is."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def checkpoint_in(line: str, keys: Mapping[str, PublicKey]) -> Checkpoint:
    """The checkpoint that a line is, signed by one of the keys, which are given by their ids.

    Raises:
        Unreadable, Unsigned: it is none, or by nobody whose key is here.
    """
    try:
        said = json.loads(line)
        text = said.pop("signature")
        signature = base64.b64decode(text, validate=True)
        if base64.b64encode(signature).decode() != text:
            raise Unreadable  # there is more than one text for the same bytes
        if said.pop("checkpoint") != _FORMAT:
            raise Unreadable
        found = Checkpoint(
            chain=_text(said["chain"]),
            seq=_number(said["seq"]),
            head=_hash(said["head"]),
            at=_number(said["at"]),
            heads={_text(name): (_number(seq), _hash(head)) for name, (seq, head) in said["heads"].items()},
            key=_text(said["key"]),
        )
        if set(said) != {"chain", "seq", "head", "at", "heads", "key"}:
            raise Unreadable
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, binascii.Error):
        raise Unreadable from None
    key = keys.get(found.key)
    if key is None or not key.signed(_payload({**said, "checkpoint": _FORMAT}), signature):
        raise Unsigned(found.key)
    return found


def _payload(said: Mapping[str, Any]) -> bytes:
    return f"interlock-audit-checkpoint-1\n{_JSON.encode(said)}".encode()


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Unreadable
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST:
        raise Unreadable
    return value


def _hash(value: Any) -> str:
    if not isinstance(value, str) or len(value) != _HASH or not _DIGITS.issuperset(value):
        raise Unreadable
    return value
