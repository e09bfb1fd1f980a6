"""Texts to be made into vectors, and the vectors."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Self

from interlock.types.request import Request
from interlock.types.response import Usage

if TYPE_CHECKING:
    from interlock.types.records import Record

EMBEDDINGS = "embeddings"
"""The capability of a card whose model makes vectors of texts."""

Vector = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class EmbeddingRequest(Request):
    """A request whose answer is a vector for each text: for each message of the user's, which is text alone.

    It is one like any other to whatever classifies, decides, inspects and counts.

    Attributes:
        dimensions: how many numbers each vector is to have; None leaves it to the model.
    """

    dimensions: int | None = field(default=None, kw_only=True)

    @classmethod
    def of(cls, request: Request, dimensions: int | None = None) -> Self:
        """The same request, for vectors."""
        given = {each.name: getattr(request, each.name) for each in fields(Request)}
        return cls(**given, dimensions=dimensions)

    @property
    def texts(self) -> tuple[str, ...]:
        """In their order. What guardrails tell a model besides is none of them."""
        return tuple(each.text for each in self.messages if each.role == "user")


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding:
    """What a provider makes of texts: a vector for each, in their order.

    `evidenced` is where the vendor says that it processed them, in its own words; None where it says nothing.
    """

    vectors: Sequence[Sequence[float]]
    usage: Usage = Usage()  # noqa: RUF009 - frozen
    served_model: str | None = None
    evidenced: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingResponse:
    """A finite vector for each text, in the order of the texts, all of one length.

    Attributes:
        cost: US dollars of all attempts; None when nobody knows.
        model: the card's id. `served_model` is the vendor's own word for it.
    """

    vectors: tuple[Vector, ...] = field(repr=False)
    usage: Usage
    cost: float | None
    model: str
    served_model: str | None
    deployment: str
    record: "Record" = field(repr=False)
