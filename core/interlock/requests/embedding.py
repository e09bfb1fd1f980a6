"""From what callers pass to `embed` to a checked request."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from interlock.errors import RequestError
from interlock.requests.checking import as_request
from interlock.types.embeddings import EmbeddingRequest
from interlock.types.messages import Message, Text
from interlock.types.request import Request

# What a request for vectors has no use for. Left in, it would look as if it had been honoured.
_MEANINGLESS = ("tools", "tool_choice", "output", "ensemble")


def as_embedding_request(
    texts: str | Iterable[str] | Request, dimensions: int | None, options: Mapping[str, Any]
) -> EmbeddingRequest:
    """A request for a vector for each text.

    Raises:
        RequestError: naming the argument that cannot be used.
    """
    request = as_request(texts if isinstance(texts, Request) else _messages(texts), options)
    if dimensions is None and isinstance(request, EmbeddingRequest):
        dimensions = request.dimensions
    if request.model is None:
        what = "name the model: vectors of different models cannot be compared, so none is chosen for you"
        raise RequestError(what, key="model")
    for name in _MEANINGLESS:
        if getattr(request, name):
            raise RequestError("texts are made into vectors, and this says nothing of those", key=name)
    if dimensions is not None and not (type(dimensions) is int and dimensions > 0):
        raise RequestError("expected a whole number above 0", key="dimensions")
    for index, message in enumerate(request.messages):
        if message.role != "user" or not all(isinstance(part, Text) for part in message.parts):
            raise RequestError("expected text alone", key=f"texts.{index}")
        if not message.text:
            raise RequestError("expected a text with something in it", key=f"texts.{index}")
    # Nothing is written in answer, and so no budget has to hold anything for it.
    settings = replace(request.settings, max_tokens=0)
    return EmbeddingRequest.of(replace(request, settings=settings), dimensions)


def _messages(texts: str | Iterable[str]) -> list[Message]:
    found: object = [texts] if isinstance(texts, str) else texts
    if isinstance(found, (bytes, Mapping)) or not isinstance(found, Iterable):
        raise RequestError(f"expected text or a list of texts, not {type(texts).__name__}", key="texts")
    messages = []
    for index, text in enumerate(found):
        if not isinstance(text, str):
            raise RequestError(f"expected text, not {type(text).__name__}", key=f"texts.{index}")
        messages.append(Message("user", text))
    if not messages:
        raise RequestError("there is no text", key="texts")
    return messages
