"""What chooses between answers, and what is told of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from interlock.types.records import Record
from interlock.types.request import Request
from interlock.types.response import Answer, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class ArbitrateCall:
    """`answers` maps each panel member's deployment id to its answer."""

    request: Request
    answers: Mapping[str, Answer]
    mode: str


@runtime_checkable
class Arbiter(Protocol):
    """Chooses or synthesises one answer out of several."""

    api: int
    name: str

    async def arbitrate(self, call: ArbitrateCall) -> Answer:
        """One answer, whole, out of any number; the answers that it is given stay as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Responded:
    """What the observer of a finished call sees: the record, and the response when there was one."""

    record: Record
    response: Response | None = None
