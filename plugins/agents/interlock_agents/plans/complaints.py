"""What is wrong with a plan: every complaint at once, each with the node, the key and the way out."""

from collections.abc import Iterable
from dataclasses import dataclass

from interlock import RequestError

__all__ = ["Complaint", "PlanError"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One thing that is wrong.

    Attributes:
        message: a sentence that says the way out.
        path: where it stands in the plan, `nodes.2.with.url`; empty for the plan as a whole.
        node: the id of the node, where it is about one that has an id.
        line: of the file, counted from 1, where the plan was read from one.
        suggestion: the valid name that was probably meant.
    """

    message: str
    path: str = ""
    node: str = ""
    line: int | None = None
    suggestion: str | None = None

    @property
    def key(self) -> str:
        """The node's id and the key in it, `fetch.with.url`; the path where there is no id."""
        if not self.node:
            return self.path
        return ".".join(part for part in (self.node, _within_node(self.path)) if part)

    def __str__(self) -> str:
        tail = f" Did you mean {self.suggestion!r}?" if self.suggestion else ""
        return f"{self.key}: {self.message}{tail}" if self.key else f"{self.message}{tail}"


class PlanError(RequestError):
    """A plan that cannot be used. Nothing of it was started.

    Attributes:
        complaints: everything that is wrong with it, in the order of the plan; each is a line of the text.
        source: the file, where it was read from one.
        key: of the first complaint.
    """

    def __init__(self, complaints: Iterable[Complaint], *, source: str = "") -> None:
        self.complaints = tuple(complaints)
        self.source = source
        first = self.complaints[0]
        super().__init__(first.message, key=first.key, suggestion=first.suggestion)

    def __str__(self) -> str:
        return "\n".join(self._told(each) for each in self.complaints)

    def _told(self, complaint: Complaint) -> str:
        where = ":".join(str(part) for part in (self.source, complaint.line) if part)
        return f"{where}: {complaint}" if where else str(complaint)


def _within_node(path: str) -> str:
    """What follows the last node of a path: `with.url` of `nodes.2.node.with.url`."""
    steps = path.split(".")
    at = 0
    while at < len(steps):
        if steps[at] == "nodes" and at + 1 < len(steps) and steps[at + 1].isdecimal():
            at += 2
        elif steps[at] == "node":
            at += 1
        else:
            break
    return ".".join(steps[at:])
