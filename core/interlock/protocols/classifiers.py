"""What says which task a request is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from interlock.types.decisions import Classification
from interlock.types.frozen import quick_init
from interlock.types.request import Request
from interlock.types.response import Answer


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifyCall:
    """What is to be classified.

    Attributes:
        input_tokens: an estimate over the whole request.
        ask: asks a model of the request's own shortlist, best first, and raises InterlockError when none
            answers. It is the only way for a classifier to ask one, and given to the `refine` of those alone
            that are not local.
        text: for `refine`, the last human turn without what agent harnesses put into it; of a long one the
            first 4,096 and the last 2,048 characters.
    """

    request: Request
    input_tokens: int
    ask: Callable[[Request], Awaitable[Answer]] | None = None
    text: str = ""


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
    """A classifier that gives a second opinion, in `complete` and `stream`, when the first one is unsure.

    It asks a model by `call.ask`, unless it is a `LocalClassifier`. It may have `below`: the confidence of
    the opinion so far under which it is asked, 0 to 1. That is 0.6 for one that has none.
    """

    async def refine(self, call: ClassifyCall, sofar: Classification) -> Classification | None:
        """An opinion, which counts when it is more confident than `sofar`."""
        ...


@runtime_checkable
class LocalClassifier(RefiningClassifier, Protocol):
    """A refining classifier that asks nobody: it needs no network, and some milliseconds beside the loop.

    It is heard before those that ask a model, and by `router.refine` and `interlock explain` too. Its call
    has no `ask`, and the request as the caller gave it, as `classify` has. Its opinion has weighed `sofar`
    and takes its place, however confident it is.

    Attributes:
        local: True.
        below: the confidence of the opinion so far under which it is asked, 0 to 1. One that knows tasks of
            its own says 1: nobody else can be sure of those.
    """

    local: bool
    below: float

    def own_tasks(self) -> tuple[str, ...]:
        """Tasks beyond the catalog's that it may name, and that `routes` of the configuration may then have.

        Asked once, when a router is made; a file may be read for it.

        Raises:
            ValueError: what is wrong with that file.
        """
        ...
