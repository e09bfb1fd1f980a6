"""LangChain's standard tests of a chat model, in the dialect of Responses."""

from langchain_standard import integration_suites, unit_suite

Unit = unit_suite("responses")
globals().update({"TestUnit": Unit, **integration_suites("responses")})
del Unit
