"""LangChain's standard tests of a chat model, in OpenAI's dialect."""

from langchain_standard import integration_suites, unit_suite

Unit = unit_suite("openai")
globals().update({"TestUnit": Unit, **integration_suites("openai")})
del Unit
