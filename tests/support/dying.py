"""Two models behind an attentive upstream, the first of which dies in the middle of a tool loop."""

from typing import Any

from asked import Asked, Called, Said
from interlock.testing import Reply

_PLAN = (("weather", "Lyon"), ("people", "Lyon"))


def dies(asked: Asked) -> Said | Reply:
    """Weather, then people, then an answer; Anthropic's has none once a tool has answered."""
    results = [result for turn in asked.turns for result in turn.results]
    done = len(results)
    if asked.dialect == "anthropic" and done:
        return Reply.json({"error": {"message": "overloaded", "type": "overloaded_error"}}, status=529)
    tokens = (100 + done, 10 + done)
    if done < len(_PLAN):
        name, city = _PLAN[done]
        call = Called(id=f"call_{asked.dialect}_{done}", name=name, arguments={"city": city})
        return Said(calls=[call], finish="tool_calls", tokens=tokens)
    return Said(text=" ".join(result.text for result in results), tokens=tokens)


def configuration(url: str) -> dict[str, Any]:
    rows = (("claude", "anthropic/claude-4-opus", "anthropic"), ("gpt", "openai/gpt-5.5", "openai"))
    deployments = [
        {"id": id_, "model": model, "provider": provider, "region": "us"}
        | {"base_url": f"{url}/v1", "api_key": "a-key"}
        for id_, model, provider in rows
    ]
    order = [id_ for id_, _, _ in rows]
    routes = {"agentic_tool_use": order, "conversational": order}
    return {"deployments": deployments, "routes": routes, "retries": {"max": 0}}
