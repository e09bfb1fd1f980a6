"""A conversation, as Responses have it: one list of messages, thoughts, calls and results."""

from collections.abc import Callable, Mapping
from typing import Any

from interlock import Image, Message, RequestError, ToolCall, ToolResult
from interlock.types.messages import Part, Role
from interlock_server.dialects.media import bytes_of
from interlock_server.dialects.reading import Fields, arguments_of, kind_of
from interlock_server.dialects.responses.parts import (
    ASSISTANTS,
    RESULTS,
    SYSTEMS,
    USERS,
    content_of,
    simple,
)
from interlock_server.dialects.responses.thoughts import Proofs, thought_of
from interlock_server.dialects.responses.tools import INPUT, SEARCH, Tool, found_in, name_of

_MESSAGE = frozenset({"content", "id", "phase", "role", "status", "type"})
_CALL = frozenset(
    {
        "arguments",
        "async",
        "call_id",
        "caller",
        "id",
        "name",
        "namespace",
        "parsed_arguments",
        "status",
        "type",
    }
)
_CUSTOM_CALL = frozenset({"async", "call_id", "caller", "id", "input", "name", "namespace", "status", "type"})
_RESULT = frozenset({"call_id", "caller", "id", "name", "namespace", "output", "status", "type"})
_SEARCH_CALL = frozenset({"arguments", "call_id", "execution", "id", "status", "type"})
_FOUND = frozenset({"call_id", "execution", "id", "status", "tools", "type"})
_PICTURE = frozenset(
    {
        "action", "background", "id", "output_format", "quality", "result", "revised_prompt", "size",
        "status", "type",
    }
)  # fmt: skip
_ROLES: Mapping[str, tuple[Role, frozenset[str]]] = {
    "user": ("user", USERS),
    "system": ("system", SYSTEMS),
    "developer": ("system", SYSTEMS),
}
_REFUSED: Mapping[str, str] = {
    "item_reference": "nothing is kept here that it could refer to; send the item itself, with store: false",
    "compaction": "one vendor alone can read it; send what it stands for",
    "compaction_trigger": "one vendor alone can do that; shorten the conversation yourself",
    "additional_tools": "tools stand in the field of that name",
}


class Conversation:
    """Reads items one by one. What the assistant says, thinks and calls without a break is one turn, and so
    are the results that follow each other.

    Raises RequestError, whose key is the path of what is wrong.
    """

    def __init__(self) -> None:
        self._turns: list[Message] = []
        self._results: list[ToolResult] = []
        self._said: list[Part] = []
        self._proofs = Proofs()
        self._spoke = False
        self.found: list[Tool] = []  # by searches of the client's

    def read(self, given: Any) -> tuple[Message, ...]:
        if isinstance(given, str):
            return (Message("user", given),)
        if given == []:
            raise RequestError("there is no item to answer", key="input")
        if not isinstance(given, list):
            raise RequestError(f"expected text or a list of items, not {kind_of(given)}", key="input")
        for index, each in enumerate(given):
            self._item(each, f"input.{index}")
        self._close()
        return tuple(self._turns)

    def _item(self, value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise RequestError(f"expected an item, not {kind_of(value)}", key=path)
        kind = value.get("type")
        if kind is None and "role" in value:
            kind = "message"
        if not isinstance(kind, str):
            raise RequestError(f"expected the type of an item, not {kind_of(kind)}", key=f"{path}.type")
        reader = self._READERS.get(kind)
        if reader is None:
            what = (
                f"{kind!r:.40} is no item that models here could read; there are {', '.join(self._READERS)}"
            )
            raise RequestError(_REFUSED.get(kind, what), key=f"{path}.type")
        reader(self, value, path)

    def _message(self, value: Mapping[str, Any], path: str) -> None:
        fields = Fields(value, path, _MESSAGE)
        role = fields.one_of("role", ("user", "assistant", "system", "developer"))
        if role is None:
            raise fields.wrong("role", "a message needs a role")
        if role == "assistant":
            self._speak(content_of(fields.get("content"), fields.at("content"), ASSISTANTS))
            return
        self._close()
        ours, kinds = _ROLES[role]
        self._turns.append(Message(ours, content_of(fields.get("content"), fields.at("content"), kinds)))

    def _speak(self, said: str | tuple[Part, ...]) -> None:
        """Two messages in a row are two turns, for joined they would run into each other."""
        if self._results or self._spoke:
            self._close()
        self._said.extend(Message("assistant", said).parts)
        self._spoke = True

    def _answer(self, part: Part) -> None:
        if self._results:
            self._close()
        self._said.append(part)
        self._spoke = False

    def _thought(self, value: Mapping[str, Any], path: str) -> None:
        thought = thought_of(value, path, self._proofs)
        if thought is not None:
            self._answer(thought)

    def _call(self, value: Mapping[str, Any], path: str) -> None:
        fields = Fields(value, path, _CALL)
        _check_caller(fields)
        arguments = arguments_of(fields.text("arguments") or "", fields.at("arguments"))
        self._answer(_called(fields, arguments))

    def _custom_call(self, value: Mapping[str, Any], path: str) -> None:
        fields = Fields(value, path, _CUSTOM_CALL)
        _check_caller(fields)
        self._answer(_called(fields, {INPUT: fields.needed_text("input")}))

    def _result(self, value: Mapping[str, Any], path: str) -> None:
        fields = Fields(value, path, _RESULT)
        _check_caller(fields)
        content: Any = content_of(fields.get("output"), fields.at("output"), RESULTS)
        if not self._results:
            self._close()
        name = fields.text("name")
        if name is not None:
            name = name_of(name, fields.text("namespace"))
        self._results.append(ToolResult(id=fields.needed_text("call_id"), content=content, name=name))

    def _search(self, value: Mapping[str, Any], path: str) -> None:
        fields = Fields(value, path, _SEARCH_CALL)
        self._check_search(fields)
        arguments = fields.mapping("arguments") or {}
        self._answer(ToolCall(id=fields.needed_text("call_id"), name=SEARCH, arguments=arguments))

    def _found(self, value: Mapping[str, Any], path: str) -> None:
        """What a search has found can be called from here on."""
        fields = Fields(value, path, _FOUND)
        self._check_search(fields)
        tools = found_in(fields.get("tools"), fields.at("tools"))
        self.found.extend(tools)
        names = ", ".join(tool.spec.name for tool in tools)
        told = f"These tools can be called now: {names}" if names else "There are no such tools."
        if not self._results:
            self._close()
        self._results.append(ToolResult(id=fields.needed_text("call_id"), content=told, name=SEARCH))

    @staticmethod
    def _check_search(fields: Fields) -> None:
        if fields.text("execution") != "client":
            raise fields.wrong(
                "execution", "one vendor alone searches by itself; the client's searches are read"
            )

    def _picture(self, value: Mapping[str, Any], path: str) -> None:
        """A picture that the model has made."""
        fields = Fields(value, path, _PICTURE)
        if "result" in fields:
            data = bytes_of(fields.needed_text("result"), fields.at("result"))
            form = fields.text("output_format")
            self._answer(Image(data=data, media_type=f"image/{form}" if form else None))

    def _close(self) -> None:
        """A turn is over."""
        if self._results:
            self._turns.append(Message("tool", tuple(self._results)))
            self._results = []
        if self._said or self._spoke:
            parts = tuple(
                self._proofs.put(each) if isinstance(each, ToolCall) else each for each in self._said
            )
            self._turns.append(Message("assistant", simple(parts)))
            self._said, self._spoke = [], False
        self._proofs = Proofs()

    _READERS: Mapping[str, Callable[["Conversation", Mapping[str, Any], str], None]] = {
        "message": _message,
        "reasoning": _thought,
        "function_call": _call,
        "function_call_output": _result,
        "custom_tool_call": _custom_call,
        "custom_tool_call_output": _result,
        "tool_search_call": _search,
        "tool_search_output": _found,
        "image_generation_call": _picture,
    }


def _called(fields: Fields, arguments: Mapping[str, Any]) -> ToolCall:
    name = name_of(fields.needed_text("name"), fields.text("namespace"))
    return ToolCall(id=fields.needed_text("call_id"), name=name, arguments=arguments)


def _check_caller(fields: Fields) -> None:
    caller = fields.mapping("caller")
    if caller is not None and caller.get("type") != "direct":
        raise fields.wrong("caller", "one vendor's programs alone call tools; calls of the model can be read")
