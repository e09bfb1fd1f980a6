"""Suites: prompts of the user's own, as files of rows."""

from interlock_evaluation.suites.drawing import Drawn, draw, to_row
from interlock_evaluation.suites.reading import read_suite
from interlock_evaluation.suites.sample import Sample, Suite
from interlock_evaluation.suites.words import read_words

__all__ = ["Drawn", "Sample", "Suite", "draw", "read_suite", "read_words", "to_row"]
