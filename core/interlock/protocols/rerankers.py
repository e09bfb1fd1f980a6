"""What puts the models of a learned row in another order, by what a request says."""

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankerCall:
    """What a reranker is opened with.

    Attributes:
        content: of the file that the learned routes name, whose digest was theirs.
        file: what to call it.
    """

    content: bytes = field(repr=False)
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankCall:
    """A request whose row may be put in another order.

    Attributes:
        task: whose row it is.
        text: the last human turn, without what agent harnesses put into it.
        names: those of the row of which a deployment may be used and is well, in the row's order; two or
            more.
    """

    task: str
    text: str = field(repr=False)
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reranked:
    """Another order, and why, in words that hold nothing of the request."""

    order: tuple[str, ...]
    reason: str


class Reranker(Protocol):
    """Puts names in another order, best first. Threads may share it."""

    def rerank(self, call: RerankCall) -> Reranked | None:
        """The same names in another order; None where the row's stands.

        It asks nobody and takes some milliseconds, beside the loop; the first time, a second or two. One that
        raises, or gives other names, leaves the row's order.
        """
        ...


@runtime_checkable
class RerankerKind(Protocol):
    """A kind of reranker, which a file of learned routes names."""

    api: int
    name: str

    def open(self, call: RerankerCall) -> Reranker:
        """The reranker that the content makes. Called once, when a router is made.

        Raises:
            ValueError: what is wrong with the content.
        """
        ...
