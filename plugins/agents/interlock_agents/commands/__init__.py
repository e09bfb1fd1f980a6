"""`interlock agent`: what people do with runs of agents, and for them."""

import typer

from interlock_agents.commands.approve import approve
from interlock_agents.commands.approver import approver
from interlock_agents.commands.deciding import answer, cancel, decide, reconcile
from interlock_agents.commands.looking import list_runs, show
from interlock_agents.commands.page import page
from interlock_agents.commands.prune import prune
from interlock_agents.commands.run import resume, run
from interlock_agents.commands.working import EPILOG

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Run agents, answer what they wait for, and look after their effects.",
)


@app.callback()
def agent() -> None:
    """Run agents, and answer what they wait for."""


app.command(epilog=EPILOG)(run)
app.command(epilog=EPILOG)(resume)
app.command()(show)
app.command("list")(list_runs)
app.command()(approve)
app.command()(answer)
app.command()(decide)
app.command()(reconcile)
app.command()(cancel)
app.command()(page)
app.command()(approver)
app.command()(prune)
