"""LangChain's standard tests with every optional capability on, in each dialect, by each kind of route."""

from typing import Any

from langchain_core.messages import AIMessage
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from attentive import Attentive
from langchain_interlock import ChatInterlock

DIALECTS = ("openai", "responses", "anthropic", "google")
METHODS = ("json_schema", "function_calling", "json_mode")

# What answers first in each dialect, and who hears where that model does not.
_FIRST = {
    "openai": ("openai/gpt-5.5", "openai", "/v1"),
    "responses": ("openai/gpt-5.5", "openai", "/v1"),
    "anthropic": ("anthropic/claude-4-opus", "anthropic", "/v1"),
    "google": ("google/gemini-2.5-ultra", "google", "/v1beta"),
}
_EARS = {
    "openai": ("google/gemini-2.5-ultra", "openai-compatible", "/v1"),
    "responses": ("google/gemini-2.5-ultra", "openai-compatible", "/v1"),
    "anthropic": ("google/gemini-2.5-ultra", "google", "/v1beta"),
}
_DETAILS = {
    "openai": ["reasoning_output", "cache_read_input"],
    "responses": ["reasoning_output", "cache_read_input"],
    "anthropic": ["reasoning_output", "cache_read_input", "cache_creation_input"],
    "google": ["reasoning_output", "cache_read_input"],
}


def configuration(url: str, dialect: str, *, fallback: bool = False) -> dict[str, Any]:
    """One deployment of each model; with `fallback`, one that answers 500 stands before each of them."""
    deployments = []
    rows = [("first", _FIRST[dialect])] + ([("ears", _EARS[dialect])] if dialect in _EARS else [])
    for name, (model, provider, root) in rows:
        common = {"model": model, "provider": provider, "region": "us", "api_key": "a-key"}
        if dialect == "responses" and name == "first":
            common["traits"] = {"endpoint": "responses"}
        if fallback:
            deployments.append({"id": f"{name}-broken", "base_url": f"{url}/broken{root}", **common})
        deployments.append({"id": name, "base_url": f"{url}{root}", **common})
    return {"deployments": deployments, "retries": {"max": 0}}


class _Capabilities:
    """Everything that may be on is on; audio is counted by no dialect of ours apart from other tokens."""

    dialect: str
    supports_json_mode = True
    supports_image_inputs = True
    supports_image_urls = True
    supports_pdf_inputs = True
    supports_audio_inputs = True
    supports_anthropic_inputs = True
    supports_image_tool_message = True
    supports_pdf_tool_message = True
    enable_vcr_tests = True
    has_tool_calling = True
    has_tool_choice = True
    has_structured_output = True
    returns_usage_metadata = True
    supports_model_override = True
    chat_model_class = ChatInterlock

    @property
    def model_override_value(self) -> str:
        return _FIRST[self.dialect][0]

    @property
    def supported_usage_metadata_details(self) -> dict[str, list[str]]:
        return {"invoke": _DETAILS[self.dialect], "stream": _DETAILS[self.dialect]}


class _Unit(_Capabilities, ChatModelUnitTests):
    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"config": configuration("http://127.0.0.1:9", self.dialect)}

    @property
    def init_from_env_params(self) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
        key = {"FIRST_API_KEY": "a-key", "EARS_API_KEY": "a-key", "INTERLOCK_RETRIES__MAX": "0"}
        params = self.chat_model_params
        return key, params, {"digest": ChatInterlock(**params).digest}


class _Integration(_Capabilities, ChatModelIntegrationTests):
    upstream: Attentive
    method: str
    fallback: bool

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"config": configuration(self.upstream.url, self.dialect, fallback=self.fallback)}

    @property
    def structured_output_kwargs(self) -> dict[str, Any]:
        return {"method": self.method}

    def invoke_with_reasoning_output(self, *, stream: bool = False) -> AIMessage:
        return self._asked(stream=stream, reasoning_effort="low")

    def invoke_with_cache_read_input(self, *, stream: bool = False) -> AIMessage:
        return self._asked(stream=stream)

    def invoke_with_cache_creation_input(self, *, stream: bool = False) -> AIMessage:
        return self._asked(stream=stream)

    def _asked(self, *, stream: bool, **options: Any) -> AIMessage:
        model = ChatInterlock(**self.chat_model_params)
        if not stream:
            return model.invoke("Hello", **options)
        first, *rest = model.stream("Hello", **options)
        return first + rest  # type: ignore[return-value]  # chunks are messages


def unit_suite(dialect: str) -> type:
    return type(f"TestUnit{dialect.title()}", (_Unit,), {"dialect": dialect})


def integration_suites(dialect: str) -> dict[str, type]:
    """Six classes: each method, plain and through a fallback."""
    suites = {}
    for method in METHODS:
        for fallback in (False, True):
            route = "ThroughFallback" if fallback else "Plain"
            name = f"Test{route}{method.title().replace('_', '')}"
            facts = {"dialect": dialect, "method": method, "fallback": fallback}
            suites[name] = type(name, (_Integration,), facts)
    return suites
