"""Detectors that are known whether or not their plugin is installed."""

from collections.abc import Mapping

DETECTORS: Mapping[str, str] = {"presidio": "interlock-presidio"}
"""Detector -> the distribution that it belongs to."""
