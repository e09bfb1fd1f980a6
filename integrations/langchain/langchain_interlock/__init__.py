"""Interlock's router as a LangChain chat model."""

from langchain_core.load.load import ALL_SERIALIZABLE_MAPPINGS

from langchain_interlock.chat import ChatInterlock

__all__ = ["ChatInterlock"]

# `load` makes what is named here, and only for callers who allow "all" and name our namespace.
_PATH = ("langchain_interlock", "ChatInterlock")
ALL_SERIALIZABLE_MAPPINGS.setdefault(_PATH, _PATH)
