"""Running a stranger's code: whatever it raises is its own failure, and Ctrl-C is still the user's."""

import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")


def attempt(code: Callable[[], T]) -> tuple[T | None, BaseException | None]:
    """What the code returned, or what it raised, an exit and an interrupt of its own included.

    Raises:
        KeyboardInterrupt: the process was interrupted meanwhile.
    """
    with _Interrupts() as interrupts:
        try:
            return code(), None
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and interrupts.seen:
                raise
            return None, error


def cause(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


class _Interrupts:
    """Sees whether SIGINT comes while it is entered; what handles it otherwise handles it still.

    Signals reach the main thread alone. In any other, an interrupt can only be the code's own.
    """

    def __init__(self) -> None:
        self.seen = False
        self._usual: Any = None

    def __enter__(self) -> Self:
        usual = signal.getsignal(signal.SIGINT)
        if callable(usual) and threading.current_thread() is threading.main_thread():
            with suppress(ValueError):  # an interpreter within another takes no signals
                signal.signal(signal.SIGINT, self._note)
                self._usual = usual
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A handler that the code has set meanwhile stays.
        if self._usual is not None and signal.getsignal(signal.SIGINT) == self._note:
            signal.signal(signal.SIGINT, self._usual)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.seen = True
        self._usual(number, frame)
