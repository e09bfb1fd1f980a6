"""LangChain's standard tests of a chat model, in Google's dialect."""

from langchain_standard import integration_suites, unit_suite

Unit = unit_suite("google")
globals().update({"TestUnit": Unit, **integration_suites("google")})
del Unit
