"""`interlock agent`: what people do with runs of agents, and for them."""

import typer

from interlock_agents.commands.approve import approve
from interlock_agents.commands.approver import approver
from interlock_agents.commands.page import page

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Answer what agents wait for, and look after their runs.",
)


@app.callback()
def agent() -> None:
    """Answer what agents wait for."""


app.command()(approve)
app.command()(page)
app.command()(approver)
