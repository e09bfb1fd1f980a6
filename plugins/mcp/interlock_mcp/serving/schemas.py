"""What clients are told of the router's own tools, and what these take and give."""

from typing import Any, Final

from mcp.types import Tool, ToolAnnotations

_NAMES: Final = {"type": "array", "items": {"type": "string"}}
_TEXT: Final = {"type": "string"}
_NUMBER: Final = {"type": ["number", "null"]}

_CONSTRAINTS: Final = {
    "type": "object",
    "description": "Hard rules for this request. They add to the server's own and loosen none of them.",
    "additionalProperties": False,
    "properties": {
        "residency": _NAMES | {"description": 'Where it may be processed, e.g. ["eu"]; any one will do.'},
        "storage": _NAMES | {"description": "Where anything of it may be kept."},
        "on_premise": {"type": "boolean", "description": "Only the owner's own machines."},
        "deny_vendors": _NAMES | {"description": "Makers and providers that must not see it."},
        "deny_laws": _NAMES | {"description": "Jurisdictions whose law must not reach it."},
        "sensitivity": _NAMES | {"description": "Levels of the server's policies that it has."},
    },
}
_ASKED: Final[dict[str, Any]] = {
    "prompt": _TEXT
    | {"minLength": 1, "description": "All that the model needs: it sees nothing of this conversation."},
    "system": _TEXT | {"description": "Instructions for the model."},
    "task": _TEXT
    | {"description": "What kind of work it is; list_models has the names. Left out, it is recognised."},
    "model": _TEXT
    | {"description": "A model or deployment of list_models, to ask it alone. Left out, the best is chosen."},
    "constraints": _CONSTRAINTS,
    "max_tokens": {"type": "integer", "minimum": 1, "description": "The longest answer, in tokens."},
}
_OUTPUT: Final = {
    "type": "object",
    "description": "A JSON schema of type object. The answer then is JSON that fits it, in `parsed`.",
}
_ANSWER: Final = {
    "type": "object",
    "properties": {
        "text": _TEXT,
        "parsed": {"description": "The answer as JSON, where a schema was given."},
        "complete": {"type": "boolean", "description": "False of an answer that was cut or is a refusal."},
        "finish_reason": _TEXT,
        "model": _TEXT,
        "deployment": _TEXT,
        "region": _TEXT,
        "served_model": {"type": ["string", "null"]},
        "cost": _NUMBER | {"description": "US dollars, of all attempts."},
        "usage": {"type": "object"},
        "record": _TEXT | {"description": "Of the record that tells why it went there."},
    },
    "required": ["text", "complete", "finish_reason", "model", "deployment", "record"],
}


def _asks(**more: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["prompt"],
        "properties": _ASKED | more,
    }


ASK: Final = Tool(
    name="ask",
    title="Ask a model",
    description=(
        "Sends a prompt to the language model that suits it best among those that the rules allow, and "
        "gives its answer. It costs money and takes seconds to minutes. The rules are never relaxed: where "
        "no model may answer, the error names the rule that keeps each one out; do not then rephrase, ask "
        "your user."
    ),
    input_schema=_asks(output_schema=_OUTPUT),
    output_schema=_ANSWER,
    annotations=ToolAnnotations(
        read_only_hint=True, destructive_hint=False, idempotent_hint=False, open_world_hint=True
    ),
)
DECIDE: Final = Tool(
    name="decide",
    title="Explain a route",
    description=(
        "Says where `ask` would send a prompt and why: the task it is taken for, which deployments may "
        "answer, best first, and which rule keeps each other one out. Nothing is sent; it costs nothing."
    ),
    input_schema=_asks(),
    annotations=ToolAnnotations(
        read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    ),
)
LIST_MODELS: Final = Tool(
    name="list_models",
    title="List models",
    description=(
        "Lists the deployments of models that `ask` may use, with where each processes what it is sent, what "
        "it can do and costs, and whether it may be asked now; and the names of tasks."
    ),
    input_schema={"type": "object", "additionalProperties": False, "properties": {}},
    annotations=ToolAnnotations(
        read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    ),
)
