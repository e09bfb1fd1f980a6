"""LlamaIndex's tools and tool selections."""

from collections.abc import Iterable
from typing import Any

from llama_index.core.base.llms.types import ChatMessage, ChatResponse, ToolCallBlock
from llama_index.core.llms.llm import ToolSelection
from llama_index.core.tools.types import BaseTool

from llama_index.llms.interlock.raw import Raw
from llama_index.llms.interlock.reading import written_calls


def written_tools(tools: Iterable[Any], *, strict: bool | None = None) -> list[Any]:
    """LlamaIndex's tools in OpenAI's form, which events can show; whatever else the router takes, as it is.

    Descriptions of any length pass: a limit is the vendor's to state.
    """
    return [_written(tool, strict) if isinstance(tool, BaseTool) else tool for tool in tools]


def _written(tool: BaseTool, strict: bool | None) -> dict[str, Any]:
    """What is strict is closed: the vendors that hold a model to a schema take no open ones."""
    found = tool.metadata.to_openai_tool(skip_length_check=True)
    if strict is not None:
        function = found["function"] | {"strict": strict}
        if strict:
            function["parameters"] = {**function["parameters"], "additionalProperties": False}
        found = found | {"function": function}
    return found


def choice(tool_choice: Any, *, required: bool) -> Any:
    """An explicit choice, or else what `tool_required` comes to."""
    return tool_choice if tool_choice is not None else "required" if required else "auto"


def selections(response: ChatResponse) -> list[ToolSelection]:
    """The calls of an answer, whole or still growing, in its order."""
    message = response.message
    called = [block for block in message.blocks if isinstance(block, ToolCallBlock)]
    if not called:
        return [
            ToolSelection(tool_id=call.id, tool_name=call.name, tool_kwargs=dict(call.arguments))
            for call in written_calls(message)
        ]
    return [
        ToolSelection(
            tool_id=block.tool_call_id or "",
            tool_name=block.tool_name,
            tool_kwargs=block.tool_kwargs if isinstance(block.tool_kwargs, dict) else {},
        )
        for block in called
    ]


def no_call(response: ChatResponse) -> str:
    """Why there is none, in words."""
    if isinstance(response.raw, dict | Raw) and response.raw.get("finish_reason") == "length":
        return "the answer was cut before a tool call was whole; allow it more max_tokens"
    return "the model called no tool, and at least one call was expected"


def first_call_alone(response: ChatResponse) -> ChatResponse:
    """The response without the calls after its first, for callers who run one at a time."""
    message = response.message
    called = [block for block in message.blocks if isinstance(block, ToolCallBlock)]
    if len(called) < 2:  # noqa: PLR2004 - more than one
        return response
    kept = [block for block in message.blocks if block not in called[1:]]
    said = message.additional_kwargs
    if "tool_calls" in said:
        said = said | {"tool_calls": said["tool_calls"][:1]}
    single = ChatMessage(role=message.role, blocks=kept, additional_kwargs=said)
    return response.model_copy(update={"message": single})
