"""Providers that are known by name whether or not their plugin is installed, and where each is found."""

from collections.abc import Mapping

_OPENAI_COMPATIBLE = (
    "openai",
    "openai-compatible",
    "zhipu",
    "alibaba",
    "deepseek",
    "mistral",
    "groq",
    "together",
    "openrouter",
    "huggingface",
    "ollama",
    "vllm",
    "llamacpp",
    "azure",
)

PROVIDERS: Mapping[str, str] = {
    **dict.fromkeys(_OPENAI_COMPATIBLE, "interlock-openai"),
    "anthropic": "interlock-anthropic",
    "google": "interlock-google",
    "bedrock": "interlock-bedrock",
    "local": "interlock-local",
}


def distribution_of(provider: str) -> str:
    return PROVIDERS.get(provider, f"interlock-{provider}")
