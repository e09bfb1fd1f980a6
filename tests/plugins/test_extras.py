"""A request's extra adds to a vendor's body. Where the body goes and what it says is not its to say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from every_dialect import DIALECTS, Body, Dialect
from interlock.errors import InvalidRequest, RequestError
from interlock.types.request import Request, Settings, ToolSpec

TOOLS = (ToolSpec(name="look"),)
TAKEN = (
    "model", "models", "provider", "route", "messages", "contents", "content", "input", "system", "n",
    "systemInstruction", "system_instruction", "candidateCount", "stream", "stream_options", "tools",
    "tool_choice", "toolConfig", "fallbacks", "plugins", "transforms", "max_tokens", "max_completion_tokens",
    "cachedContent", "mcp_servers", "previous_response_id", "extra_body", "url", "inference_geo",
)  # fmt: skip
NESTED = ("generationConfig", "inferenceConfig", "additionalModelRequestFields", "metadata", "thinking")
FREE = ("service_tier", "top_k", "temperature", "topP", "reasoning", "stop", "x", "user")
# What no extra may change. Sampling is the caller's in any case.
PROTECTED = frozenset(
    {
        "model", "messages", "contents", "system", "systemInstruction", "tools", "tool_choice", "toolConfig",
        "stream", "max_tokens", "max_completion_tokens", "max_output_tokens", "provider", "models", "n",
        "input", "instructions", "previous_response_id",
    }
)  # fmt: skip

spelled = st.sampled_from(TAKEN + NESTED + FREE).flatmap(
    lambda name: st.sampled_from([name, name.upper(), name.title(), name.replace("_", "-"), f"_{name}"])
)
values = st.recursive(
    st.sampled_from(["deepseek/other", 50, True, None, []]),
    lambda inner: st.dictionaries(spelled, inner, max_size=3),
    max_leaves=6,
)
extras = st.dictionaries(spelled, values, max_size=3)
vendors = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)


def body(dialect: Dialect, extra: dict[str, Any], **settings: Any) -> Body:
    settings = {"temperature": 0.5, "max_tokens": 100, **settings}
    return dialect.body(Request("hello", tools=TOOLS, settings=Settings(**settings, extra=extra)))


@vendors
@given(extra=extras)
def test_no_extra_changes_where_a_body_goes_or_what_it_says(dialect: Dialect, extra: dict[str, Any]) -> None:
    plain = body(dialect, {})
    try:
        sent = body(dialect, extra)
    except (RequestError, InvalidRequest):
        return
    assert {key: sent.get(key) for key in PROTECTED} == {key: plain.get(key) for key in PROTECTED}
    for key in {"generationConfig", "inferenceConfig"} & plain.keys():
        assert sent[key].items() >= plain[key].items()
        assert "candidatecount" not in {name.lower().strip("_-") for name in sent[key]}
    assert {key.lower().strip("_-") for key in sent.keys() - plain.keys()}.isdisjoint(
        name.lower() for name in TAKEN
    )


@vendors
@pytest.mark.parametrize("name", TAKEN)
def test_what_is_not_an_extras_to_say_is_refused_by_name(dialect: Dialect, name: str) -> None:
    with pytest.raises(RequestError, match=rf"settings\.extra\.{name}: .*extra_body"):
        body(dialect, {name: "x"})


@vendors
def test_an_extra_that_changed_after_it_was_checked_is_refused_all_the_same(dialect: Dialect) -> None:
    extra: dict[str, Any] = {"x": 1}
    request = Request("hello", settings=Settings(extra=extra))
    extra["model"] = "another"
    with pytest.raises(InvalidRequest, match=r"settings\.extra\.model"):
        dialect.body(request)


@vendors
def test_what_the_settings_say_is_not_said_otherwise(dialect: Dialect) -> None:
    written = body(dialect, {})
    container = next((key for key in ("generationConfig", "inferenceConfig") if key in written), None)
    inside = written if container is None else written[container]
    name = "temperature" if "temperature" in inside else "store"
    other: dict[str, Any] = {name: "another"}
    with pytest.raises(InvalidRequest, match=rf"{name}: .*replaces nothing"):
        body(dialect, other if container is None else {container: other})
    same: dict[str, Any] = {name: inside[name]}
    assert body(dialect, same if container is None else {container: same}) == written


@vendors
def test_a_body_inside_the_body_is_merged(dialect: Dialect) -> None:
    sent = body(dialect, {"made_up": {"a": 1}, "generationConfig": {"x": 1}})
    assert sent["made_up"] == {"a": 1}
    assert sent["generationConfig"]["x"] == 1
    if dialect.name == "google":
        assert sent["generationConfig"]["temperature"] == 0.5
    with pytest.raises(RequestError, match="candidate_count"):
        body(dialect, {"generation_config": {"candidate_count": 2}})


@vendors
@pytest.mark.parametrize(
    "name",
    [
        "additionalModelRequestFields", "generationConfig", "inferenceConfig", "outputConfig",
        "output_config", "requestMetadata", "thinking", "reasoning", "include", "response_format", "text",
    ],
)  # fmt: skip
@pytest.mark.parametrize("value", ["text", 3, None])
def test_an_extra_of_another_type_is_sent_or_refused(dialect: Dialect, name: str, value: Any) -> None:
    try:
        sent = dialect.body(Request("hello", settings=Settings(extra={name: value})))
    except InvalidRequest:
        return
    assert sent[name] == value
