"""Arbiters that are known whether or not their plugin is installed."""

from collections.abc import Mapping

ARBITERS: Mapping[str, str] = {
    "vote": "interlock",
    "select_best": "interlock-panels",
    "synthesise": "interlock-panels",
}
"""Arbiter -> the distribution that it belongs to."""
