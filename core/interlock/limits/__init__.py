"""The rules of limits that processes keep to together. Pure functions over plain documents, at a given time.

`exchange` is what a store does whose limits are documents: JSON that it reads, changes and writes while
nobody else does. `LocalLimits` keeps them in this process.
"""

from interlock.limits.book import KEPT, exchange
from interlock.limits.local import LocalLimits, shared_out

__all__ = ["KEPT", "LocalLimits", "exchange", "shared_out"]
