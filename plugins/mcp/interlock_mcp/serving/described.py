"""A tool as a client of MCP is told of it."""

from typing import TYPE_CHECKING, Any

from mcp.types import Tool, ToolAnnotations

from interlock.protocols import ForwardingTool

if TYPE_CHECKING:
    from interlock.toolbox import OfferedTool, Toolbox

_CONSENT = "A person has to agree to each run."


def described(name: str, tool: "OfferedTool", toolbox: "Toolbox") -> Tool:
    """With annotations that follow from what the policy says of its effect, and not from its service's."""
    known = toolbox.effect_of(tool)
    spec = tool.spec
    # One that stands for others needs what the one needs that is meant.
    consent = toolbox.requires_grant(tool) and not isinstance(tool.tool, ForwardingTool)
    words = f"{spec.description}\n\n{_CONSENT}" if consent else spec.description
    leaves = tool.source.destination.region != "local"
    repeat: dict[str, Any] = {"way": known.repeat.way}
    if known.repeat.retention is not None:
        repeat["retention"] = known.repeat.retention
    return Tool(
        name=name,
        description=words.strip() or None,
        input_schema=dict(spec.parameters),
        annotations=annotations_of(
            known.effect,
            again=known.repeat.way == "natural",
            leaves=leaves,
        ),
        _meta={
            "interlock/connector": tool.connector,
            "interlock/effect": known.effect,
            "interlock/consent": consent,
            "interlock/repeat": repeat,
        },
    )


def annotations_of(effect: str, *, again: bool, leaves: bool) -> ToolAnnotations:
    """Of an effect. `again`: twice is as good as once; `leaves`: something leaves the machine."""
    reads = effect == "read"
    return ToolAnnotations(
        read_only_hint=reads,
        destructive_hint=effect in ("destructive", "irreversible"),
        idempotent_hint=reads or again,
        open_world_hint=leaves,
    )
