"""`interlock keys`: who may ask the endpoint, and what they may."""

import typer

from interlock_server.commands.keys.create import create
from interlock_server.commands.keys.listing import list_keys
from interlock_server.commands.keys.revoke import revoke

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Make, list and revoke the keys of the endpoint.",
)


@app.callback()
def keys() -> None:
    """Make, list and revoke the keys of the endpoint."""


app.command()(create)
app.command("list")(list_keys)
app.command()(revoke)
