"""What plugins implement. Hooks offer these objects, the engine uses them.

Each protocol carries `api = 1` and its methods take one argument object, so that both can grow: a later
version adds fields to the argument and never changes a signature.
"""

from interlock.protocols.answers import (
    Arbiter,
    ArbitrateCall,
    CheckingGuardrail,
    GuardCall,
    Guardrail,
    Responded,
)
from interlock.protocols.classifiers import (
    Classifier,
    ClassifyCall,
    RefiningClassifier,
)
from interlock.protocols.commands import CommandOffer
from interlock.protocols.constraints import (
    Constraint,
    ConstraintCall,
    SelectiveConstraint,
    SurveyCall,
)
from interlock.protocols.keeping import (
    RecordStore,
    SharedHealth,
    SharedHealthKind,
    StoreKind,
)
from interlock.protocols.options import Configurable
from interlock.protocols.providers import (
    Arriving,
    Provider,
    ProviderCall,
    ProviderFacts,
    Sender,
)
from interlock.protocols.strategies import (
    RandomSource,
    Strategy,
    StrategyCall,
)
from interlock.protocols.tools import (
    Connector,
    FindCall,
    FindingTool,
    GrantBook,
    PreviewCall,
    PreviewingTool,
    Tool,
    ToolAccess,
    ToolRun,
    UndoCall,
    UndoingTool,
)

API = 1

__all__ = [
    "API",
    "Arbiter",
    "ArbitrateCall",
    "Arriving",
    "CheckingGuardrail",
    "Classifier",
    "ClassifyCall",
    "CommandOffer",
    "Configurable",
    "Connector",
    "Constraint",
    "ConstraintCall",
    "FindCall",
    "FindingTool",
    "GrantBook",
    "GuardCall",
    "Guardrail",
    "PreviewCall",
    "PreviewingTool",
    "Provider",
    "ProviderCall",
    "ProviderFacts",
    "RandomSource",
    "RecordStore",
    "RefiningClassifier",
    "Responded",
    "SelectiveConstraint",
    "Sender",
    "SharedHealth",
    "SharedHealthKind",
    "StoreKind",
    "Strategy",
    "StrategyCall",
    "SurveyCall",
    "Tool",
    "ToolAccess",
    "ToolRun",
    "UndoCall",
    "UndoingTool",
]
