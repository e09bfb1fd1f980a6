"""When refusals say something about a deployment, and not only about the request that was refused."""

import re
from typing import Final

from interlock.errors import ModelNotFound, ProviderError, QuotaExceeded

# A vendor that says in a code of its own what is wrong with the account or the model means everybody.
# Any other refusal may be a firewall's in front of it, or about a file, or what this one request would cost.
_ACCOUNTS: Final = re.compile(r"quota|billing|balance|arrear|credit|account|api.?key", re.IGNORECASE)
_MODELS: Final = re.compile(r"model|deployment", re.IGNORECASE)
_TOO_MANY_REQUESTS: Final = 429

# Of different requests, and of one request that is made again and again.
_DIFFERENT = 2
_SAME = 3
# The same, where others are answered: that much of a row is no chance.
_IN_A_ROW = 5


def concerns_everybody(error: ProviderError) -> bool:
    """Whether one refusal is enough: by its vendor's own code it is the account or the model."""
    code = error.code or ""
    if isinstance(error, ModelNotFound):
        return bool(_MODELS.search(code))
    if isinstance(error, QuotaExceeded) and error.status == _TOO_MANY_REQUESTS:
        return True  # told from a rate limit by what the vendor says
    return bool(_ACCOUNTS.search(code))


class Refusals:
    """A row of refusals, with no success among them. `began` is when the first came."""

    __slots__ = ("began", "count", "requests")

    def __init__(self, now: float) -> None:
        self.began = now
        self.count = 0
        self.requests: set[int] = set()

    def add(self, request: int | None, now: float, *, answers: bool, patience: float) -> bool:
        """One more. Whether it is the deployment that refuses, by now.

        `request` tells requests apart; None is like no other. `answers` says that the deployment has answered
        others lately: then a row means something once it is long, or has lasted for `patience` seconds.
        """
        self.count += 1
        if len(self.requests) < _IN_A_ROW:
            self.requests.add(-self.count if request is None else request)
        different = len(self.requests)
        if answers:
            return different >= _IN_A_ROW or (different >= _DIFFERENT and now - self.began >= patience)
        return different >= _DIFFERENT or self.count >= _SAME
