"""Interlock's router as a LlamaIndex LLM."""

from llama_index.llms.interlock.llm import Interlock

__all__ = ["Interlock"]
