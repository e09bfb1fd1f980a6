"""Configuration, catalog and plugins become a wired router; every name is checked on the way."""

from interlock.assembly.wiring import Wiring, assemble

__all__ = ["Wiring", "assemble"]
