"""Arbiters that are known whether or not their plugin is installed."""

from collections.abc import Mapping

ARBITERS: Mapping[str, str] = {
    "vote": "interlock",
    **dict.fromkeys(("select_best", "synthesise", "rank", "score", "verify"), "interlock-panels"),
}
"""Arbiter -> the distribution that it belongs to."""
