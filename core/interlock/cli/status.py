"""One line on standard error that says what a panel is doing, where a terminal shows it."""

import shutil
import sys

from interlock.types.panels import PanelProgress

_ENDED = {
    "answer": "has answered",
    "cut": "was cut off",
    "refusal": "refused",
    "error": "failed",
    "late": "was not back in time",
    "excluded": "may not be asked",
}


class StatusLine:
    """Written over itself, and gone when `clear` is called. Elsewhere than on a terminal it is nothing."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._shown = False

    def tell(self, progress: PanelProgress) -> None:
        self.write(told(progress))

    def write(self, text: str) -> None:
        if self._live:
            room = max(1, shutil.get_terminal_size().columns - 1)
            cut = text if len(text) <= room else f"{text[: room - 1]}…"
            sys.stderr.write(f"\r\x1b[2K\x1b[2m{cut}\x1b[0m")
            sys.stderr.flush()
            self._shown = True

    def clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
            self._shown = False


def told(progress: PanelProgress) -> str:
    """`2 of 3 have answered · B zhipu/glm-5.2 has answered`."""
    so_far = f"{progress.answered} of {progress.of} have answered"
    if progress.outcome is None:
        return f"{so_far} · arbitrating …"
    return f"{so_far} · {progress.label} {progress.member} {_ENDED[progress.outcome]}"
