"""Where the pages are, and where they find what is served."""

from typing import Final

ROOT: Final = "/pages"
SERVED: Final = "interlock_server.served"
"""Under which a scope holds what its request is served with."""
