"""LangChain's standard tests of a chat model, in Anthropic's dialect."""

from langchain_standard import integration_suites, unit_suite

Unit = unit_suite("anthropic")
globals().update({"TestUnit": Unit, **integration_suites("anthropic")})
del Unit
