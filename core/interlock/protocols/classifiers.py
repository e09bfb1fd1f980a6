"""What says which task a request is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from interlock.types.decisions import Classification
from interlock.types.request import Request
from interlock.types.response import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifyCall:
    """`input_tokens` is an estimate over the whole request.

    `ask` is given to `refine` alone: it asks a model of the request's own shortlist, best first, and raises
    InterlockError when none answers. It is the only way for a classifier to ask one.
    """

    request: Request
    input_tokens: int
    ask: Callable[[Request], Awaitable[Answer]] | None = None


@runtime_checkable
class Classifier(Protocol):
    """Says which task a request is. `classify` is pure, takes microseconds and never does I/O."""

    api: int
    name: str

    def classify(self, call: ClassifyCall) -> Classification | None:
        """None when it has no opinion."""
        ...


@runtime_checkable
class RefiningClassifier(Classifier, Protocol):
    """A classifier that may also ask a model, in `complete` and `stream`, when the local ones are unsure."""

    async def refine(self, call: ClassifyCall, sofar: Classification) -> Classification | None:
        """An opinion, which counts when it is more confident than `sofar`."""
        ...
