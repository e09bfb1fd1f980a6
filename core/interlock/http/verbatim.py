"""Sending on the bytes of a client that speaks the deployment's own dialect.

The body that a codec would write is made all the same, and the client's is sent in its place where both say
the same but for the model's name: nothing leaves that a codec would not have said. What is saved is writing a
long conversation once more.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from interlock.http.payload import json_body
from interlock.types.verbatim import Verbatim

_MODEL = re.compile(rb'"model"[ \t\r\n]*:[ \t\r\n]*("[^"\\]*")')
_OPENS = re.compile(rb"[ \t\r\n]*\{")


def body_of(payload: Mapping[str, Any], verbatim: Verbatim | None, dialect: str) -> bytes:
    """The bytes of a body that says what `payload` says: the client's own where they do."""
    if verbatim is None or verbatim.dialect != dialect or not _agree(payload, verbatim.said):
        return json_body(payload)
    return _spliced(payload, verbatim) or json_body(payload)


def _agree(payload: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    """Whether a body says nothing beside the payload, and nothing otherwise; what it lacks can be added."""
    return {**said, "model": payload["model"]}.items() <= payload.items()


def _spliced(payload: Mapping[str, Any], verbatim: Verbatim) -> bytes | None:
    """The client's bytes with the payload's model, and with what they lack; None where it is not certain
    which of them are the model's name.
    """
    body, said = verbatim.body, verbatim.said
    # Without escapes, a name is written in one way alone; and one that is there once is not another's.
    if body.count(b'"model"') != 1 or b"\\u" in body:
        return None
    named, opens = _MODEL.search(body), _OPENS.match(body)
    if named is None or opens is None or named[1][1:-1].decode("utf-8", "replace") != said.get("model"):
        return None
    lacking = {name: value for name, value in payload.items() if name not in said}
    added = json_body(lacking)[1:-1] + b"," if lacking else b""
    model = _written(payload["model"])
    return b"".join((b"{", added, body[opens.end() : named.start(1)], model, body[named.end(1) :]))


@lru_cache(maxsize=1024)
def _written(name: str) -> bytes:
    return json_body({"": name})[len(b'{"":') : -1]
