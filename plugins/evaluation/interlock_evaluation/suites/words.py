"""The words of recorded calls, which no record holds: of an opened audit export, or of one's own files."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from interlock.errors import RequestError
from interlock_evaluation.rows import read_rows
from interlock_evaluation.suites.reading import said_in

_KEYS: Final = ("call", "prompt", "messages", "system")
_SPOKEN: Final = frozenset({"system", "user", "assistant"})

Words = Mapping[str, Sequence[Mapping[str, Any]]]
"""The messages of calls, by the ids of their records; empty where tools spoke, which nobody can ask again."""


def read_words(path: Path) -> Words:
    """What `interlock audit export --open` wrote as JSON; or rows, in any form that a suite has, with the
    `call`'s id and `prompt`, or `messages`. Other columns are passed over.

    Raises:
        RequestError: the file cannot be read, or a row makes no sense; it names the line.
    """
    rows = read_rows(path, within="entries")
    words = dict(each for place, row in rows for each in _said(row, place))
    if not words:
        raise RequestError(
            "has no call's words. An audit export has them with --open, of logs that are told "
            "`personal: [request]`.",
            key=str(path),
        )
    return words


def _said(row: Mapping[str, Any], place: str) -> Iterator[tuple[str, Sequence[Mapping[str, Any]]]]:
    if "kind" in row and "hash" in row:
        yield from _exported(row, place)
        return
    call = row.get("call")
    if not isinstance(call, str) or not call.strip():
        raise RequestError("expected the id of the call's record.", key=f"{place}, call")
    yield call.strip(), said_in({key: row[key] for key in _KEYS if row.get(key)}, place)


def _exported(row: Mapping[str, Any], place: str) -> Iterator[tuple[str, Sequence[Mapping[str, Any]]]]:
    """An entry of the export: of those about a decision, what the log was told of the request."""
    personal = row.get("personal")
    if row["kind"] != "decision" or not isinstance(personal, Mapping) or "request" not in personal:
        return
    try:
        told = [(each["role"], [str(text) for text in each["texts"]]) for each in personal["request"]]
    except (KeyError, TypeError):
        raise RequestError("is no entry of an audit export.", key=place) from None
    spoken = all(role in _SPOKEN and texts for role, texts in told)
    yield (
        str(row.get("call")),
        [{"role": role, "content": "\n\n".join(texts)} for role, texts in told] if spoken else [],
    )
