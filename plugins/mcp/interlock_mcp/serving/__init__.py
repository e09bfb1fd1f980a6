"""A router and the tools of its connectors, offered to whoever speaks MCP.

`server` gives a server of the SDK's, `app` the same over HTTP, for whoever puts one into a program of their
own; `interlock mcp serve` runs either.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from interlock_mcp.serving.making import server
    from interlock_mcp.serving.web import app

__all__ = ["app", "server"]

# The SDK takes most of a second to import, and other verbs have no need of it.
_LATER = {"app": "web", "server": "making"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
