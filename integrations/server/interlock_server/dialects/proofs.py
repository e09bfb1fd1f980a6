"""Vendors' proofs on their way through a client: one opaque text, of which the vendor can be told again.

A thought, or a call, goes back to the vendor and to the endpoint that it came from, and to no other. No
dialect has fields for these, but each has one for a text that the client gives back as it is.
"""

import base64
import binascii
import json
from dataclasses import replace
from typing import TypeVar

from interlock import Reasoning, ToolCall
from interlock.types.json_reader import load_json

_HEAD = "ilp1."
P = TypeVar("P", Reasoning, ToolCall)


def packed(part: Reasoning | ToolCall) -> str | None:
    """The text for the client; None where nobody says whose part it is."""
    if part.vendor is None:
        return None
    said = json.dumps([part.vendor, part.origin, part.signature], separators=(",", ":"))
    return _HEAD + base64.urlsafe_b64encode(said.encode("ascii")).decode("ascii").rstrip("=")


def unpacked(part: P, text: str | None) -> P:
    """The part with what such a text says of it. A text that came from elsewhere says nothing: nobody knows
    whose it is.
    """
    if text is None or not text.startswith(_HEAD):
        return part
    encoded = text.removeprefix(_HEAD)
    try:
        said = load_json(base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return part
    match said:
        case [str(vendor), str() | None as origin, str() | None as signature]:
            return replace(part, vendor=vendor, origin=origin, signature=signature)
    return part
