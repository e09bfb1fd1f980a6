"""`interlock mcp`: logging in to servers, being one, and what they have changed since they were pinned."""

import typer

from interlock_mcp.commands.pinning import diff, pin
from interlock_mcp.commands.tokens import login, logout
from interlock_mcp.serving.command import serve

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def mcp() -> None:
    """Log in to MCP servers, be one, show and accept what they have changed since their tools were pinned."""


for verb in (login, logout, serve, diff, pin):
    app.command()(verb)
