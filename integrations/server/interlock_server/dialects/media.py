"""Bytes and links in bodies. What stands in a data URL is unpacked, so that vendors without URLs take it."""

import base64
import binascii
from typing import Any

from interlock import RequestError

_MOST_TYPE = 128
# Others lead into stores that whoever runs the server has keys for, and whoever asks may not.
_SCHEMES = ("https://", "http://")

NO_FILE_IDS = "files that lie at a vendor cannot be asked for by their id; send the bytes"
"""What to say of an id: any key could read with it what another has laid down under the operator's."""


def source_of(url: str, path: str) -> dict[str, Any]:
    """`data` and `media_type` of a data URL; `url` of any other, which nobody here fetches.

    Raises:
        RequestError: a data URL that is none, or a URL of another scheme.
    """
    if url[:5].lower() != "data:":
        if not url.lower().startswith(_SCHEMES):
            raise RequestError("expected a URL that begins with https:, http: or data:", key=path)
        return {"url": url}
    head, comma, payload = url[5:].partition(",")
    media_type, *parameters = [each.strip() for each in head.split(";")]
    if not comma or "base64" not in (each.lower() for each in parameters):
        raise RequestError("expected data:TYPE;base64,DATA", key=path)
    if len(media_type) > _MOST_TYPE:
        raise RequestError("expected a shorter type", key=path)
    return {"data": bytes_of(payload, path), "media_type": media_type.lower() or None}


def bytes_of(encoded: str, path: str) -> bytes:
    """The bytes of a text in base64.

    Raises:
        RequestError: it is no base64.
    """
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise RequestError("this is no base64", key=path) from None


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
