"""Calls of a world's tools: each is applied whole, once under its key, and its answer may be lost."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from interlock_evaluation.worlds.state import Folder, Kept
from interlock_evaluation.worlds.world import KEY, Refused, Tool

_LONGEST_KEY = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Which writes lose their answers once they are applied.

    Attributes:
        share: from 0 to 1.
        seed: chooses them: a call that comes as often with the same arguments fares the same, whatever
            happened beside it.
    """

    share: float = 0.0
    seed: int = 0

    def loses(self, call: str, time: int) -> bool:
        """Whether the answer of the application of that number of a call, by its digest, is lost."""
        drawn = sha256(f"{self.seed} {call} {time}".encode()).digest()
        return int.from_bytes(drawn[:8]) < self.share * 2**64


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a call.

    Attributes:
        value: JSON.
        refusal: why nothing was done, in words; empty where it was.
        reason: the same in one word.
        lost: it was applied, and whoever asked is not to hear of it.
    """

    value: Any = None
    refusal: str = ""
    reason: str = ""
    lost: bool = False


_CERTAIN = Faults()


def call(folder: Folder, name: str, arguments: Mapping[str, Any], faults: Faults = _CERTAIN) -> Answer:
    """Call a tool of the folder's world. Raises RequestError where its state cannot be read."""
    try:
        asked = _Asked.of(folder.world.tool(name), arguments)
        with folder.opened() as kept:
            if asked.tool.reads:
                return Answer(value=asked.tool.function(kept.state, **asked.read))
            if asked.key in kept.keys:
                return _remembered(kept.keys[asked.key], asked.digest)
            answer = _applied(kept, asked, faults)
            folder.keep(kept)
            return answer
    except Refused as refused:
        return Answer(refusal=str(refused), reason=refused.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A call that makes sense: its key, or nothing, apart from its arguments as given and as read."""

    tool: Tool
    key: str
    digest: str
    given: Mapping[str, Any]
    read: Mapping[str, Any]

    @classmethod
    def of(cls, tool: Tool, arguments: Mapping[str, Any]) -> "_Asked":
        given = dict(arguments)
        key = given.pop(KEY, "") if tool.keyed else ""
        if not isinstance(key, str) or len(key) > _LONGEST_KEY:
            raise Refused(f"{KEY}: expected text of at most {_LONGEST_KEY} characters", reason="invalid")
        try:
            plain = json.dumps([tool.name, given], sort_keys=True, ensure_ascii=False, allow_nan=False)
            digest = sha256(plain.encode()).hexdigest()[:32]
        except (TypeError, ValueError, RecursionError):
            raise Refused("the arguments are no JSON", reason="invalid") from None
        return cls(tool=tool, key=key, digest=digest, given=given, read=tool.read_arguments(given))


def _applied(kept: Kept, asked: _Asked, faults: Faults) -> Answer:
    before = kept.original()
    value = asked.tool.function(kept.state, **asked.read)
    time = kept.times[asked.digest] = kept.times.get(asked.digest, 0) + 1
    lost = faults.loses(asked.digest, time)
    kept.writes += 1
    kept.last = {
        "write": kept.writes,
        "at": kept.state.now,
        "tool": asked.tool.name,
        "arguments": asked.given,
        "key": asked.key or None,
        "changed": kept.state.data != before,
        "lost": lost,
        "answer": value,
    }
    if asked.key:
        kept.keys[asked.key] = {"call": asked.digest, "answer": value}
    kept.state.tick()
    return Answer(value=value, lost=lost)


def _remembered(before: Mapping[str, Any], digest: str) -> Answer:
    if before["call"] != digest:
        raise Refused(f"{KEY} was given for another call before", reason="conflict")
    return Answer(value=before["answer"])
