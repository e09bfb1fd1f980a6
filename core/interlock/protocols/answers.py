"""What is told of a finished call."""

from dataclasses import dataclass

from interlock.types.frozen import quick_init
from interlock.types.records import Record
from interlock.types.response import Response


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Responded:
    """What the observer of a finished call sees: the record, and the response when there was one. Vectors are
    none: of a call for them, the record says how it ended.
    """

    record: Record
    response: Response | None = None
