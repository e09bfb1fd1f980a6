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
from interlock.types.provenance import alias_of

_HEAD = "ilp1."
P = TypeVar("P", Reasoning, ToolCall)


def packed(part: Reasoning | ToolCall) -> str | None:
    """The text for the client; None where nobody says whose part it is. Of the endpoint it holds an alias:
    its address is no business of clients.
    """
    if part.vendor is None:
        return None
    origin = None if part.origin is None else alias_of(part.origin)
    said = json.dumps([part.vendor, origin, part.signature], separators=(",", ":"))
    return _HEAD + base64.urlsafe_b64encode(said.encode("ascii")).decode("ascii").rstrip("=")


def is_packed(text: str) -> bool:
    """Whether it claims to be such a text, and not a vendor's own."""
    return text.startswith(_HEAD)


def unpacked(part: P, text: str | None) -> P:
    """The part with what such a text says of it. A text that came from elsewhere says nothing: nobody knows
    whose it is.
    """
    if text is None or not is_packed(text):
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
