"""What a model may ask for, and where it comes from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from interlock.types.messages import ToolCall, ToolResult
from interlock.types.request import ToolSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRun:
    """`approved` says that a person agreed to a destructive call."""

    call: ToolCall
    approved: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Tool(Protocol):
    """Something a model may ask for. `destructive` ones need approval before they run."""

    api: int
    spec: ToolSpec
    destructive: bool

    async def run(self, call: ToolRun) -> ToolResult: ...


@runtime_checkable
class Connector(Protocol):
    """A source of tools."""

    api: int
    name: str

    async def tools(self) -> Iterable[Tool]: ...
