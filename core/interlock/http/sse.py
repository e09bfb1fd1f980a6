"""Server-sent events, parsed as the bytes come."""

from dataclasses import dataclass

from interlock.errors import AnswerTooLarge, ProtocolError
from interlock.types.frozen import quick_init
from interlock.types.json_reader import decoded
from interlock.types.models import LARGEST_ANSWER

_BOM = b"\xef\xbb\xbf"
_MOST_LINES = 10_000


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class ServerEvent:
    """`event` is None when the stream names none; `id` is the last one the stream gave."""

    data: str
    event: str | None = None
    id: str | None = None


class EventParser:
    """Follows the standard, but for the end of the stream: see `close`. One object a stream.

    Pieces may be cut anywhere, inside a character or a line end too. Raises AnswerTooLarge for an event of
    more than `limit` bytes, the deployment's `largest_answer`, and ProtocolError for one of ten thousand
    lines and for bytes that are not UTF-8; the parser is of no use after that.
    """

    __slots__ = ("_after_cr", "_first", "_id", "_limit", "_open_line", "_pending")

    def __init__(self, *, limit: int = LARGEST_ANSWER) -> None:
        self._limit = limit
        self._pending = bytearray()  # of the event under way, line ends already \n
        self._open_line = True  # whether the pending bytes end inside a line
        self._after_cr = False
        self._first = True
        self._id: str | None = None

    def feed(self, data: bytes) -> list[ServerEvent]:
        """The events that `data` completes."""
        blocks = self.whole(data).split(b"\n\n")
        return [event for block in blocks if (event := self.event(block)) is not None]

    def whole(self, data: bytes) -> bytes:
        """The events that `data` completes as they were written, but for their line ends; a blank line is
        behind each, and `event` reads what stands before it. Whoever knows already what one says may leave it
        out.
        """
        if self._after_cr or b"\r" in data:
            data = self._with_plain_line_ends(data)
        if not data:
            return b""
        if self._pending:
            # Joined only when an event ends, so that an event in a thousand pieces is copied once.
            if not (b"\n\n" in data or (not self._open_line and data[0] == 10)):  # noqa: PLR2004 - a line feed
                self._open_line = data[-1] != 10  # noqa: PLR2004 - a line feed
                self._keep(data)
                return b""
            data = bytes(self._pending) + data
            self._pending = bytearray()
        self._open_line = data[-1] != 10  # noqa: PLR2004 - a line feed
        written, ended, rest = data.rpartition(b"\n\n")
        whole = written + ended
        if len(whole) > self._limit and max(map(len, whole.split(b"\n\n"))) > self._limit:
            raise AnswerTooLarge.than(self._limit)
        if self._first and whole:
            self._first, whole = False, whole.removeprefix(_BOM)
        # The two line ends that closed the last event are gone from `rest`, so an empty rest starts a new
        # line but not a second blank one.
        if rest:
            self._keep(rest)
        else:
            self._open_line = True
        return whole

    def close(self) -> list[ServerEvent]:
        """The event that the stream's end left open, if it has data.

        The standard drops it. Vendors do end a stream without the last blank line, and whether the data is
        whole is for the decoder to judge.
        """
        block, self._pending = bytes(self._pending), bytearray()
        if len(block) > self._limit:
            raise AnswerTooLarge.than(self._limit)
        event = self.event(block.removeprefix(_BOM) if self._first else block)
        return [] if event is None else [event]

    def event(self, written: bytes | str) -> ServerEvent | None:
        """What one event says; None where it holds no data."""
        try:
            text = written if isinstance(written, str) else decoded(written)
        except UnicodeDecodeError:
            raise ProtocolError("the stream holds bytes that are not UTF-8") from None
        if text.startswith("data: ") and "\n" not in text:
            return ServerEvent(data=text[6:], id=self._id)
        if text.count("\n") > _MOST_LINES:
            raise ProtocolError(f"an event of the stream has more than {_MOST_LINES} lines")
        event: str | None = None
        data: list[str] = []
        for line in text.split("\n"):
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "data":
                data.append(value)
            elif name == "event":
                event = value or None
            elif name == "id" and "\0" not in value:
                self._id = value or None
        return ServerEvent(data="\n".join(data), event=event, id=self._id) if data else None

    def _keep(self, data: bytes) -> None:
        self._pending += data
        if len(self._pending) > self._limit + 1:  # one line end more than the event itself
            raise AnswerTooLarge.than(self._limit)

    def _with_plain_line_ends(self, data: bytes) -> bytes:
        if not data:
            return data
        if self._after_cr and data[0] == 10:  # noqa: PLR2004 - a line feed
            data = data[1:]
            self._after_cr = False
            if not data:
                return data
        self._after_cr = data[-1] == 13  # noqa: PLR2004 - a carriage return
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
