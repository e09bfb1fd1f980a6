"""What keeps a run alive: the protocol of durable engines, and the one that needs nothing beside it."""

from interlock_agents.engines.protocol import (
    DurableEngine,
    EngineCall,
    EngineKind,
    Program,
    Strand,
    Suspended,
)

__all__ = ["DurableEngine", "EngineCall", "EngineKind", "Program", "Strand", "Suspended"]
