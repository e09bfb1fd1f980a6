"""What `response_metadata` says: the model, how it ended, and under "interlock" why it was this model.

Plain data throughout: it goes into traces, caches and the checkpoints of agents.
"""

from typing import Any

from interlock import Response, Router, Usage, response_to_plain
from langchain_interlock.layout import KEY, ORIGIN, layout_of, origin_of


def metadata_of(response: Response, name: str | None, router: Router) -> dict[str, Any]:
    """`model_name` is the name that the caller asked for, else the card that answered."""
    served = response_to_plain(response, router.deployments[response.deployment].provider)
    layout = layout_of(response.message)
    if layout is not None:
        served[KEY] = layout
    origin = origin_of(response.message)
    if origin is not None:
        served[ORIGIN] = origin
    return {
        "model_provider": "interlock",
        "model_name": name or response.model,
        "finish_reason": response.finish_reason,
        "id": response.record.id,
        "system_fingerprint": None,
        "token_usage": token_usage(response.usage),
        "interlock": served,
    }


def token_usage(usage: Usage) -> dict[str, Any]:
    """Usage in OpenAI's words."""
    given, made = usage.input_tokens or 0, usage.output_tokens or 0
    return {
        "prompt_tokens": given,
        "completion_tokens": made,
        "total_tokens": given + made,
        "prompt_tokens_details": {"cached_tokens": usage.cache_read or 0},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning or 0},
    }
