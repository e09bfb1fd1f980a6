"""How large numbers may be that come from outside. A whole number may be too large for any float, and readers
of JSON differ on such ones.
"""

from typing import Final

LARGEST: Final = 10**12
"""Of counts, of seconds and of settings."""

LARGEST_LIMIT: Final = 10**15
"""Of what may be used in a window of time."""

LARGEST_SEED: Final = 2**64
