"""For plugins that offer verbs: what the program's own verbs are made with.

A verb is given a `typer.Context`, from which `session` takes what was said for the whole program, such as
`--config`. What it was asked for goes to standard output, by `tables` or, with an option `--json`, by
`write_json`; everything else to standard error, by `note`. An `InterlockError` that it raises becomes a line
with the next step and the right exit code; any other code is raised as `typer.Exit`. `finite` makes plain
values such that JSON has them, as `write_json` does. `read_cases` reads the cases of policies, `moment` what
a `--since` says. `mark_stale` has learned routes say why their evidence holds no more.
"""

from interlock.cli.cases import read_cases
from interlock.cli.failures import FAILED, NOWHERE, WRONG
from interlock.cli.kept import moment
from interlock.cli.routes import mark_stale
from interlock.cli.session import Session, session
from interlock.cli.show import complain, finite, note, printable, tables, write_json

__all__ = [
    "FAILED",
    "NOWHERE",
    "WRONG",
    "Session",
    "complain",
    "finite",
    "mark_stale",
    "moment",
    "note",
    "printable",
    "read_cases",
    "session",
    "tables",
    "write_json",
]
