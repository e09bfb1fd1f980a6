"""What keeps a run alive: the protocol of durable engines, and the one that needs nothing beside it."""

from interlock_agents.engines.choosing import open_engine
from interlock_agents.engines.errors import EngineError, NotDeterministic, NotJson, StrandFailed
from interlock_agents.engines.journal import Journals
from interlock_agents.engines.protocol import (
    DurableEngine,
    EngineCall,
    EngineKind,
    Program,
    Strand,
    Suspended,
)

__all__ = [
    "DurableEngine",
    "EngineCall",
    "EngineError",
    "EngineKind",
    "Journals",
    "NotDeterministic",
    "NotJson",
    "Program",
    "Strand",
    "StrandFailed",
    "Suspended",
    "open_engine",
]
