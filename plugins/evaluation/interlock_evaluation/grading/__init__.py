"""Graders: what marks an answer, from 0 to 1."""

from interlock_evaluation.grading.grader import Grader, Mark
from interlock_evaluation.grading.graders import EXPERTS, NAMES, Graders

__all__ = ["EXPERTS", "NAMES", "Grader", "Graders", "Mark"]
