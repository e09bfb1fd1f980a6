"""A small shop's repository: files, commits, issues, pull requests, checks, releases, flags and secrets."""

from interlock_evaluation.worlds.software_development import changing, code, planning, pulls, releasing
from interlock_evaluation.worlds.software_development.world import WORLD

__all__ = ["WORLD", "changing", "code", "planning", "pulls", "releasing"]
