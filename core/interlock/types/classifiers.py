"""Classifiers that are known whether or not their plugin is installed."""

from collections.abc import Mapping

CLASSIFIERS: Mapping[str, str] = {"embeddings": "interlock-embeddings", "judge": "interlock-judge"}
"""Classifier -> the distribution that it belongs to."""
