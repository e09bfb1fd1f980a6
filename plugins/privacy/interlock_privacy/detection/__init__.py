"""Finds personal data in a text, by shapes, checksums and the words beside it."""

from interlock_privacy.detection.coming import Secrets
from interlock_privacy.detection.detector import KINDS, RULES, Detector

__all__ = ["KINDS", "RULES", "Detector", "Secrets"]
