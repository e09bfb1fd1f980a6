"""What goes to and comes from one process, in threads of its own: questions and what answers them."""

import itertools
import os
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, cast

from interlock import ConnectionFailed, InterlockError, ProtocolError
from interlock_mcp import messages
from interlock_mcp.failing import NotSent
from interlock_mcp.letters import Letter, Letterbox, Pipe
from interlock_mcp.lines import Lines

_PIECE = 64 * 1024
_KEPT = 16  # pieces of its standard error
_WHILE = 1.0
_MOST_ASKED = 1_000
_MOST_GARBAGE = 10_000


class Traffic:
    """Threads read and write until the process's output ends; then everybody who waits is told.

    It ends no process. `limit` is how many bytes one message may have; `heard` is given the method of each
    notification, in a thread.
    """

    def __init__(
        self, process: "subprocess.Popen[bytes]", name: str, limit: int, heard: Callable[[str], None]
    ) -> None:
        self._told = heard
        self._process = process
        self._name = name
        self._limit = limit
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._waiting: dict[int, Letter] = {}
        self._asked = self._garbage = 0
        self._errors: deque[bytes] = deque(maxlen=_KEPT)
        self.why: InterlockError | None = None
        self._heard = threading.Event()
        self._letterbox = Letterbox(cast("Pipe", process.stdin), name, self._broken)
        for what, work in (("reads", self._listen), ("hears", self._overhear)):
            threading.Thread(target=work, name=f"mcp-{name}-{what}", daemon=True).start()

    def ask(self, method: str, params: Mapping[str, Any] | None, deadline: float) -> tuple[int, Letter]:
        """A request's id, and the letter whose outcome is an Answered.

        Raises:
            NotSent: the process is over, or the parameters are no JSON.
        """
        id_ = next(self._ids)
        letter = Letter(_encoded(messages.request, id_, method, params), deadline)
        with self._lock:
            if self.why is not None:
                raise NotSent(self.why)
            self._waiting[id_] = letter
        try:
            self._letterbox.post(letter)
        except NotSent:
            self._forget(id_)
            raise
        return id_, letter

    def tell(self, method: str, params: Mapping[str, Any] | None) -> None:
        """A notification. Raises NotSent as `ask` does."""
        self._letterbox.post(Letter(_encoded(messages.notification, method, params)))

    def give_up(self, id_: int, *, tell: bool) -> None:
        """Nobody waits for the answer any more; the server hears of it where it has heard of the request."""
        letter = self._forget(id_)
        if letter is None or self._letterbox.drop(letter) or not tell:
            return
        try:
            self.tell("notifications/cancelled", {"requestId": id_, "reason": "nobody waits for it"})
        except NotSent:
            return

    def close(self, why: InterlockError) -> None:
        """Ask nothing more, and tell everybody who waits."""
        with self._lock:
            self.why = self.why or why
            waiting, self._waiting = list(self._waiting.values()), {}
        self._letterbox.close(self.why)
        for letter in waiting:
            letter.fail(NotSent(self.why) if self._letterbox.drop(letter) else self.why)

    def last_words(self) -> str:
        """The last line that it wrote on its standard error, once that has ended, or after a while."""
        self._heard.wait(_WHILE)
        lines = b"".join(self._errors).decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def _forget(self, id_: int) -> Letter | None:
        with self._lock:
            return self._waiting.pop(id_, None)

    def _broken(self, error: InterlockError) -> None:
        """Nothing can be asked any more; what was asked before may still be answered."""
        with self._lock:
            self.why = self.why or error

    def _listen(self) -> None:
        lines = Lines(self._limit)
        try:
            for piece in _pieces(self._process.stdout):
                for line in lines.feed(piece):
                    self._hear(line)
        except InterlockError as error:
            self.close(error)
        self.close(ConnectionFailed(f"the server {self._name!r} has ended"))

    def _overhear(self) -> None:
        for piece in _pieces(self._process.stderr):
            self._errors.append(piece[-_PIECE // _KEPT :])
        self._heard.set()

    def _hear(self, line: bytes) -> None:
        heard = messages.read(line)
        if not heard:
            # Some write greetings there.
            self._garbage += 1
            if self._garbage > _MOST_GARBAGE:
                raise ProtocolError(f"the server {self._name!r} writes what is no JSON-RPC")
        for message in heard:
            if isinstance(message, messages.Answered):
                letter = None if message.id is None else self._forget(message.id)
                if letter is not None:
                    self._asked = 0
                    letter.settle(message)
            elif isinstance(message, messages.Asked):
                self._answer(message)
            else:
                self._told(message.method)

    def _answer(self, asked: messages.Asked) -> None:
        self._asked += 1
        if self._asked > _MOST_ASKED:
            raise ProtocolError(f"the server {self._name!r} asks without end")
        try:
            self._letterbox.post(Letter(messages.reply_to(asked) + b"\n"))
        except NotSent:
            return


def _pieces(pipe: Any) -> Any:
    """What can be read of a pipe until it ends, when it is closed."""
    with pipe:
        while piece := os.read(pipe.fileno(), _PIECE):
            yield piece


def _encoded(write: Any, *parts: Any) -> bytes:
    try:
        return write(*parts) + b"\n"  # type: ignore[no-any-return]  # both write bytes
    except (ValueError, TypeError, RecursionError):
        raise NotSent(ProtocolError("the arguments are no JSON")) from None
