"""`interlock audit`: keys, verification, checkpoints and retention of an audit log."""

import typer

from interlock_audit.verbs.checkpoint import checkpoint
from interlock_audit.verbs.erase import erase
from interlock_audit.verbs.export import export
from interlock_audit.verbs.init import init
from interlock_audit.verbs.keys import keys
from interlock_audit.verbs.prune import prune
from interlock_audit.verbs.verify import verify

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Verify the audit log, and look after its keys."
)


@app.callback()
def audit() -> None:
    """Verify the audit log, and look after its keys."""


app.command()(init)
app.command()(verify)
app.command()(checkpoint)
app.command()(prune)
app.command()(keys)
app.command()(erase)
app.command()(export)
