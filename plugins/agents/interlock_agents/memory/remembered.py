"""One value of a run as it is kept, with what was made of it."""

from dataclasses import dataclass
from typing import Any

from interlock_agents.memory.shortening import cut, marked
from interlock_agents.plans.values import encoded


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A value of a run.

    Attributes:
        node: whose it is.
        place: empty for the node's own value; else the call that gave it, as `approach/seq`.
        size: bytes, as it is kept.
        digest: SHA-256 of what is kept, in hexadecimal.
        summary: shorter, beside the original; None where none was made.
        summarised_by: `cut`, or the deployment that wrote it.
        at: seconds since the epoch.
    """

    node: str
    place: str = ""
    value: Any
    size: int
    digest: str
    summary: str | None = None
    summarised_by: str | None = None
    at: float

    @property
    def text(self) -> str:
        """The value as text: text as it is, anything else as JSON."""
        return text_of(self.value)

    def shown(self, limit: int) -> str:
        """What a prompt may have of it: the original if it has no more than `limit` characters, else its
        summary, marked as one.
        """
        text = self.text
        if len(text) <= limit:
            return text
        by, short = (self.summarised_by or "cut"), self.summary
        if short is None:
            by, short = "cut", cut(text, limit)
        return marked(short, node=self.node, characters=len(text), by=by)


def text_of(value: Any) -> str:
    """A value as text: text as it is, bytes by their number alone, anything else as JSON."""
    if isinstance(value, str):
        return value
    return f"[{len(value):,} bytes]" if isinstance(value, bytes) else encoded(value, limit=None)
