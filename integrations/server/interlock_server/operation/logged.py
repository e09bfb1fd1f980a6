"""What libraries log, as lines of the server: no key, and of an exception its kind and its place alone."""

import logging
import traceback
from pathlib import Path
from types import TracebackType
from typing import Final

from interlock.logs import RedactingFilter
from interlock_server.operation.lines import Lines

_LEVELS: Final = (logging.WARNING, logging.INFO, logging.DEBUG)
_NAME: Final = "interlock_server.operation"


class LinesHandler(logging.Handler):
    """Writes records as lines. What an exception says may quote a prompt, and is left out."""

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self.name = _NAME
        self._lines = lines
        self.addFilter(RedactingFilter())

    def emit(self, record: logging.LogRecord) -> None:
        """Write it."""
        kind, place = None, None
        if record.exc_info and record.exc_info[0] is not None:
            kind, place = record.exc_info[0].__name__, _place(record.exc_info[2])
        text = f"{record.levelname} {record.name}: {record.getMessage()}"
        if kind is not None:
            text = f"{text} ({kind} at {place})"
        level, name = record.levelname.lower(), record.name
        self._lines.say("log", text, level=level, logger=name, error=kind, place=place)


def log_to(lines: Lines, verbose: int = 0) -> None:
    """Have warnings go there; at `verbose` 1 what else the product logs, at 2 its details."""
    handler = LinesHandler(lines)
    for name in ("interlock", "uvicorn", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers = [each for each in logger.handlers if each.name not in (_NAME, "interlock.cli")]
        logger.addHandler(handler)
        logger.propagate = False
    logging.getLogger("interlock").setLevel(_LEVELS[min(verbose, 2)])
    logging.getLogger("uvicorn").setLevel(logging.WARNING)


def _place(trace: TracebackType | None) -> str:
    """Where it was raised, from the outside in: file and line of the last few steps."""
    frames = traceback.extract_tb(trace)[-4:]
    return " > ".join(f"{Path(each.filename).name}:{each.lineno}" for each in frames)
