"""Text that comes in pieces."""

_MANY = 1024


class Growing:
    """Takes pieces and gives the whole. `size` is its length in characters.

    Pieces are joined every so often: a piece of two characters takes up as much memory as fifty.
    """

    __slots__ = ("_joined", "_pieces", "size")

    def __init__(self) -> None:
        self._joined: list[str] = []
        self._pieces: list[str] = []
        self.size = 0

    def __bool__(self) -> bool:
        return bool(self._pieces or self._joined)

    def __str__(self) -> str:
        return "".join([*self._joined, *self._pieces])

    def add(self, piece: str) -> None:
        self._pieces.append(piece)
        self.size += len(piece)
        if len(self._pieces) >= _MANY:
            self._joined.append("".join(self._pieces))
            self._pieces.clear()
