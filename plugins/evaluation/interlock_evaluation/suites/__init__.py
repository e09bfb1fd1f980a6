"""Suites: prompts of the user's own, as files of rows."""

from interlock_evaluation.suites.reading import read_suite
from interlock_evaluation.suites.sample import Sample, Suite

__all__ = ["Sample", "Suite", "read_suite"]
