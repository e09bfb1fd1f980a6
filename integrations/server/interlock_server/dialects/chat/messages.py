"""A conversation, as chat completions have it."""

from collections.abc import Iterator, Mapping
from typing import Any

from interlock import Message, Reasoning, Refusal, RequestError, Text, ToolCall, ToolResult
from interlock.types.messages import Part, Role
from interlock_server.dialects.chat.parts import (
    ASSISTANTS,
    PICTURES,
    SYSTEMS,
    TOOLS,
    USERS,
    content_of,
    parts_of,
)
from interlock_server.dialects.proofs import unpacked
from interlock_server.dialects.reading import Fields, arguments_of, kind_of

_PLAIN = frozenset({"role", "content"})
_SPOKEN = frozenset({"role", "content", "name"})
_RESULT = frozenset({"role", "content", "name", "tool_call_id"})
_ANSWER = frozenset(
    {
        "annotations", "audio", "content", "executed_tools", "function_call", "images", "name", "reasoning",
        "reasoning_content", "reasoning_details", "refusal", "role", "tool_calls",
    }
)  # fmt: skip
_NO_AUDIO = (
    "what a model said aloud lies at its vendor and cannot be asked for by its id; send its transcript"
)
_DETAIL = frozenset({"data", "format", "id", "index", "signature", "summary", "text", "type"})
_CALL = frozenset({"extra_content", "function", "id", "index", "type"})
_FUNCTION = frozenset({"arguments", "name"})
# What most turns of an assistant's hold, and no more.
_USUAL = frozenset({"content", "refusal", "role", "tool_calls"})
# Who says nothing but a text in most turns, and as whom.
_SPEAKERS: Mapping[str, Role] = {
    "user": "user", "assistant": "assistant", "system": "system", "developer": "system"
}  # fmt: skip
_ROLES = ("system", "developer", "user", "assistant", "tool", "function")


class Conversation:
    """Reads messages one by one. Results of tools that follow each other are one turn.

    Raises RequestError, whose key is the path of what is wrong.
    """

    def __init__(self) -> None:
        self._turns: list[Message] = []
        self._results: list[ToolResult] = []
        self._functions: list[ToolCall] = []

    def read(self, given: Any) -> tuple[Message, ...]:
        if given == []:
            raise RequestError("there is no message to answer", key="messages")
        if not isinstance(given, list):
            raise RequestError(f"expected a list of messages, not {kind_of(given)}", key="messages")
        for index, each in enumerate(given):
            self._message(each, f"messages.{index}")
        if self._results:
            self._close()
        return tuple(self._turns)

    def _message(self, value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise RequestError(f"expected a message, not {kind_of(value)}", key=path)
        role, content = value.get("role"), value.get("content")
        if (
            isinstance(content, str)
            and isinstance(role, str)
            and role in _SPEAKERS
            and value.keys() == _PLAIN
        ):
            if self._results:
                self._close()
            self._turns.append(Message(_SPEAKERS[role], content))
            return
        match role:
            case "user":
                self._say("user", value, path, USERS)
            case "system" | "developer":
                self._say("system", value, path, SYSTEMS)
            case "assistant":
                self._assistant(value, path)
            case "tool":
                self._tool(value, path)
            case "function":
                self._function(value, path)
            case _:
                shown = f"{role!r:.40}" if isinstance(role, str) else kind_of(role)
                what = f"{shown} is no role; there are {', '.join(_ROLES)}"
                raise RequestError(what, key=f"{path}.role")

    def _say(self, role: Role, value: Mapping[str, Any], path: str, kinds: frozenset[str]) -> None:
        self._close()
        content, fields = value.get("content"), Fields(value, path, _SPOKEN)
        if content is None:
            raise fields.wrong("content", "a message needs content")
        said = content_of(content, fields.at("content"), kinds)
        self._turns.append(Message(role, _simple(said), name=fields.text("name")))

    def _tool(self, value: Mapping[str, Any], path: str) -> None:
        fields = Fields(value, path, _RESULT)
        said = content_of(fields.get("content"), fields.at("content"), TOOLS)
        self._answer(fields.needed_text("tool_call_id"), fields.text("name"), said)

    def _function(self, value: Mapping[str, Any], path: str) -> None:
        """The result of a function, which has no id: it is that of the last call by this name."""
        fields = Fields(value, path, _SPOKEN)
        name = fields.needed_text("name")
        call = next((each for each in reversed(self._functions) if each.name == name), None)
        if call is None:
            raise fields.wrong("name", "no turn before it calls a function of this name")
        said = content_of(fields.get("content"), fields.at("content"), TOOLS)
        self._answer(call.id, name, said)

    def _answer(self, id_: str, name: str | None, said: str | list[Part]) -> None:
        content: Any = _simple(said)
        self._results.append(ToolResult(id=id_, content=content, name=name))

    def _close(self) -> None:
        if self._results:
            self._turns.append(Message("tool", tuple(self._results)))
            self._results = []

    def _assistant(self, value: Mapping[str, Any], path: str) -> None:
        self._close()
        content, fields = value.get("content"), Fields(value, path, _ANSWER)
        rare = not value.keys() <= _USUAL
        parts: list[Part] = [*_thoughts(fields)] if rare else []
        said = content_of(content, fields.at("content"), ASSISTANTS)
        if isinstance(said, str):
            said = said or (_spoken(fields) if rare else "")
            said = [Text(said)] if said else []
        parts.extend(said)
        if refusal := fields.text("refusal"):
            parts.append(Refusal(refusal))
        if rare:
            parts.extend(self._made(fields))
        parts.extend(_call(each, path) for each, path in _each(fields, "tool_calls"))
        self._turns.append(Message("assistant", _simple(parts), name=fields.text("name")))

    def _made(self, fields: Fields) -> Iterator[Part]:
        """Pictures, and the call of a function that has no id."""
        yield from parts_of(fields.listed("images") or (), fields.at("images"), PICTURES)
        if (function := fields.inner("function_call", _FUNCTION)) is not None:
            call = _called(function, f"function_{len(self._functions)}")
            self._functions.append(call)
            yield call


def _simple(said: str | list[Part]) -> str | tuple[Part, ...]:
    """Text alone is text, in whatever form it was written."""
    if isinstance(said, str):
        return said
    if len(said) == 1 and isinstance(said[0], Text) and not said[0].cache:
        return said[0].text
    return tuple(said) if said else ""


def _spoken(fields: Fields) -> str:
    """The words of what the model said aloud, which no vendor is given back as a sound."""
    audio = fields.mapping("audio")
    if audio is None:
        return ""
    if not isinstance(words := audio.get("transcript"), str):
        raise fields.wrong("audio", _NO_AUDIO)
    return words


def _each(fields: Fields, name: str) -> list[tuple[Any, str]]:
    where = fields.at(name)
    return [(each, f"{where}.{index}") for index, each in enumerate(fields.listed(name) or ())]


def _call(value: Any, path: str) -> ToolCall:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind not in (None, "function"):
        raise RequestError(f"{kind!r:.40} is no kind of call here; there is function", key=f"{path}.type")
    fields = Fields(value, path, _CALL)
    function = fields.inner("function", _FUNCTION)
    if function is None:
        raise fields.wrong("function", "expected an object with name and arguments")
    call = _called(function, fields.needed_text("id"))
    proof = proof_in(fields.mapping("extra_content")) if "extra_content" in value else None
    return call if proof is None else unpacked(call, proof)


def _called(function: Fields, id_: str) -> ToolCall:
    arguments = arguments_of(function.text("arguments") or "", function.at("arguments"))
    return ToolCall(id=id_, name=function.needed_text("name"), arguments=arguments)


def proof_of(proof: str) -> dict[str, Any]:
    """Where a call's proof stands, and where clients that know the proofs of Google's look for it."""
    return {"google": {"thought_signature": proof}}


def proof_in(extra: Mapping[str, Any] | None) -> str | None:
    """The proof out of such a place."""
    google = None if extra is None else extra.get("google")
    proof = google.get("thought_signature") if isinstance(google, Mapping) else None
    return proof if isinstance(proof, str) else None


def _thoughts(fields: Fields) -> list[Reasoning]:
    """A thought is text alone, or blocks of which some clients give every one back."""
    said = fields.text("reasoning_content") or fields.text("reasoning") or ""
    found: list[Reasoning] = []
    left = said
    for each, path in _each(fields, "reasoning_details"):
        block = Fields(each, path, _DETAIL)
        if block.text("type") == "reasoning.encrypted":
            thought = unpacked(Reasoning("", redacted=True), block.text("data"))
        else:
            # One without words belongs to those that stand beside the blocks.
            words = block.text("text") or block.text("summary")
            if not words:
                words, left = left, ""
            thought = unpacked(Reasoning(words), block.text("signature"))
        if thought.text or thought.vendor:
            found.append(thought)
    return found or ([Reasoning(said)] if said else [])
