"""Vendors' payloads, broken in every way that a network, a gateway or a vendor breaks them."""

import copy
import json
import os
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "300"))

_JUNK: Sequence[Any] = (
    None,
    True,
    0,
    -1,
    10**15,
    10**400,
    1.5,
    float("nan"),
    "",
    "x",
    "\ud800",
    "STOP",
    "{}",
    [],
    [None],
    {},
    {"text": 1},
    [[["x"]]],
)
_BYTES = (
    b"\xff",
    b"\x00",
    b"\xc3",
    b"}",
    b'"',
    b"\n\n",
    b"\r",
    b"data: ",
    b"[" * 2000,
    b"<html>",
    b"9" * 5000,
)


@st.composite
def broken_payload(draw: st.DrawFn, seeds: Sequence[Any]) -> Any:
    """A JSON value like one of `seeds`, with one to four places changed."""
    payload = copy.deepcopy(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 4))):
        places = list(_places(payload))
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        change = draw(st.sampled_from(("replace", "replace", "remove", "repeat", "nest")))
        if change == "replace":
            holder[key] = copy.deepcopy(draw(st.sampled_from(_JUNK)))
        elif change == "nest":
            holder[key] = [holder[key]]
        elif isinstance(holder, list) and change == "repeat":
            holder.insert(key, copy.deepcopy(holder[key]))
        else:
            del holder[key]
    return payload


@st.composite
def broken_bytes(draw: st.DrawFn, whole: st.SearchStrategy[bytes]) -> bytes:
    """Bytes with a few of them cut off, replaced or put in; sometimes none."""
    data = draw(whole)
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        change = draw(st.sampled_from(("cut", "insert", "drop")))
        if change == "cut":
            data = data[:at]
        elif change == "insert":
            data = data[:at] + draw(st.sampled_from(_BYTES)) + data[at:]
        else:
            data = data[:at] + data[at + draw(st.integers(1, 9)) :]
    return data


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def as_events(values: Sequence[Any]) -> bytes:
    return b"".join(b"data: " + as_json(value) + b"\n\n" for value in values)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    items: Iterator[tuple[Any, Any]] = iter(())
    if isinstance(value, dict):
        items = iter(list(value.items()))
    elif isinstance(value, list):
        items = iter(list(enumerate(value)))
    for key, inner in items:
        yield value, key
        yield from _places(inner)
