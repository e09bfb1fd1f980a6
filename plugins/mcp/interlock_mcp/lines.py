"""Lines out of pieces of bytes, none longer than a limit."""

from interlock import AnswerTooLarge


class Lines:
    """One object a stream. A line's end is not part of it."""

    __slots__ = ("_limit", "_rest", "_size")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._rest: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that `data` completes, without empty ones.

        Raises AnswerTooLarge for one of more bytes than the limit; the object is of no use after that.
        """
        *ended, rest = data.split(b"\n")
        lines: list[bytes] = []
        for each in ended:
            self._keep(each)
            line = b"".join(self._rest).strip()
            self._rest.clear()
            self._size = 0
            if line:
                lines.append(line)
        self._keep(rest)
        return lines

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._limit:
            raise AnswerTooLarge.than(self._limit)
        if piece:
            self._rest.append(piece)
