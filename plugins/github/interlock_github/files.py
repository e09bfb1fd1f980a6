"""A file's content, out of what GitHub makes of it."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from interlock import ToolOutcome
from interlock.http import HttpReply
from interlock_tools import picked, text_of

_LONGEST = 100_000  # characters
_ENTRY = ("name", "path", "type", "size", "sha")


def file_in(told: Any, reply: HttpReply) -> ToolOutcome:  # noqa: ARG001 - as rows have it
    """The text of a file, or the entries of a folder."""
    if isinstance(told, list):
        entries = [picked(each, _ENTRY) for each in told if isinstance(each, Mapping)]
        return ToolOutcome(outcome="done", content=text_of(entries))
    if not isinstance(told, Mapping) or not isinstance(told.get("sha"), str):
        return ToolOutcome(outcome="refused", content="the service sent something else than it documents")
    if told.get("type") != "file" or told.get("encoding") != "base64":
        what = "larger than 1 MB" if told.get("type") == "file" else f"a {str(told.get('type'))[:20]}"
        return ToolOutcome(outcome="refused", content=f"it is {what}, and is not read here")
    try:
        text = base64.b64decode(str(told.get("content"))).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ToolOutcome(outcome="refused", content="it is no text")
    kept = {**picked(told, ("path", "sha", "size")), "text": text[:_LONGEST]}
    if len(text) > _LONGEST:
        kept["cut"] = f"{len(text) - _LONGEST} more characters are not shown"
    return ToolOutcome(outcome="done", content=text_of(kept), truncated=len(text) > _LONGEST)
