"""Interlock's router as a LangChain chat model, its connectors' tools as LangChain's, and any in a ledger."""

from typing import TYPE_CHECKING, Any

from langchain_core.load.load import ALL_SERIALIZABLE_MAPPINGS

from langchain_interlock.chat import ChatInterlock

if TYPE_CHECKING:
    from langchain_interlock.accounted_tool import EffectKey
    from langchain_interlock.accounting import accounted
    from langchain_interlock.budgeting import BudgetMiddleware
    from langchain_interlock.connector_tool import ConnectorToolError
    from langchain_interlock.connectors import aconnector_tools, connector_tools

__all__ = [
    "BudgetMiddleware",
    "ChatInterlock",
    "ConnectorToolError",
    "EffectKey",
    "accounted",
    "aconnector_tools",
    "connector_tools",
]

# They load Interlock itself, which is loaded with the first model or the first tools.
_LATER = {
    "BudgetMiddleware": "budgeting",
    "ConnectorToolError": "connector_tool",
    "EffectKey": "accounted_tool",
    "accounted": "accounting",
    "aconnector_tools": "connectors",
    "connector_tools": "connectors",
}

# `load` makes what is named here, and only for callers who allow "all" and name our namespace.
_PATH = ("langchain_interlock", "ChatInterlock")
ALL_SERIALIZABLE_MAPPINGS.setdefault(_PATH, _PATH)


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - nobody needs it who asks for nothing

    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
