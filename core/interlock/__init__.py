"""Many language models as if they were one: classify, exclude, rank, call, fall back, record."""

from interlock import errors
from interlock.errors import *  # noqa: F403 - what errors there are is listed there alone
from interlock.hookspecs import hookimpl
from interlock.records import attempts_to_plain, outcome_to_plain, response_to_plain
from interlock.router import Router
from interlock.tools import tool_of
from interlock.types.approvals import ApprovalRequest, Grant
from interlock.types.decisions import Candidate, Classification, Decision
from interlock.types.embeddings import Embedding, EmbeddingResponse
from interlock.types.logs import LogEntry
from interlock.types.members import Ensemble
from interlock.types.messages import (
    Audio,
    Citation,
    Document,
    Image,
    Message,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from interlock.types.models import Deployment, Destination, Endpoint, ModelCard, Price, Score, Timeouts
from interlock.types.panels import PanelProgress
from interlock.types.records import AttemptRecord, CallUnderWay, ErrorRecord, GuardrailRecord, Record
from interlock.types.request import Constraints, Output, Request, Settings, ToolSpec
from interlock.types.response import Answer, Chunk, Delta, PanelResult, Response, ToolCallDelta, Usage
from interlock.types.tool_policies import ToolPolicy, ToolRule
from interlock.types.tools import Preview, Repeat, ToolOutcome
from interlock.types.traits import Traits
from interlock.types.verdicts import Verdict

__all__ = [
    "Answer",
    "ApprovalRequest",
    "AttemptRecord",
    "Audio",
    "CallUnderWay",
    "Candidate",
    "Chunk",
    "Citation",
    "Classification",
    "Constraints",
    "Decision",
    "Delta",
    "Deployment",
    "Destination",
    "Document",
    "Embedding",
    "EmbeddingResponse",
    "Endpoint",
    "Ensemble",
    "ErrorRecord",
    "Grant",
    "GuardrailRecord",
    "Image",
    "LogEntry",
    "Message",
    "ModelCard",
    "Output",
    "PanelProgress",
    "PanelResult",
    "Preview",
    "Price",
    "Reasoning",
    "Record",
    "Refusal",
    "Repeat",
    "Request",
    "Response",
    "Router",
    "Score",
    "Settings",
    "Text",
    "Timeouts",
    "ToolCall",
    "ToolCallDelta",
    "ToolOutcome",
    "ToolPolicy",
    "ToolResult",
    "ToolRule",
    "ToolSpec",
    "Traits",
    "Usage",
    "Verdict",
    "attempts_to_plain",
    "hookimpl",
    "outcome_to_plain",
    "response_to_plain",
    "tool_of",
]
__all__ += errors.__all__
