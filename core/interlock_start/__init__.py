"""Where the command `interlock` starts: outside the package, whose import takes long enough to interrupt."""

import sys


def main() -> None:
    """Run the command line, and leave without a trace-back when it is interrupted while it loads."""
    try:
        from interlock.cli import main as run  # noqa: PLC0415 - so that the interrupt has a place to land
    except KeyboardInterrupt:
        sys.exit(130)
    run()
