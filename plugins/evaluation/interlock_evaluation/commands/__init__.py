"""`interlock eval`: suites asked and marked, and what marked answers say."""

import typer

from interlock_evaluation.commands.agents import agents
from interlock_evaluation.commands.cascade import cascade
from interlock_evaluation.commands.gate import gate
from interlock_evaluation.commands.learn import learn_routes
from interlock_evaluation.commands.outcomes import outcomes, runs
from interlock_evaluation.commands.panel import panel
from interlock_evaluation.commands.plan import plan
from interlock_evaluation.commands.report import report
from interlock_evaluation.commands.review import app as review
from interlock_evaluation.commands.run import run
from interlock_evaluation.commands.sample import sample
from interlock_evaluation.commands.watch import watch

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Ask models your prompts, and say what follows."
)


@app.callback()
def evaluation() -> None:
    """Ask models your prompts, and say what follows."""


app.command()(sample)
app.command()(plan)
app.command()(run)
app.command()(runs)
app.command()(report)
app.command()(outcomes)
app.add_typer(review, name="review")
app.command()(cascade)
app.command()(panel)
app.command("learn")(learn_routes)
app.command()(gate)
app.add_typer(agents, name="agents")
app.command()(watch)
