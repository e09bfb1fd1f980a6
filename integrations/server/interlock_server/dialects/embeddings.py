"""OpenAI's embeddings: texts in, vectors out."""

import struct
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from interlock import EmbeddingResponse, Message, RequestError, Settings
from interlock_server.dialects.chat import ChatCompletions
from interlock_server.dialects.dialect import Asked
from interlock_server.dialects.own import OWN, own_options
from interlock_server.dialects.reading import Fields, kind_of

_KNOWN = frozenset({"dimensions", "encoding_format", "input", OWN, "model", "user"})
_FORMATS = ("float", "base64")
_TOKENS = "tokens are of one model's vocabulary, and rules and guardrails read words; send texts"


class EmbeddingsDialect(ChatCompletions):
    """Their problems are told as those of chat completions. Pure: no I/O, and no error but RequestError."""

    name = "embeddings"

    def read(self, body: Mapping[str, Any]) -> Asked:
        """What a body of `/v1/embeddings` asks for. `keeps` holds `dimensions` and `base64`."""
        fields, options = Fields(body, "", _KNOWN), own_options(body)
        for name in ("ensemble", "rescue"):
            if name in options:
                raise RequestError("it says nothing of vectors; leave it out", key=f"{OWN}.{name}")
        if (user := fields.text("user")) is not None:
            options["settings"] = Settings(user=user)
        return Asked(
            model=fields.needed_text("model"),
            messages=_texts(fields),
            options=options,
            keeps={
                "dimensions": fields.whole("dimensions", 1),
                "base64": fields.one_of("encoding_format", _FORMATS) == "base64",
            },
        )

    def vectors(self, asked: Asked, response: EmbeddingResponse) -> Mapping[str, Any]:
        """The body of an answer.

        Raises:
            RequestError: a number does not go into the 32 bits that base64 has for it.
        """
        packed = asked.keeps["base64"]
        tokens = response.usage.input_tokens or 0
        return {
            "object": "list",
            "data": [
                {"object": "embedding", "index": index, "embedding": _packed(each) if packed else each}
                for index, each in enumerate(response.vectors)
            ],
            "model": response.model,
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }


def _texts(fields: Fields) -> tuple[Message, ...]:
    given = fields.get("input")
    if not isinstance(given, list):
        given, paths = [given], ["input"]
    else:
        paths = [f"input.{index}" for index in range(len(given))]
    if not given:
        raise RequestError("there is no text", key="input")
    messages = []
    for text, path in zip(given, paths, strict=True):
        if isinstance(text, int | list) and not isinstance(text, bool):
            raise RequestError(_TOKENS, key=path)
        if not isinstance(text, str):
            raise RequestError(f"expected text, not {kind_of(text)}", key=path)
        if not text:
            raise RequestError("expected a text with something in it", key=path)
        messages.append(Message("user", text))
    return tuple(messages)


def _packed(vector: tuple[float, ...]) -> str:
    """Numbers of 32 bits, the lowest byte first, in base64."""
    try:
        return b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode("ascii")
    except OverflowError:
        what = "a number is too large for base64, which has 32 bits for it; ask for float"
        raise RequestError(what, key="encoding_format") from None


EMBEDDINGS = EmbeddingsDialect()
