"""Agents against vendors that refuse what real ones refuse: whole tool loops, plain and streamed."""

import pytest
from langchain.agents import create_agent
from langchain_core.tools import tool

import strict_vendors as vendors
from interlock import Router
from interlock.testing import Upstream
from langchain_interlock import ChatInterlock


@tool
def look(a: int) -> str:
    """Look it up."""
    return str(a)


GPT = vendors.strict(vendors.reasoning_gpt("low", "medium", "high", unasked=True, tools=False))


def router(url, provider, name):
    there = {"id": "d", "model": "acme/m", "provider": provider, "name": name, "base_url": f"{url}/v1"}
    deployments = [{**there, "region": "local", "api_key": "k"}]
    return Router.from_config({"models": [{"id": "acme/m"}], "deployments": deployments})


def run(agent, *, streamed):
    asked = {"messages": [("user", "look 1 up")]}
    if not streamed:
        return agent.invoke(asked)["messages"]
    steps = agent.stream(asked, stream_mode=["messages", "values"])
    return [step for mode, step in steps if mode == "values"][-1]["messages"]


@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize(
    ("provider", "name", "server"),
    [
        ("openai-compatible", "gemini-3-pro", vendors.gemini),
        ("openai-compatible", "kimi-k2.6", vendors.strict(vendors.kimi)),
        (
            "openai",
            "gpt-5.6",
            GPT,
        ),
        ("deepseek", "deepseek-v4-pro", vendors.strict(vendors.deepseek)),
    ],
)
def test_a_tool_loop_passes_with_the_settings_that_chains_use(provider, name, server, streamed):
    with Upstream(always=server) as upstream, router(upstream.url, provider, name) as asked:
        model = ChatInterlock(router=asked, temperature=0)
        messages = run(create_agent(model, [look], name="User Onboarding Agent"), streamed=streamed)
        assert messages[-1].text == "ok"
        assert len(upstream.requests) == 2


def test_metadata_says_what_was_left_out():
    with Upstream(always=GPT) as upstream, router(upstream.url, "openai", "gpt-5.6") as asked:
        answer = ChatInterlock(router=asked, temperature=0).invoke("hi")
    (attempt,) = answer.response_metadata["interlock"]["attempts"]
    assert attempt["adjusted"] == ["temperature: left out; the model does not take it while it reasons"]
