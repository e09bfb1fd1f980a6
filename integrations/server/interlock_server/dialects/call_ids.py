"""Ids of tool calls whose vendor gives them none.

Such are counted from nought at every turn, which confuses clients that look for results by the id alone.
"""

import re
from dataclasses import replace

from interlock import ToolCall

_COUNTED = re.compile(r"call_\d{1,3}")


def call_id(given: str | None, index: int, answer: str) -> str:
    """The id by which a client knows a call, which no other turn's call has. `answer` is the answer's id,
    `index` the call's number in a stream.
    """
    if given and not _COUNTED.fullmatch(given):
        return given
    return f"call_{answer}_{given[5:] if given else index}"


def named(call: ToolCall, answer: str) -> ToolCall:
    """The call under that id."""
    id_ = call_id(call.id, 0, answer)
    return call if id_ == call.id else replace(call, id=id_)
