"""Vectors in this dialect: texts in, a list of numbers for each."""

import json
from typing import Any

from interlock.errors import ProtocolError, ProviderError
from interlock.http import HttpReply, HttpRequest
from interlock.http.payload import add_extras, optional_text, parse_object
from interlock.protocols import EmbedCall
from interlock.types.embeddings import Embedding
from interlock.types.response import Usage
from interlock_openai.encode import headers, url
from interlock_openai.errors import error_from_reply
from interlock_openai.read import raise_error, usage
from interlock_openai.vendors import Vendor


class Embeddings:
    """Embeddings as `vendor` speaks them. Pure: no I/O, and no error but ProviderError."""

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor

    def encode_texts(self, call: EmbedCall) -> HttpRequest:
        deployment, settings = call.deployment, call.request.settings
        payload: dict[str, Any] = {
            "model": deployment.name,
            "input": list(call.texts),
            "encoding_format": "float",
        }
        if call.dimensions is not None:
            payload[self._vendor.dimensions] = call.dimensions
        if settings.user is not None and self._vendor.user is not None:
            payload[self._vendor.user] = settings.user
        if deployment.extra_body or settings.extra:
            add_extras(payload, deployment, settings)
        return HttpRequest(
            url=url(deployment, self._vendor, "embeddings"),
            body=json.dumps(payload).encode(),
            headers=headers(deployment, self._vendor),
        )

    def decode_vectors(self, call: EmbedCall, reply: HttpReply) -> Embedding:
        payload = parse_object(reply.body, "the answer")
        if "data" not in payload:
            raise_error(payload, self._vendor.name)
        return Embedding(
            vectors=_vectors(payload.get("data"), len(call.texts)),
            usage=usage(payload, self._vendor.name) or Usage(),
            served_model=optional_text(payload.get("model")),
        )

    def error(self, reply: HttpReply) -> ProviderError:
        return error_from_reply(reply.status, reply.headers, reply.body, vendor=self._vendor.name)


def _vectors(data: Any, expected: int) -> list[list[Any]]:
    """The vectors in the order of the texts, which is not always that of the list.

    Raises ProtocolError where there is not one for each.
    """
    if not isinstance(data, list):
        raise ProtocolError("the answer holds no list of vectors")
    found: dict[int, list[Any]] = {}
    for place, entry in enumerate(data):
        vector = entry.get("embedding") if isinstance(entry, dict) else None
        if not isinstance(vector, list):
            raise ProtocolError("a vector is no list of numbers")
        index = entry.get("index", place)
        if type(index) is not int or index in found:
            raise ProtocolError("a vector does not say which text it is of")
        found[index] = vector
    if sorted(found) != list(range(expected)):
        raise ProtocolError(f"{len(found)} vectors came for {expected} texts")
    return [found[index] for index in range(expected)]
