"""Tools of connectors, for whoever asks a router for them: which are allowed, and how one is run.

The engine imports nothing of this: a router never runs a tool by itself.
"""

from interlock.toolbox.making import Toolboxes
from interlock.toolbox.naming import OfferedTool
from interlock.toolbox.options import RunOptions
from interlock.toolbox.sources import ToolSource, ToolSources
from interlock.toolbox.toolbox import Toolbox

__all__ = ["OfferedTool", "RunOptions", "ToolSource", "ToolSources", "Toolbox", "Toolboxes"]
