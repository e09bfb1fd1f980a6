"""What all of Interlock's errors share."""

import copyreg
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from interlock.types.records import AttemptRecord


class InterlockError(Exception):
    """The root: catch it to catch whatever Interlock raises.

    Attributes:
        message: what happened, without a key in it.
        attempts: what was tried for the call, oldest first; empty when nothing was.
    """

    attempts: "tuple[AttemptRecord, ...]" = ()

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]:
        # An exception is otherwise made anew from its message alone, and some have facts that they require.
        return copyreg.__newobj__, (type(self),), {**vars(self), "args": self.args}  # type: ignore[attr-defined]  # not in typeshed
