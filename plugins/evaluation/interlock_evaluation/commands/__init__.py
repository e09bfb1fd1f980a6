"""`interlock eval`: what marked answers say about cascades and panels."""

import typer

from interlock_evaluation.commands.cascade import cascade
from interlock_evaluation.commands.panel import panel

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Say what a cascade or a panel would gain."
)


@app.callback()
def evaluation() -> None:
    """Say what a cascade or a panel would gain."""


app.command()(cascade)
app.command()(panel)
