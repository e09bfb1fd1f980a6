"""What looks at requests and answers on their way, and what chooses between answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from interlock.types.messages import Message
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

    async def arbitrate(self, call: ArbitrateCall) -> Answer: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardCall:
    """`restore` is what this guardrail kept aside in `before`, for `after` to put back."""

    request: Request
    answer: Answer | None = None
    restore: Any = None


@runtime_checkable
class Guardrail(Protocol):
    """Looks at what leaves and at what comes back; may rewrite either, or raise to stop the call.

    `before` runs once a call. `after` runs for the answer that is handed over, and for what only looks at
    an answer as the caller would have it; so it changes nothing but what it returns.
    """

    api: int
    name: str

    def before(self, call: GuardCall) -> tuple[Sequence[Message], Any]: ...

    def after(self, call: GuardCall) -> Answer: ...


@runtime_checkable
class CheckingGuardrail(Guardrail, Protocol):
    """A guardrail that may also reject an answer, so that another deployment is asked."""

    def check(self, call: GuardCall) -> str | None:
        """None, or a sentence that says why the answer will not do. It does not quote the answer, which is as
        the model gave it, nothing restored. Asked for every whole answer to the call's request.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Responded:
    """What the observer of a finished call sees: the record, and the response when there was one."""

    record: Record
    response: Response | None = None
