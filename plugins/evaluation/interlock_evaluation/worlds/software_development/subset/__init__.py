"""Python in a small subset, interpreted in bounded steps: what a model has written is never executed.

A program is texts by path. A function's body has assignments, `if`, `for`, `while`, `return`, `assert` and
`raise`; there are numbers, texts, lists, tuples and dictionaries, a few built-in functions and methods, and
imports between the program's own modules.
"""

from interlock_evaluation.worlds.software_development.subset.failing import Failing
from interlock_evaluation.worlds.software_development.subset.programs import Program

__all__ = ["Failing", "Program"]
