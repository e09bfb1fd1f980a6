"""Personal data in what is sent: finds it by rules and checksums."""

from interlock_privacy.findings import Finding

__all__ = ["Finding"]
