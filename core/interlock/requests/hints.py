"""What a caller knows of a request beyond its text: metadata, its length, whether tools will come."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from interlock.errors import RequestError
from interlock.types.numbers import LARGEST
from interlock.types.request import Request

_TRUTHS = {"true": True, "false": False, "1": True, "0": False}


def hinted(request: Request) -> Request:
    """The request with its metadata as text, and with the hints that stand there.

    Raises:
        RequestError: a value that is neither text nor a number, or an argument that is no hint.
    """
    metadata = _texts(request.metadata)
    tokens, tools = request.estimated_tokens, request.tools_available
    if tokens is None:
        tokens = _tokens(metadata["estimated_tokens"]) if "estimated_tokens" in metadata else None
    elif type(tokens) is not int or not 0 <= tokens <= LARGEST:
        raise RequestError(f"expected a whole number from 0, not {tokens!r:.40}", key="estimated_tokens")
    if tools is None:
        told = metadata.get("tools_available")
        tools = None if told is None else _TRUTHS.get(told.strip().lower())
    elif not isinstance(tools, bool):
        raise RequestError(f"expected true or false, not {type(tools).__name__}", key="tools_available")
    if metadata is request.metadata and tokens is None and tools is None:
        return request
    return replace(request, metadata=metadata, estimated_tokens=tokens, tools_available=tools)


def _texts(metadata: Any) -> Mapping[str, str]:
    if not isinstance(metadata, Mapping):
        raise RequestError(f"expected names and texts, not {type(metadata).__name__}", key="metadata")
    for name, value in metadata.items():
        if not type(name) is type(value) is str:
            return {str(name): _text(name, value) for name, value in metadata.items()}
    return metadata


def _text(name: Any, value: Any) -> str:
    if not isinstance(name, str):
        raise RequestError(f"expected text as a name, not {type(name).__name__}", key="metadata")
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float) and abs(value) <= LARGEST:
        return str(value)
    what = f"{value!r:.40}" if isinstance(value, int | float) else type(value).__name__
    raise RequestError(f"expected text or a number, not {what}", key=f"metadata.{name}")


def _tokens(text: str) -> int | None:
    """What is no whole number is the caller's own note, and no hint."""
    text = text.strip().removesuffix(".0")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST)) else None
