"""Vectors of texts, out of one attempt."""

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite
from typing import Any

from interlock.engine.attempting.unhurried import unhurried
from interlock.engine.call import AttemptState, CallState
from interlock.errors import GuardrailError, ProtocolError
from interlock.protocols import EmbedCall, Embedder, Provider, ProviderCall
from interlock.types.embeddings import Embedding, EmbeddingRequest, Vector
from interlock.types.response import Answer


async def embedded(
    provider: Provider, call: ProviderCall, request: EmbeddingRequest, progress: AttemptState
) -> Answer:
    """An answer that says what became of the request, and nothing else; the vectors are `progress.parsed`.

    Raises:
        ProtocolError: there are no vectors of the texts, or not such as can be used.
    """
    if not isinstance(provider, Embedder):
        raise ProtocolError(f"the provider {provider.facts.name} makes no embeddings")
    texts = request.texts
    found: object = await provider.embed(
        EmbedCall(
            request=call.request,
            deployment=call.deployment,
            permit=call.permit,
            http=call.http,
            adjusted=call.adjusted,
            pins=call.pins,
            texts=texts,
            dimensions=request.dimensions,
        )
    )
    if not isinstance(found, Embedding):
        raise ProtocolError(f"the provider gave a {type(found).__name__}, not an Embedding")
    size = sum(map(len, found.vectors)) if _are_lists(found.vectors) else 0
    progress.parsed = await unhurried(size, checked, found.vectors, len(texts), request.dimensions)
    usage = found.usage
    return Answer(
        parts=(),
        finish_reason="stop",
        usage=usage if usage.output_tokens is not None else replace(usage, output_tokens=0),
        served_model=found.served_model,
        evidenced=found.evidenced,
    )


def checked(vectors: Any, expected: int, dimensions: int | None) -> tuple[Vector, ...]:
    """The vectors, as numbers.

    Raises:
        ProtocolError: there are more or fewer than texts, they differ in length from each other or from what
            was asked for, or hold what is no finite number.
    """
    if not _are_lists(vectors):
        raise ProtocolError("the vectors are no lists of numbers")
    if len(vectors) != expected:
        raise ProtocolError(f"{len(vectors)} vectors came for {expected} texts")
    length = dimensions or len(vectors[0])
    if not length or any(len(each) != length for each in vectors):
        asked = f", and {dimensions} numbers were asked for" if dimensions else ""
        raise ProtocolError(f"the vectors are empty or of different lengths{asked}")
    return tuple(map(_numbers, vectors))


def _are_lists(vectors: Any) -> bool:
    sequences = isinstance(vectors, Sequence) and not isinstance(vectors, (str, bytes))
    return sequences and all(isinstance(each, Sequence) for each in vectors)


def _numbers(vector: Sequence[Any]) -> Vector:
    try:
        if set(map(type, vector)) <= {float, int}:
            numbers = tuple(map(float, vector))
            if all(map(isfinite, numbers)):
                return numbers
    except OverflowError:  # of a whole number that no float holds
        pass
    raise ProtocolError("a vector holds what is no finite number")


def check_texts(asked: EmbeddingRequest, state: CallState) -> None:
    """Raises GuardrailError unless guardrails have left a text in the place of each."""
    left = state.request
    if not isinstance(left, EmbeddingRequest) or len(left.texts) != len(asked.texts):
        what = "guardrails have left another number of texts than there were"
        raise GuardrailError(what, guardrail=", ".join(state.kept))
