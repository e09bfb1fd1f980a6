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


KEYS: Mapping[str, tuple[str, ...]] = {
    "openai": ("OPENAI_API_KEY",),
    "anthropic": ("ANTHROPIC_API_KEY",),
    "google": ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    "zhipu": ("ZHIPU_API_KEY",),
    "alibaba": ("DASHSCOPE_API_KEY",),
    "deepseek": ("DEEPSEEK_API_KEY",),
    "mistral": ("MISTRAL_API_KEY",),
    "groq": ("GROQ_API_KEY",),
    "together": ("TOGETHER_API_KEY",),
    "openrouter": ("OPENROUTER_API_KEY",),
    "huggingface": ("HF_TOKEN",),
    "bedrock": ("AWS_BEARER_TOKEN_BEDROCK",),
}
"""Where the clouds' plugins look for keys: what to install is worth saying to whoever has one."""


def distribution_of(provider: str) -> str:
    return PROVIDERS.get(provider, f"interlock-{provider}")
