"""The program that a worker is, which the first process starts."""

import sys
from pathlib import Path
from typing import Final

from interlock import InterlockError
from interlock.logs import redact
from interlock_server.operation.lines import Lines
from interlock_server.operation.logged import log_to
from interlock_server.operation.process import Process
from interlock_server.operation.router_service import RouterService
from interlock_server.operation.telemetry import set_up
from interlock_server.operation.working import handed, on_a_loop, work

_WRONG: Final = 2


def main() -> int:
    """Serve as the settings on standard input say; the exit code."""
    settings = handed()
    lines = Lines(as_json=settings["json"])
    log_to(lines, settings["verbose"])
    try:
        set_up()
        service = RouterService(
            settings["config"],
            host=settings["host"],
            lines=lines if settings["access_log"] else None,
            beside=Path(settings["beside"]),
        )
        on_a_loop(lambda: work(Process(service, lines), settings))
    except InterlockError as error:
        # The verbs' own way to complain would load what nothing else here needs.
        sys.stderr.write(f"Error: {redact(str(error))}\n")
        return _WRONG
    finally:
        lines.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
