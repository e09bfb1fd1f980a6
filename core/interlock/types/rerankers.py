"""Rerankers that are known whether or not their plugin is installed."""

from collections.abc import Mapping

RERANKERS: Mapping[str, str] = {"words": "interlock-evaluation"}
"""Reranker -> the distribution that it belongs to."""
