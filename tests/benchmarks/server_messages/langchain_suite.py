"""LangChain's standard tests through `ChatAnthropic`, at the address and for the model in URL and MODEL."""

import os
from functools import reduce
from operator import add
from typing import Any

import httpx
from langchain_anthropic import ChatAnthropic
from langchain_tests.integration_tests import ChatModelIntegrationTests

_FILES = {".pdf": b"%PDF-1.7 a page", ".jpg": b"\x89PNG\r\n\x1a\n a picture", ".png": b"\x89PNG\r\n\x1a\n a"}


def _fetched(url: str, **_: Any) -> httpx.Response:
    """What the tests would fetch from elsewhere."""
    content = _FILES[os.path.splitext(url)[1]]  # noqa: PTH122 - of a URL
    return httpx.Response(200, content=content, request=httpx.Request("GET", url))


os.environ["LANGCHAIN_TESTS_USER_AGENT"] = "tests"
httpx.get = _fetched


class TestChatAnthropic(ChatModelIntegrationTests):
    chat_model_class = ChatAnthropic
    supports_image_inputs = True
    supports_image_urls = True
    supports_pdf_inputs = True
    supports_image_tool_message = True
    supports_pdf_tool_message = True
    supports_anthropic_inputs = True
    supports_json_mode = False
    returns_usage_metadata = True
    enable_vcr_tests = False

    @property
    def chat_model_params(self) -> dict[str, Any]:
        place = {"model": os.environ["MODEL"], "base_url": os.environ["URL"], "api_key": "none"}
        return {**place, "max_tokens": 1024, "max_retries": 0}

    @property
    def supported_usage_metadata_details(self) -> dict[str, list[str]]:
        details = ["cache_read_input", "cache_creation_input"]
        return {"invoke": details, "stream": details}

    def invoke_with_cache_read_input(self, *, stream: bool = False) -> Any:
        return self._asked(stream=stream)

    def invoke_with_cache_creation_input(self, *, stream: bool = False) -> Any:
        return self._asked(stream=stream)

    def _asked(self, *, stream: bool) -> Any:
        model = ChatAnthropic(**self.chat_model_params)
        return reduce(add, model.stream("Hello")) if stream else model.invoke("Hello")
