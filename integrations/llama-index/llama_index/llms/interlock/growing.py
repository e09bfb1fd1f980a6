"""A streamed answer so far: LlamaIndex's streams carry the whole message with every step."""

from typing import Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    ContentBlock,
    MessageRole,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
)
from pydantic_core import from_json

from interlock import Chunk, Router, ToolCallDelta
from llama_index.llms.interlock.raw import step_of, written_call
from llama_index.llms.interlock.writing import chat_response, completion_response


class _Piece:
    """A block that is still growing: text, a thought, or a call's arguments."""

    __slots__ = ("id", "kind", "name", "text")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.text = ""
        self.id: str | None = None
        self.name: str | None = None


class Growing:
    """Takes chunks, gives responses. The last chunk's is the whole answer's, as a plain call gives it."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._pieces: list[_Piece] = []
        self._calls: dict[int, _Piece] = {}

    def chat(self, chunk: Chunk) -> ChatResponse:
        if chunk.response is not None:
            return chat_response(chunk.response, self._router, delta="")
        said = self._take(chunk)
        kept = {"tool_calls": self._written()} if self._calls else {}
        message = ChatMessage(role=MessageRole.ASSISTANT, blocks=self._blocks(), additional_kwargs=kept)
        return ChatResponse(
            message=message, raw=step_of(chunk.text), delta=chunk.text, additional_kwargs=said
        )

    def completion(self, chunk: Chunk) -> CompletionResponse:
        if chunk.response is not None:
            return completion_response(chunk.response, self._router, delta="")
        said = self._take(chunk)
        return CompletionResponse(
            text=self._text(), raw=step_of(chunk.text), delta=chunk.text, additional_kwargs=said
        )

    def _take(self, chunk: Chunk) -> dict[str, Any]:
        """Returns what the step's `additional_kwargs` say."""
        if chunk.restart:
            self._pieces, self._calls = [], {}
        if chunk.reasoning:
            self._grow("thought").text += chunk.reasoning
        if chunk.text:
            self._grow("text").text += chunk.text
        for delta in chunk.tool_call_deltas:
            self._call(delta)
        said: dict[str, Any] = {"restart": True} if chunk.restart else {}
        return said | ({"thinking_delta": chunk.reasoning} if chunk.reasoning else {})

    def _grow(self, kind: str) -> _Piece:
        if not self._pieces or self._pieces[-1].kind != kind:
            self._pieces.append(_Piece(kind))
        return self._pieces[-1]

    def _call(self, delta: ToolCallDelta) -> None:
        piece = self._calls.get(delta.index)
        if piece is None:
            piece = self._calls[delta.index] = _Piece("call")
            self._pieces.append(piece)
        piece.id = piece.id or delta.id
        piece.name = piece.name or delta.name
        piece.text += delta.arguments

    def _text(self) -> str:
        return "".join(piece.text for piece in self._pieces if piece.kind == "text")

    def _blocks(self) -> list[ContentBlock]:
        return [block for piece in self._pieces if (block := _block(piece)) is not None]

    def _written(self) -> list[dict[str, Any]]:
        return [written_call(call.id, call.name, call.text) for call in self._calls.values() if call.name]


def _block(piece: _Piece) -> ContentBlock | None:
    if piece.kind == "text":
        return TextBlock(text=piece.text)
    if piece.kind == "thought":
        return ThinkingBlock(content=piece.text)
    if not piece.name:
        return None
    return ToolCallBlock(tool_call_id=piece.id, tool_name=piece.name, tool_kwargs=_so_far(piece.text))


def _so_far(arguments: str) -> dict[str, Any]:
    """What can be read of arguments that are still being written; strings may be cut."""
    try:
        value = from_json(arguments, allow_partial="trailing-strings")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
