"""How many extra calls there may be: a share of all calls."""

from interlock.forks import lock_of

# Quiet times are not saved up for: after any number of calls that needed none, so many extra ones may follow.
_SAVED = 10.0
# Shares are added up as floating-point numbers; twenty times 0.05 may lack the last digit to 1.
_ROUNDING = 1e-9


class ExtraCalls:
    """A bucket that each call fills by `share` and each extra call empties by one. Thread-safe.

    Of n calls at most n times `share` have led to an extra one, whenever that is looked at.
    """

    def __init__(self, share: float) -> None:
        self._share = share
        self._saved = 0.0
        self._lock = lock_of(self)

    @property
    def left(self) -> bool:
        """Whether an extra call could be made now; only `spend` can promise one."""
        return self._saved >= 1.0 - _ROUNDING

    def earn(self) -> None:
        with self._lock:
            self._saved = min(_SAVED, self._saved + self._share)

    def spend(self) -> bool:
        """Take one. False when there is none to take."""
        with self._lock:
            if not self.left:
                return False
            self._saved = max(0.0, self._saved - 1.0)
            return True
