"""The command line: a file for each verb; what several need is in session, inputs, failures and show."""

import signal
import sys


def main() -> None:
    """Run a command and leave with its exit code."""
    try:
        # Not at the top: an interrupt during these imports must not show a trace-back either.
        from interlock.cli.app import app

        for stream in (sys.stdout, sys.stderr):
            # An answer may hold letters that the terminal cannot show.
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # both are text files here
        app(prog_name="interlock")
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        # From here on the interpreter closes down, where an interrupt would end in a trace-back.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
