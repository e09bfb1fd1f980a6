"""What the rules expect, in words."""

from types import TracebackType


class raising:  # noqa: N801 - read as a word
    """Expect an exception of that class inside; it is the first item."""

    def __init__(self, kind: type[Exception]) -> None:
        self._kind = kind
        self._caught: list[Exception] = []

    def __enter__(self) -> list[Exception]:
        return self._caught

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(error, self._kind):
            self._caught.append(error)
            return True
        if error is None:
            raise AssertionError(f"{self._kind.__name__} was to be raised, and nothing was")
        return False


def expect(met: object, otherwise: str) -> None:
    """Raise AssertionError with the sentence `otherwise` unless `met`."""
    if not met:
        raise AssertionError(otherwise)
