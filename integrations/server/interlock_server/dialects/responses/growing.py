"""Items of a stream while they grow. Each tells what is new of it in events, and is whole in the end."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from interlock import Citation, Reasoning, ToolCall, ToolCallDelta
from interlock.fold import Growing
from interlock.http import arguments_in
from interlock_server.dialects.call_ids import call_id
from interlock_server.dialects.responses.output import (
    Item,
    Names,
    Tools,
    annotation,
    arguments_text,
    called,
    message_item,
    refusal_part,
    text_part,
)
from interlock_server.dialects.responses.thoughts import thought_item
from interlock_server.dialects.responses.tools import Kind

Event = tuple[str, dict[str, Any]]
"""The type of an event, without what each begins with, and its fields but those that every event has."""


@dataclass(frozen=True, slots=True)
class Lead:
    """A text under way that has been told so far, for telling of it piece by piece.

    `kind` and `fields` are those of its deltas, `hear` takes a piece that is told elsewhere.
    """

    kind: str
    fields: dict[str, Any]
    hear: Callable[[str], None]


class Slot:
    """One item. Until it has its turn, what it is given is held."""

    def __init__(self) -> None:
        self.done = False

    @property
    def may_close(self) -> bool:
        """Whether the item is whole, when something else follows it."""
        return True

    def tell(self) -> Iterator[Event]:
        """What is new since the last time."""
        raise NotImplementedError

    def close(self) -> Iterator[Event]:
        """The rest, to the end of the item."""
        raise NotImplementedError

    def item(self) -> Item:
        """The item as far as it is known; whole once it is closed."""
        raise NotImplementedError

    def lead(self) -> Lead | None:
        """The text that grows, once `tell` has told of it; None for what grows in another way."""
        return None


class Made(Slot):
    """An item that came whole."""

    def __init__(self, item: Item) -> None:
        super().__init__()
        self._item = item

    def tell(self) -> Iterator[Event]:
        yield from ()

    def close(self) -> Iterator[Event]:
        self.done = True
        yield "output_item.added", {"item": self._item}
        yield "output_item.done", {"item": self._item}

    def item(self) -> Item:
        return self._item


class Thought(Slot):
    """A thought; its proof comes last."""

    def __init__(self, names: Names) -> None:
        super().__init__()
        self._id = names.make("rs")
        self._text = Growing()
        self._new: list[str] = []
        self._begun = False
        self.sealed: Reasoning | None = None

    @property
    def text(self) -> str:
        return str(self._text)

    def add(self, text: str) -> None:
        self._text.add(text)
        self._new.append(text)

    def tell(self) -> Iterator[Event]:
        at = {"item_id": self._id, "summary_index": 0}
        if not self._begun:
            self._begun = True
            yield "output_item.added", {"item": {"id": self._id, "type": "reasoning", "summary": []}}
            if self._has_words:
                part = {"type": "summary_text", "text": ""}
                yield "reasoning_summary_part.added", {**at, "part": part}
        new, self._new = "".join(self._new), []
        if new:
            yield "reasoning_summary_text.delta", {**at, "delta": new}

    def lead(self) -> Lead | None:
        at = {"item_id": self._id, "summary_index": 0}
        return Lead("reasoning_summary_text", at, self._text.add) if self.sealed is None else None

    @property
    def _has_words(self) -> bool:
        return self.sealed is None or not self.sealed.redacted

    def close(self) -> Iterator[Event]:
        yield from self.tell()
        self.done = True
        if self._has_words:
            at, text = {"item_id": self._id, "summary_index": 0}, self.text
            yield "reasoning_summary_text.done", {**at, "text": text}
            yield "reasoning_summary_part.done", {**at, "part": {"type": "summary_text", "text": text}}
        yield "output_item.done", {"item": self.item()}

    def item(self) -> Item:
        return thought_item(self.sealed or Reasoning(self.text), self._id)


class Spoken(Slot):
    """A message: text, or the words in which a model declines, or one after the other."""

    def __init__(self, names: Names) -> None:
        super().__init__()
        self._id = names.make("msg")
        self.parts: list[_Words] = []
        self._told = 0
        self._begun = False

    def add(self, text: str, *, refusal: bool = False) -> None:
        if not self.parts or self.parts[-1].refusal != refusal:
            self.parts.append(_Words(refusal=refusal))
        self.parts[-1].add(text)

    @property
    def texts(self) -> "list[_Words]":
        return [part for part in self.parts if not part.refusal]

    def tell(self) -> Iterator[Event]:
        if not self._begun:
            self._begun = True
            yield "output_item.added", {"item": message_item(self._id, [], "in_progress")}
        for number in range(self._told, len(self.parts)):
            at = {"item_id": self._id, "content_index": number}
            part = self.parts[number]
            yield from ((kind, {**at, **fields}) for kind, fields in part.tell())
            if number < len(self.parts) - 1:
                yield from ((kind, {**at, **fields}) for kind, fields in part.close())
                self._told = number + 1

    def lead(self) -> Lead | None:
        at, part = {"item_id": self._id, "content_index": len(self.parts) - 1}, self.parts[-1]
        return None if part.refusal else Lead("output_text", at, part.hear)

    def close(self) -> Iterator[Event]:
        yield from self.tell()
        self.done = True
        if self.parts:
            at = {"item_id": self._id, "content_index": len(self.parts) - 1}
            yield from ((kind, {**at, **fields}) for kind, fields in self.parts[-1].close())
        yield "output_item.done", {"item": self.item()}

    def item(self) -> Item:
        return message_item(self._id, [part.part() for part in self.parts])


class _Words:
    """One part of a message."""

    def __init__(self, *, refusal: bool) -> None:
        self.refusal = refusal
        self.citations: tuple[Citation, ...] = ()
        self.tokens: Sequence[Any] = ()
        self._text = Growing()
        self._new: list[str] = []
        self._begun = False

    @property
    def text(self) -> str:
        return str(self._text)

    def add(self, text: str) -> None:
        self._text.add(text)
        self._new.append(text)

    def hear(self, text: str) -> None:
        """A piece that is told elsewhere."""
        self._text.add(text)

    def part(self) -> Item:
        if self.refusal:
            return refusal_part(self.text)
        return text_part(self.text, map(annotation, self.citations), self.tokens)

    def tell(self) -> Iterator[Event]:
        if not self._begun:
            self._begun = True
            yield "content_part.added", {"part": refusal_part("") if self.refusal else text_part("")}
        new, self._new = "".join(self._new), []
        if new and self.refusal:
            yield "refusal.delta", {"delta": new}
        elif new:
            yield "output_text.delta", {"delta": new, "logprobs": []}

    def close(self) -> Iterator[Event]:
        part = self.part()
        if self.refusal:
            yield "refusal.done", {"refusal": part["refusal"]}
        else:
            for number, each in enumerate(part["annotations"]):
                yield "output_text.annotation.added", {"annotation_index": number, "annotation": each}
            yield "output_text.done", {"text": part["text"], "logprobs": part["logprobs"]}
        yield "content_part.done", {"part": part}


class Called(Slot):
    """A call. Nothing is told of it before its name is known, and nothing of it is done when it was cut."""

    def __init__(self, names: Names, tools: Tools, number: int) -> None:
        super().__init__()
        self._id = names.make("fc")
        self._answer = names.answer
        self._tools = tools
        self._number = number
        self._name = ""
        self._call_id: str | None = None
        self._arguments = Growing()
        self._new: list[str] = []
        self._begun = False
        self._looked_at = 0  # so many characters of arguments
        self._is_whole = False
        self.cut = False

    def add(self, delta: ToolCallDelta) -> None:
        self._name = self._name or delta.name or ""
        self._call_id = self._call_id or delta.id
        if delta.arguments:
            self._arguments.add(delta.arguments)
            self._new.append(delta.arguments)

    def settle(self, call: ToolCall) -> None:
        """The call as it is in the answer: what no delta has said of it is taken from there."""
        self._name, self._call_id = self._name or call.name, self._call_id or call.id
        if not str(self._arguments).strip():
            self.add(ToolCallDelta(index=self._number, arguments=arguments_text(call.arguments)))

    @property
    def call_id(self) -> str:
        return call_id(self._call_id, self._number, self._answer)

    @property
    def may_close(self) -> bool:
        size = self._arguments.size
        if size and size != self._looked_at:
            self._looked_at, self._is_whole = size, arguments_in(str(self._arguments)) is not None
        return bool(self._name) and self._is_whole

    @property
    def _kind(self) -> Kind:
        tool = self._tools.get(self._name)
        return "function" if tool is None else tool.kind

    def tell(self) -> Iterator[Event]:
        # Who has called nothing yet may still say under which id.
        if not self._name or (self._call_id is None and not self._new and not self._begun):
            return
        if not self._begun:
            self._begun = True
            yield "output_item.added", {"item": self._item("", "in_progress")}
        if self._kind != "function":
            return  # what is told is within JSON, and so is not known before that is whole
        new, self._new = "".join(self._new), []
        if new:
            yield "function_call_arguments.delta", {"item_id": self._id, "delta": new}

    def close(self) -> Iterator[Event]:
        yield from self.tell()
        self.done = True
        if self.cut:
            return
        at, item = {"item_id": self._id}, self.item()
        kind = self._kind
        if kind == "custom":
            text = item["input"]
            yield "custom_tool_call_input.delta", {**at, "delta": text}
            yield "custom_tool_call_input.done", {**at, "input": text}
        elif kind == "function":
            yield "function_call_arguments.done", {**at, "name": item["name"], "arguments": item["arguments"]}
        yield "output_item.done", {"item": item}

    def item(self) -> Item:
        return self._item(str(self._arguments), "incomplete" if self.cut else "completed")

    def _item(self, arguments: str, status: str) -> Item:
        return called(self._id, self.call_id, self._name, arguments, tools=self._tools, status=status)
