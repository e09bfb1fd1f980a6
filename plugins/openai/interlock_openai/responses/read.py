"""Reading a response that may be anything: what plain answers and streams have in common."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

from interlock.errors import ProtocolError, Unavailable
from interlock.fold import confidence_of
from interlock.http import arguments_in, broken_call, written
from interlock.http.payload import count_of, optional_text, parts_of, said, text_of
from interlock.types.messages import Citation
from interlock.types.response import FinishReason, Usage
from interlock_openai.errors import error_inside

SPOKEN = frozenset({"message", "reasoning", "function_call"})
"""Items that are parts of an answer; all others are tools that the vendor ran itself."""

_KEPT = ("service_tier", "content_filters", "moderation", "input_transformations")
_SEALED = ("type", "id", "summary", "content", "encrypted_content")
_GAP = "\n\n"
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Piece(NamedTuple):
    """Text or a refusal inside a message; offsets of citations are characters of this text."""

    kind: str
    text: str
    citations: tuple[Citation, ...] = ()


def raise_error(payload: dict[str, Any], vendor: str) -> None:
    """Raise what the payload reports as an error, if it does."""
    if payload.get("error"):
        raise error_inside(payload, vendor=vendor)
    if "output" not in payload and (payload.get("message") or payload.get("detail") or payload.get("errors")):
        raise error_inside(payload, vendor=vendor)


def items_of(response: dict[str, Any]) -> list[dict[str, Any]]:
    output = response.get("output")
    if not isinstance(output, list) or not all(isinstance(item, dict) for item in output):
        raise ProtocolError("the answer holds no list of items as its output")
    return output


def pieces_of(message: dict[str, Any]) -> list[Piece]:
    """What a message says. A part of an unknown type that holds text is text."""
    if not isinstance(message.get("content"), list):
        text = said(message, "content")
        return [Piece("text", text)] if text else []
    found = []
    for part in parts_of(message):
        if refusal := said(part, "refusal"):
            found.append(Piece("refusal", refusal))
        text, cited = said(part, "text"), citations_of(part.get("annotations"))
        if text or cited:
            found.append(Piece("text", text, cited))
    return found


def citations_of(annotations: Any) -> tuple[Citation, ...]:
    """Web pages and files that the vendor names for the text."""
    found = []
    for given in annotations if isinstance(annotations, list) else ():
        if not isinstance(given, dict):
            continue
        url = optional_text(given.get("url"))
        title = optional_text(given.get("title")) or optional_text(given.get("filename"))
        start, end = count_of(given.get("start_index")), count_of(given.get("end_index"))
        placed = start is not None and end is not None and end > start
        if url or title:
            found.append(
                Citation(url=url, title=title, start=start if placed else None, end=end if placed else None)
            )
    return tuple(found)


def cited(pieces: Iterable[Piece], run: int) -> tuple[Citation, ...]:
    """The citations of a message whose text ends a text of `run` characters, with their places in that one.

    What stands before a refusal is in another text, and so keeps no place.
    """
    groups: list[tuple[Citation, ...]] = []
    at: int | None = run
    for piece in reversed(list(pieces)):
        if piece.kind == "refusal":
            at = None
        elif at is not None:
            at -= len(piece.text)
        size = len(piece.text)
        groups.append(tuple(_moved(citation, at, size) for citation in piece.citations))
    return tuple(citation for group in reversed(groups) for citation in group)


def _moved(citation: Citation, by: int | None, size: int) -> Citation:
    """A place that is not inside the cited text, of `size` characters, is none."""
    if citation.start is None or citation.end is None:
        return citation
    if by is None or citation.end > size:
        return replace(citation, start=None, end=None)
    return replace(citation, start=citation.start + by, end=citation.end + by)


def thought_of(reasoning: dict[str, Any]) -> str:
    """What was thought, where the vendor shows it, or else its summary."""
    for key in ("content", "summary"):
        parts = reasoning.get(key)
        texts = [text_of(part.get("text")) for part in _objects(parts)]
        if text := _GAP.join(filter(None, texts)):
            return text
    return ""


def seal_of(reasoning: dict[str, Any]) -> str | None:
    """The item as an opaque text, if the vendor can read it when it comes back without having stored it."""
    if not optional_text(reasoning.get("encrypted_content")) and not _objects(reasoning.get("content")):
        return None
    kept = {key: value for key in _SEALED if (value := reasoning.get(key))}
    return _ENCODER.encode({"summary": [], **kept})


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def call_of(item: dict[str, Any]) -> tuple[str | None, str, str]:
    """(id, name, arguments as text) of a function call."""
    arguments = item.get("arguments")
    name = text_of(item.get("name"))
    if isinstance(arguments, dict):
        arguments = written(arguments)
    elif not isinstance(arguments, (str, type(None))):
        raise broken_call(name)
    id_ = optional_text(item.get("call_id")) or optional_text(item.get("id"))
    return id_, name, arguments or ""


def check_calls(items: Iterable[dict[str, Any]]) -> None:
    """Raises ProtocolError for a function call among them that is broken."""
    for item in items:
        if item.get("type") == "function_call":
            _, name, arguments = call_of(item)
            if not name or arguments_in(arguments) is None:
                raise broken_call(name)


def finish_of(
    response: dict[str, Any], status: Any, *, called: bool, refused: bool, vendor: str
) -> FinishReason:
    """Our word for the vendor's status. Raises when it failed, goes on, or says nothing we know."""
    if status == "incomplete":
        details = response.get("incomplete_details")
        why = details.get("reason") if isinstance(details, dict) else None
        return "refusal" if why == "content_filter" else "length"
    if status in ("completed", "complete"):
        return "tool_calls" if called else "refusal" if refused else "stop"
    if status == "failed":
        raise error_inside(response, vendor=vendor)
    if status == "cancelled":
        raise Unavailable("the vendor cancelled its answer", code="cancelled")
    if status in ("queued", "in_progress"):
        raise ProtocolError(f"the answer is {status.replace('_', ' ')}: answers are not waited for elsewhere")
    raise ProtocolError("the answer does not say how it ended, or says so in no known word")


def usage_of(response: dict[str, Any]) -> Usage | None:
    found = response.get("usage")
    if not isinstance(found, dict):
        return None
    given, made = found.get("input_tokens_details"), found.get("output_tokens_details")
    given, made = given if isinstance(given, dict) else {}, made if isinstance(made, dict) else {}
    return Usage(
        input_tokens=count_of(found.get("input_tokens")),
        output_tokens=count_of(found.get("output_tokens")),
        cache_read=count_of(given.get("cached_tokens")),
        cache_write=count_of(given.get("cache_write_tokens")),
        reasoning=count_of(made.get("reasoning_tokens")),
    )


def confidence_in(extra: dict[str, Any]) -> float | None:
    """How likely the tokens of the text were, by what `extra_of` has found."""
    return confidence_of(token.get("logprob") for token in _objects(extra["logprobs"]["content"]))


def extra_of(response: dict[str, Any], items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """What has no home of its own; `items` holds what the vendor's own tools did, whole."""
    found = {key: value for key in _KEPT if (value := response.get(key))}
    ran, tokens = [], []
    for item in items:
        if text_of(item.get("type")) not in SPOKEN:
            ran.append(item)
        for part in _objects(item.get("content")):
            if isinstance(given := part.get("logprobs"), list):
                tokens.extend(given)
    if ran:
        found["items"] = ran
    if tokens:
        found["logprobs"] = {"content": tokens}
    return found
