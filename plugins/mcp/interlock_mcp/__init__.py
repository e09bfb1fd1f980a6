"""Tools of MCP servers as tools of Interlock."""

__all__: list[str] = []
