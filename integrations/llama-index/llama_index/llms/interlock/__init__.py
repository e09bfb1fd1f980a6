"""Interlock's router as a LlamaIndex LLM, its connectors' tools as LlamaIndex's, and any in a ledger."""

from typing import TYPE_CHECKING, Any

from llama_index.llms.interlock.llm import Interlock

if TYPE_CHECKING:
    from llama_index.llms.interlock.accounted_tool import EffectKey
    from llama_index.llms.interlock.accounting import accounted
    from llama_index.llms.interlock.connectors import ConnectorToolSpec

__all__ = ["ConnectorToolSpec", "EffectKey", "Interlock", "accounted"]

_LATER = {
    "ConnectorToolSpec": "connectors",
    "EffectKey": "accounted_tool",
    "accounted": "accounting",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - agents' workflows are loaded with it

    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
