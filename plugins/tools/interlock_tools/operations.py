"""One operation of a service as a row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interlock import Preview, Repeat, RequestError, ToolOutcome
from interlock.http import HttpReply
from interlock.types.tools import ToolEffect
from interlock_tools.answers import Answer
from interlock_tools.calls import Arguments, Call
from interlock_tools.meanings import Meaning
from interlock_tools.paging import Pages, Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """How it is seen whether a run has happened: in a list that shows writes at once, in no search index.

    Attributes:
        request: the call for the list, or for the one thing that it made.
        items: where they stand in the reply's JSON; an object counts as one.
        fits: whether an item is what the run with `Arguments.key` has made.
        among: those of all items that the run has made, where no single one can say.
        unclear: whether an item that does not fit leaves open who made it, so that a person has to look.
        pages: how the list goes on. All of it is looked at: absence is no sign otherwise.
        most: how many pages are looked at; of a longer list it cannot be said what does not stand in it.
        absent: statuses that say that it is not there.
    """

    request: Callable[[Arguments], Call]
    items: str
    fits: Callable[[Mapping[str, Any], Arguments], bool] = lambda *_: False
    among: Callable[[Sequence[Mapping[str, Any]], Arguments], Sequence[Mapping[str, Any]]] | None = None
    unclear: Callable[[Mapping[str, Any], Arguments], bool] | None = None
    pages: Paging | None = None
    most: int = 20
    absent: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a model may ask for, and the one request that does it.

    Attributes:
        name: verb_noun behind the service's name, in snake_case.
        description: what a model must know to choose it, in at most 300 characters.
        parameters: the JSON schema of its arguments; what it does not name is refused.
        request: writes the call. A RequestError of its own is a refusal, and nothing is sent.
        answer: what of the reply is told; or a function of its JSON and itself, which gives the outcome.
        effect: as a `Tool` has it.
        repeat: likewise; without it, natural of what only reads, else none.
        settles_within: likewise, in seconds.
        pages: of a list that has several.
        meanings: what statuses of this operation mean, before those of its service.
        find: for the way `read`, or a key too old.
        preview: what a run would do; without it, that is the request.
        undo: the call that takes a run with that receipt back.

    Raises:
        RequestError: the way is `read`, and nothing can be found.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]
    request: Callable[[Arguments], Call]
    effect: ToolEffect
    answer: Answer | Callable[[Any, HttpReply], ToolOutcome] = field(default_factory=Answer)
    repeat: Repeat | None = None
    settles_within: float = 0.0
    pages: Pages | None = None
    meanings: tuple[Meaning, ...] = ()
    find: Find | None = None
    preview: Callable[[Arguments], Preview] | None = None
    undo: Callable[[Mapping[str, Any], Arguments], Call] | None = None

    def __post_init__(self) -> None:
        if self.repeat is None:
            object.__setattr__(self, "repeat", Repeat("natural" if self.effect == "read" else "none"))
        if self.repeat is not None and self.repeat.way == "read" and self.find is None:
            raise RequestError("the way read takes a `find`", key=f"{self.name}.repeat")

    @property
    def schema(self) -> Mapping[str, Any]:
        """Of its arguments, that of its pages with them."""
        properties = dict(self.parameters.get("properties", {}))
        if self.pages is not None:
            properties[self.pages.argument] = self.pages.schema
        return {"type": "object", "additionalProperties": False, **self.parameters, "properties": properties}
