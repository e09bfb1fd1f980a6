"""A request as its client wrote it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock.types.frozen import quick_init


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Verbatim:
    """The body that a request was read from. It is sent on as it is where it says what would be written.

    Attributes:
        dialect: `chat`, `responses` or `messages`.
        body: a JSON object in UTF-8, without a name twice.
        said: what it says.
    """

    dialect: str
    body: bytes = field(repr=False)
    said: Mapping[str, Any] = field(repr=False)
