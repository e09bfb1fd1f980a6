"""Interlock's router as a LangChain chat model, and LangChain's tools in a ledger of effects."""

from typing import TYPE_CHECKING, Any

from langchain_core.load.load import ALL_SERIALIZABLE_MAPPINGS

from langchain_interlock.chat import ChatInterlock

if TYPE_CHECKING:
    from langchain_interlock.accounted_tool import EffectKey
    from langchain_interlock.accounting import accounted
    from langchain_interlock.budgeting import BudgetMiddleware

__all__ = ["BudgetMiddleware", "ChatInterlock", "EffectKey", "accounted"]

# They load Interlock itself, which is loaded with the first model or the first tools.
_LATER = {"BudgetMiddleware": "budgeting", "EffectKey": "accounted_tool", "accounted": "accounting"}

# `load` makes what is named here, and only for callers who allow "all" and name our namespace.
_PATH = ("langchain_interlock", "ChatInterlock")
ALL_SERIALIZABLE_MAPPINGS.setdefault(_PATH, _PATH)


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - nobody needs it who asks for nothing

    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
