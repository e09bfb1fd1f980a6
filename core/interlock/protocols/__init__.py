"""What plugins implement. Hooks offer these objects, the engine uses them.

Each protocol carries `api = 1` and its methods take one argument object, so that both can grow: a later
version adds fields to the argument and never changes a signature.
"""

from interlock.protocols.answers import (
    Responded,
)
from interlock.protocols.arbiters import (
    Arbiter,
    ArbitrateCall,
    AskJudge,
    Missing,
    Panelist,
    Ruling,
)
from interlock.protocols.budgets import BudgetSource
from interlock.protocols.classifiers import (
    Classifier,
    ClassifyCall,
    LocalClassifier,
    RefiningClassifier,
)
from interlock.protocols.commands import CommandOffer
from interlock.protocols.connectors import (
    IN_PROCESS,
    Connector,
    ConnectorCall,
    ConnectorFacts,
    ConnectorKind,
    ToolsCall,
)
from interlock.protocols.constraints import (
    Constraint,
    ConstraintCall,
    Sealed,
    SelectiveConstraint,
    SurveyCall,
)
from interlock.protocols.detectors import (
    DetectingGuardrail,
    Detector,
)
from interlock.protocols.guardrails import (
    GUARDRAIL_TIMEOUT,
    GuardCall,
    Guardrail,
    Release,
    ReleaseCall,
    RestoreCall,
    RestoringGuardrail,
    SensingGuardrail,
    StreamingGuardrail,
)
from interlock.protocols.identities import IdentitySource
from interlock.protocols.keeping import (
    RecordStore,
    SharedHealth,
    SharedHealthKind,
    StoreKind,
    TallyStore,
)
from interlock.protocols.ledgers import (
    LedgerKind,
    SharedLedger,
)
from interlock.protocols.limits import (
    LimitsKind,
    SharedLimits,
)
from interlock.protocols.logs import (
    DurableLog,
    LogKind,
    ReadableLog,
)
from interlock.protocols.options import Configurable
from interlock.protocols.providers import (
    Arriving,
    EmbedCall,
    Embedder,
    Provider,
    ProviderCall,
    ProviderFacts,
    Sender,
)
from interlock.protocols.rerankers import (
    RerankCall,
    Reranked,
    Reranker,
    RerankerCall,
    RerankerKind,
)
from interlock.protocols.strategies import (
    RandomSource,
    Steps,
    Strategy,
    StrategyCall,
)
from interlock.protocols.tools import (
    Access,
    FindCall,
    FindingTool,
    ForwardingTool,
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
    "GUARDRAIL_TIMEOUT",
    "IN_PROCESS",
    "Access",
    "Arbiter",
    "ArbitrateCall",
    "Arriving",
    "AskJudge",
    "BudgetSource",
    "Classifier",
    "ClassifyCall",
    "CommandOffer",
    "Configurable",
    "Connector",
    "ConnectorCall",
    "ConnectorFacts",
    "ConnectorKind",
    "Constraint",
    "ConstraintCall",
    "DetectingGuardrail",
    "Detector",
    "DurableLog",
    "EmbedCall",
    "Embedder",
    "FindCall",
    "FindingTool",
    "ForwardingTool",
    "GrantBook",
    "GuardCall",
    "Guardrail",
    "IdentitySource",
    "LedgerKind",
    "LimitsKind",
    "LocalClassifier",
    "LogKind",
    "Missing",
    "Panelist",
    "PreviewCall",
    "PreviewingTool",
    "Provider",
    "ProviderCall",
    "ProviderFacts",
    "RandomSource",
    "ReadableLog",
    "RecordStore",
    "RefiningClassifier",
    "Release",
    "ReleaseCall",
    "RerankCall",
    "Reranked",
    "Reranker",
    "RerankerCall",
    "RerankerKind",
    "Responded",
    "RestoreCall",
    "RestoringGuardrail",
    "Ruling",
    "Sealed",
    "SelectiveConstraint",
    "Sender",
    "SensingGuardrail",
    "SharedHealth",
    "SharedHealthKind",
    "SharedLedger",
    "SharedLimits",
    "Steps",
    "StoreKind",
    "Strategy",
    "StrategyCall",
    "StreamingGuardrail",
    "SurveyCall",
    "TallyStore",
    "Tool",
    "ToolAccess",
    "ToolRun",
    "ToolsCall",
    "UndoCall",
    "UndoingTool",
]
