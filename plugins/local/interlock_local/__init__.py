"""A real language model on this machine, for Interlock: no key, no network, no server to install."""

from collections.abc import Iterable

from interlock import Endpoint, ModelCard, hookimpl
from interlock.protocols import Provider
from interlock_local.process import CONTEXT
from interlock_local.provider import LocalProvider
from interlock_local.weights import NAME

__all__ = ["CARD", "LocalProvider", "interlock_model_cards", "interlock_providers"]

CARD = ModelCard(
    id=f"local/{NAME}",
    maker="Hugging Face",
    jurisdiction="us",
    summary="A very small model that answers on this machine, for trials, tests and demonstrations.",
    strengths=("runs anywhere",),
    context_window=CONTEXT,
    capabilities=frozenset({"text", "tools", "structured_output"}),
    weights="open",
    endpoints=(Endpoint(provider="local", name=NAME, region="local"),),
    source="SmolLM2-135M-Instruct, Apache-2.0 (huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct)",
)


@hookimpl
def interlock_providers() -> Iterable[Provider]:
    return [LocalProvider()]


@hookimpl
def interlock_model_cards() -> Iterable[ModelCard]:
    return [CARD]
