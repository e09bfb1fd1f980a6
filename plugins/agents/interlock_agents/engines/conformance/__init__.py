"""What proves that an engine keeps its promises: rules for tests, and kills at every boundary.

Subclass `EngineConformance` as `Test…` in a test module. Its processes are killed by SIGKILL where each
boundary of a run is, and the run is executed again.
"""

from interlock_agents.engines.conformance.killing import Case, cases, play, play_at_random
from interlock_agents.engines.conformance.kit import EngineConformance
from interlock_agents.engines.conformance.processes import Place

__all__ = ["Case", "EngineConformance", "Place", "cases", "play", "play_at_random"]
