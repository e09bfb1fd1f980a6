"""Tools by the names that plans write, those that a connector does not list among them."""

from interlock.errors import UnknownTool
from interlock.toolbox import OfferedTool, Toolbox

__all__ = ["beside_of"]


async def beside_of(toolbox: Toolbox, name: str) -> OfferedTool | None:
    """The tool of that name that a connector has and does not list, where there is one."""
    try:
        return await toolbox.tool(name)
    except UnknownTool:
        return None
